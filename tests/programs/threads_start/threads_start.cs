// Thread: start, join, states, names, priorities, stack sizes, statics, culture of a thread.
using System;
using System.Threading;

namespace threads_start;

static class Program
{
    [ThreadStatic] static int own;
    [ThreadStatic] static string text;

    static int Depth(int n) => n == 0 ? 0 : 1 + Depth(n - 1);

    static void StartAndJoin()
    {
        int seen = 0;
        var t = new Thread(() => { own = 5; text = "inside"; seen = own + text.Length; });

        own = 1;
        Console.WriteLine($"{t.IsAlive} {(int)t.ThreadState} {t.IsBackground}");
        t.Start();
        t.Join();
        Console.WriteLine($"{t.IsAlive} {(int)t.ThreadState} {seen} {own} {text ?? "null"}");
        try
        {
            t.Start();
        }
        catch (ThreadStateException e)
        {
            Console.WriteLine(e.GetType() == typeof(ThreadStateException));
        }
    }

    static void Parameters()
    {
        object got = null;
        var t = new Thread(o => got = o);

        t.Start("an object");
        t.Join();
        Console.WriteLine(got);
        t = new Thread(o => got = o ?? "nothing");
        t.Start();
        t.Join();
        Console.WriteLine(got);
        try
        {
            new Thread(() => { }).Start("for nothing");
        }
        catch (InvalidOperationException)
        {
            Console.WriteLine("no parameter wanted");
        }
    }

    static void Properties()
    {
        string name = null;
        var t = new Thread(() => name = Thread.CurrentThread.Name);

        t.Name = "a rather long name for a thread";
        t.IsBackground = true;
        t.Priority = ThreadPriority.AboveNormal;
        Console.WriteLine($"{t.Name} {t.IsBackground} {(int)t.Priority}");
        t.Start();
        t.Join();
        Console.WriteLine(name);
        foreach (int bytes in new[] { 0, 1, 16384, 200000, 4 << 20 })
        {
            int depth = 0;

            t = new Thread(() => depth = Depth(100), bytes);
            t.Start();
            t.Join();
            Console.Write($"{depth} ");
        }
        Console.WriteLine();
        Console.WriteLine(Thread.CurrentThread.ManagedThreadId == Environment.CurrentManagedThreadId);
    }

    static void Timeouts()
    {
        using var go = new ManualResetEvent(false);
        var t = new Thread(() => go.WaitOne());

        t.Start();
        Console.WriteLine($"{t.Join(5)} {t.Join(TimeSpan.Zero)} {t.IsAlive}");
        while ((t.ThreadState & ThreadState.WaitSleepJoin) == 0)
            Thread.Yield();
        Console.WriteLine((int)t.ThreadState);
        go.Set();
        Console.WriteLine(t.Join(60000));
        Thread.Sleep(0);
        Thread.Sleep(1);
        Thread.SpinWait(100);
    }

    static void Interrupts()
    {
        string how = "";
        using var ready = new ManualResetEventSlim();
        var t = new Thread(() =>
        {
            try
            {
                ready.Set();
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadInterruptedException)
            {
                how += "sleep ";
            }
            try
            {
                lock (ready)
                    Monitor.Wait(ready);
            }
            catch (ThreadInterruptedException)
            {
                how += "wait ";
            }
            finally
            {
                how += "finally";
            }
        });

        t.Start();
        ready.Wait();
        while (!how.EndsWith("sleep "))
        {
            t.Interrupt();
            Thread.Yield();
            if (how.Length > 0)
                break;
        }
        while (!t.Join(1))
            t.Interrupt();
        Console.WriteLine(how);
    }

    static void Many()
    {
        const int Count = 200;
        var threads = new Thread[Count];
        long sum = 0;

        for (int i = 0; i < Count; i++)
        {
            int number = i;

            threads[i] = new Thread(() =>
            {
                own = number;
                Thread.Yield();
                Interlocked.Add(ref sum, own);
            });
        }
        foreach (Thread t in threads)
            t.Start();
        foreach (Thread t in threads)
            t.Join();
        Console.WriteLine(sum);
    }

    static void Locals()
    {
        using var local = new ThreadLocal<int>(() => 10, trackAllValues: true);
        var flowing = new AsyncLocal<string>();
        string inThread = null, afterwards = null;

        flowing.Value = "outer";
        local.Value++;
        var t = new Thread(() =>
        {
            local.Value += 5;
            inThread = flowing.Value;
            flowing.Value = "inner";
            afterwards = flowing.Value;
        });
        t.Start();
        t.Join();
        int[] values = new int[local.Values.Count];
        local.Values.CopyTo(values, 0);
        Array.Sort(values);
        Console.WriteLine($"{string.Join(' ', values)} {inThread} {afterwards} {flowing.Value}");
        using (ExecutionContext.SuppressFlow())
        {
            t = new Thread(() => inThread = flowing.Value ?? "nothing flows");
            t.Start();
        }
        t.Join();
        Console.WriteLine(inThread);
    }

    public static void Main()
    {
        StartAndJoin();
        Parameters();
        Properties();
        Timeouts();
        Interrupts();
        Many();
        Locals();
    }
}
