// tests/host/Threads.cs - the module of the tests of threads and of ends: managed threads that do all
// kinds of things when the host shuts down, and code that ends its module.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

static class Delayed
{
    public static async Task<int> Five()
    {
        await Task.Delay(1);
        return 5;
    }
}

public static unsafe class Threads
{
    static readonly object gate = new object();
    static int finallies, started, caught, sum;
    static long allocated;

    struct Wide
    {
        public long A, B, C;
    }

    static void Forever(int kind)
    {
        switch (kind)
        {
        case 0:
            for (;;)
                sum++;
        case 1:
            for (;;)
            {
                var list = new List<string>();

                for (int i = 0; i < 100; i++)
                    list.Add(i.ToString());
                Interlocked.Increment(ref allocated);
            }
        case 2:
            Thread.Sleep(Timeout.Infinite);
            break;
        case 3:
            lock (gate)
                Monitor.Wait(gate);
            break;
        case 4:
            for (;;)
            {
                try
                {
                    throw new InvalidOperationException();
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref caught);
                }
            }
        case 5:
            new SemaphoreSlim(0).Wait();
            break;
        case 6:
            for (;;)
                Thread.Sleep(1);
        case 7:
            Task.Delay(Timeout.Infinite).Wait();
            break;
        case 8:
            for (;;)
            {
                try
                {
                    Thread.Sleep(Timeout.Infinite);
                }
                catch (Exception) // nothing may stop here
                {
                    Interlocked.Increment(ref caught);
                }
            }
        case 9:
            WaitHandle.WaitAny(new WaitHandle[] { new ManualResetEvent(false), new AutoResetEvent(false) });
            break;
        }
    }

    static void Body(int kind)
    {
        try
        {
            Interlocked.Increment(ref started);
            Forever(kind);
        }
        finally
        {
            lock (gate)
                finallies++;
        }
    }

    public const int Kinds = 10;

    // 1: started; 0: refused.
    [UnmanagedCallersOnly(EntryPoint = "threads_start")]
    public static int Start(int kind, int background)
    {
        var t = new Thread(() => Body(kind)) { IsBackground = background != 0, Name = "kind " + kind.ToString() };

        try
        {
            t.Start();
            return 1;
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "threads_started")]
    public static int Started() => started;

    [UnmanagedCallersOnly(EntryPoint = "threads_finallies")]
    public static int Finallies() => finallies;

    // The calling thread itself does not come back by itself.
    [UnmanagedCallersOnly(EntryPoint = "threads_stay")]
    public static int Stay(int kind)
    {
        Body(kind);
        return 77;
    }

    // Pool, timer, tasks: their threads stay behind.
    [UnmanagedCallersOnly(EntryPoint = "threads_pool")]
    public static int Pool()
    {
        using var done = new CountdownEvent(20);

        for (int i = 0; i < 20; i++)
            ThreadPool.QueueUserWorkItem(o => done.Signal());
        done.Wait();
        using var ticked = new ManualResetEventSlim();
        using var timer = new Timer(o => ticked.Set(), null, 1, 1);
        ticked.Wait();
        return Delayed.Five().Result;
    }

    // One thread, started and joined.
    [UnmanagedCallersOnly(EntryPoint = "threads_round")]
    public static int Round(int n)
    {
        int result = 0;
        var t = new Thread(() => result = n + 1);

        t.Start();
        t.Join();
        return result;
    }

    // Calls `look` on a thread that got a name in one of several ways.
    [UnmanagedCallersOnly(EntryPoint = "threads_named")]
    public static void Named(int way, delegate* unmanaged<void> look)
    {
        var t = new Thread(() =>
        {
            if (way == 2)
                Thread.CurrentThread.Name = "Grüße an gehörte";
            if (way == 3)
                Thread.CurrentThread.Name = null;
            look();
        });

        if (way == 4)
        {
            using var done = new ManualResetEventSlim();

            ThreadPool.QueueUserWorkItem(o =>
            {
                look();
                done.Set();
            });
            done.Wait();
            return;
        }
        if (way == 5)
        {
            Thread.CurrentThread.Name = "of the guest";
            look();
            return;
        }
        if (way != 0)
            t.Name = "before the start";
        t.Start();
        t.Join();
    }

    [UnmanagedCallersOnly(EntryPoint = "threads_add")]
    public static int Add(int a, int b) => a + b;

    [UnmanagedCallersOnly(EntryPoint = "threads_allocate")]
    public static int Allocate(int n)
    {
        var list = new List<object>();

        for (int i = 0; i < n; i++)
            list.Add(new int[i % 50]);
        return list.Count;
    }

    [UnmanagedCallersOnly(EntryPoint = "threads_throw")]
    public static int Throw(int n)
    {
        try
        {
            if (n >= 0)
                throw new ArgumentException("thrown");
        }
        catch (ArgumentException e)
        {
            return e.Message.Length + n;
        }
        return -1;
    }

    // Calls the host in between; what comes after must not run when the thread has to end.
    [UnmanagedCallersOnly(EntryPoint = "threads_around")]
    public static int Around(delegate* unmanaged<int> host)
    {
        try
        {
            int got = host();

            caught = -1;
            return got + 1;
        }
        catch (Exception)
        {
            return -1;
        }
        finally
        {
            finallies++;
        }
    }

    // ---- ends ----

    static void End(int kind)
    {
        switch (kind)
        {
        case 0: Environment.Exit(3); break;
        case 1: Environment.FailFast("going down"); break;
        case 2: Environment.FailFast("with a cause", new FormatException("the cause")); break;
        case 3: throw new InvalidOperationException("nobody catches");
        }
    }

    static int Ended(int kind)
    {
        try
        {
            End(kind);
            return 1;
        }
        catch (Exception) when (kind != 3)
        {
            return 2;
        }
        finally
        {
            finallies++;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "threads_end")]
    public static int EndHere(int kind) => Ended(kind);

    // The result goes through memory of the caller.
    [UnmanagedCallersOnly(EntryPoint = "threads_end_wide")]
    private static Wide EndWide(int kind) => new Wide { A = Ended(kind), B = 2, C = 3 };

    [UnmanagedCallersOnly(EntryPoint = "threads_end_in_thread")]
    public static int EndInThread(int kind)
    {
        var t = new Thread(() => Ended(kind));

        t.Start();
        t.Join();
        return finallies;
    }

    [UnmanagedCallersOnly(EntryPoint = "threads_end_in_pool")]
    public static void EndInPool(int kind) => ThreadPool.QueueUserWorkItem(o => Ended(kind));

    // In a filter nothing can be unwound: an exception instead, which the filter swallows.
    [UnmanagedCallersOnly(EntryPoint = "threads_end_in_filter")]
    public static int EndInFilter(int kind)
    {
        try
        {
            throw new Exception();
        }
        catch (Exception) when (Ended(kind) == 1)
        {
            return 1;
        }
        catch (Exception)
        {
            return 2;
        }
    }

    // ---- at the end ----

    [UnmanagedCallersOnly(EntryPoint = "threads_at_exit")]
    public static void AtExit(delegate* unmanaged<int, void> tell, int blocks)
    {
        AppDomain.CurrentDomain.ProcessExit += (o, e) =>
        {
            tell(1);
            if (blocks != 0)
                Thread.Sleep(Timeout.Infinite);
            tell(2);
        };
    }
}
