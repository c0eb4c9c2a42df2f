// tests/host/Pump.cs - for the tests of the mode without threads (in one module with Threads.cs):
// everything that waits, wakes, ticks or takes long.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

public sealed class PumpFinalized
{
    public static int Count;

    ~PumpFinalized() => Interlocked.Increment(ref Count);
}

public static class Pump
{
    static volatile int steps, stop;
    static readonly object gate = new object();
    static int finallies;
    [ThreadStatic] static int own;
    static readonly ThreadLocal<List<int>> local = new ThreadLocal<List<int>>(() => new List<int>());
    static readonly AsyncLocal<int> flow = new AsyncLocal<int>();

    [UnmanagedCallersOnly(EntryPoint = "pump_steps")]
    public static int Steps() => steps;

    [UnmanagedCallersOnly(EntryPoint = "pump_finallies")]
    public static int Finallies() => finallies;

    [UnmanagedCallersOnly(EntryPoint = "pump_reset")]
    public static void Reset()
    {
        steps = stop = finallies = 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "pump_stop")]
    public static void Stop() => stop = 1;

    // ---- what runs in the background ----

    static void Busy()
    {
        uint x = 1;

        while (stop == 0)
        {
            x = x * 1664525 + 1013904223;
            if (x == 0)
                steps = -1;
        }
    }

    static int Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);

    static void Recursive()
    {
        while (stop == 0)
            steps = Fib(20);
    }

    static void Allocating()
    {
        while (stop == 0)
        {
            var list = new List<string>();

            for (int i = 0; i < 100; i++)
                list.Add(i.ToString());
            steps++;
        }
    }

    static void Sleeping()
    {
        try
        {
            Thread.Sleep(Timeout.Infinite);
        }
        finally
        {
            finallies++;
        }
    }

    static void Ticking()
    {
        while (stop == 0)
        {
            Thread.Sleep(20);
            steps++;
        }
    }

    static async Task Delaying()
    {
        for (int i = 0; i < 5; i++)
        {
            await Task.Delay(3);
            steps++;
        }
    }

    static void Counting()
    {
        for (int i = 0; i < 1000; i++)
        {
            lock (gate)
            {
                int n = steps;

                if (i % 10 == 0)
                    Thread.Yield(); // with the lock
                steps = n + 1;
            }
        }
    }

    // Gives how many threads were made.
    [UnmanagedCallersOnly(EntryPoint = "pump_start")]
    public static int Start(int kind, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ThreadStart body = kind switch
            {
                0 => Busy,
                1 => Recursive,
                2 => Allocating,
                3 => Sleeping,
                4 => Ticking,
                5 => Counting,
                _ => () => Delaying().Wait(),
            };

            new Thread(body) { IsBackground = true, Name = "kind " + kind.ToString() }.Start();
        }
        return count;
    }

    // Nobody waits for it.
    [UnmanagedCallersOnly(EntryPoint = "pump_delay")]
    public static void Delay() => _ = Delaying();

    static Timer timer;

    [UnmanagedCallersOnly(EntryPoint = "pump_timer")]
    public static void StartTimer(int ms)
    {
        timer?.Dispose();
        timer = ms > 0 ? new Timer(o => steps++, null, ms, ms) : null;
    }

    // ---- waits of the host's thread ----

    static int Join()
    {
        int result = 0;
        string name = null;
        var t = new Thread(() =>
        {
            result = Environment.CurrentManagedThreadId;
            name = Thread.CurrentThread.Name;
        })
        { Name = "joined" };

        t.Start();
        t.Join();
        return t.ManagedThreadId == result && name == "joined" && !t.IsAlive &&
            result != Environment.CurrentManagedThreadId ? 1 : 0;
    }

    static int Contended()
    {
        var threads = new Thread[8];
        int total = 0;

        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(() =>
            {
                for (int k = 0; k < 500; k++)
                {
                    lock (gate)
                    {
                        int n = total;

                        if (k % 7 == 0)
                            Thread.Yield();
                        if (k % 97 == 0)
                            Thread.Sleep(1);
                        total = n + 1;
                    }
                }
            });
            threads[i].Start();
        }
        for (int k = 0; k < 500; k++)
        {
            lock (gate)
                total++;
        }
        foreach (Thread t in threads)
            t.Join();
        return total == 4500 ? 1 : total;
    }

    static int Pulses()
    {
        int turn = 0, sum = 0;
        var t = new Thread(() =>
        {
            lock (gate)
            {
                for (int i = 0; i < 50; i++)
                {
                    while (turn != 1)
                        Monitor.Wait(gate);
                    turn = 0;
                    sum++;
                    Monitor.PulseAll(gate);
                }
            }
        });

        t.Start();
        lock (gate)
        {
            for (int i = 0; i < 50; i++)
            {
                turn = 1;
                Monitor.PulseAll(gate);
                while (turn != 0)
                    Monitor.Wait(gate);
            }
            if (Monitor.Wait(gate, 5)) // nobody is left to pulse
                return -1;
        }
        t.Join();
        return sum == 50 ? 1 : sum;
    }

    static async Task<int> Deep(int n)
    {
        if (n == 0)
        {
            await Task.Yield();
            throw new FormatException("from below");
        }
        try
        {
            return await Deep(n - 1);
        }
        finally
        {
            finallies++;
        }
    }

    static async Task<int> Catches()
    {
        try
        {
            return await Deep(20);
        }
        catch (FormatException e)
        {
            await Task.Delay(1);
            return e.Message == "from below" && finallies == 20 ? 1 : -2;
        }
    }

    static int Awaits()
    {
        finallies = 0;
        return Catches().Result;
    }

    static int Parallels()
    {
        long sum = 0;
        var bag = new ConcurrentDictionary<int, int>();

        Parallel.For(0, 2000, i =>
        {
            Interlocked.Add(ref sum, i);
            bag[i % 50] = i;
        });
        return sum == 1999000 && bag.Count == 50 ? 1 : -1;
    }

    static async Task<int> Piped()
    {
        var channel = Channel.CreateBounded<int>(4);
        Task writer = Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
                await channel.Writer.WriteAsync(i);
            channel.Writer.Complete();
        });
        int sum = 0;

        await foreach (int i in channel.Reader.ReadAllAsync())
            sum += i;
        await writer;
        return sum == 19900 ? 1 : sum;
    }

    static int Statics()
    {
        int wrong = 0;
        var threads = new List<Thread>();

        own = 1000;
        local.Value.Add(5);
        flow.Value = 7;
        for (int i = 1; i <= 20; i++)
        {
            int id = i;
            var t = new Thread(() =>
            {
                if (own != 0 || local.Value.Count != 0 || flow.Value != 7)
                    Interlocked.Increment(ref wrong);
                flow.Value = id;
                for (int k = 0; k < 20; k++)
                {
                    own++;
                    local.Value.Add(id);
                    Thread.Yield();
                    if (own != k + 1 || local.Value.Count != k + 1 || local.Value[k] != id || flow.Value != id)
                        Interlocked.Increment(ref wrong);
                }
            });

            t.Start();
            threads.Add(t);
        }
        foreach (Thread t in threads)
            t.Join();
        return wrong == 0 && own == 1000 && local.Value.Count == 1 && flow.Value == 7 ? 1 : -1 - wrong;
    }

    static int Depth(int n, ref int deepest)
    {
        deepest = n;
        return Depth(n + 1, ref deepest) + 1;
    }

    static int Overflows()
    {
        int caught = 0, deepest = 0, wide = 0;
        ThreadStart body = () =>
        {
            for (int i = 0; i < 3; i++)
            {
                try
                {
                    Depth(0, ref deepest);
                }
                catch (InsufficientExecutionStackException)
                {
                    caught++;
                    Thread.Yield();
                }
            }
        };
        var t = new Thread(body);

        t.Start();
        t.Join();
        wide = deepest;
        t = new Thread(body, 8 << 20);
        t.Start();
        t.Join();
        return caught == 6 && wide > 1000 && deepest > 4 * wide ? 1 : -1;
    }

    static int Interrupts()
    {
        bool seen = false;
        var t = new Thread(() =>
        {
            try
            {
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadInterruptedException)
            {
                seen = true;
            }
        });

        t.Start();
        Thread.Sleep(1);
        t.Interrupt();
        t.Join();
        return seen ? 1 : 0;
    }

    static int Spins()
    {
        int flag = 0;
        bool ticked = false;
        var t = new Thread(() =>
        {
            Thread.Sleep(2);
            Volatile.Write(ref flag, 1);
        });

        t.Start();
        while (Volatile.Read(ref flag) == 0) // a loop that calls nothing
            ;
        t.Join();
        flag = 0;
        new Thread(() => Volatile.Write(ref flag, 1)).Start();
        SpinWait.SpinUntil(() => Volatile.Read(ref flag) == 1);
        using var timer = new Timer(o => ticked = true, null, 1, Timeout.Infinite);
        while (!Volatile.Read(ref ticked))
            Thread.Yield();
        return 1;
    }

    static int Times()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        bool over = new ManualResetEventSlim().Wait(20);

        Thread.Sleep(10);
        bool semaphore = new SemaphoreSlim(0).Wait(5);
        bool any = WaitHandle.WaitAny(new WaitHandle[] { new ManualResetEvent(false), new AutoResetEvent(false) }, 5)
            == WaitHandle.WaitTimeout;
        return !over && !semaphore && any && clock.ElapsedMilliseconds >= 39 ? 1 : -1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Drop(int count)
    {
        for (int i = 0; i < count; i++)
            new PumpFinalized();
    }

    static int Finalizes()
    {
        Drop(100);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return PumpFinalized.Count >= 90 ? 1 : -PumpFinalized.Count;
    }

    static int Cancels()
    {
        using var source = new CancellationTokenSource(5);
        try
        {
            Task.Delay(Timeout.Infinite, source.Token).Wait();
            return -1;
        }
        catch (AggregateException e) when (e.InnerException is TaskCanceledException)
        {
            return 1;
        }
    }

    static int Tasks()
    {
        var all = new List<Task<int>>();
        int sum = 0;

        for (int i = 0; i < 200; i++)
        {
            int n = i;
            all.Add(Task.Run(() =>
            {
                if (n % 20 == 0)
                    Thread.Sleep(1);
                return Fib(10) + n;
            }));
        }
        Task.WaitAll(all.ToArray());
        foreach (Task<int> t in all)
            sum += t.Result;
        return sum == 200 * 55 + 19900 ? 1 : sum;
    }

    static async Task Answer(Socket listener, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using Socket s = await listener.AcceptAsync();
            var bytes = new byte[16];
            int n = await s.ReceiveAsync(bytes, SocketFlags.None);

            await Task.Delay(1);
            await s.SendAsync(new ArraySegment<byte>(bytes, 0, n), SocketFlags.None);
        }
    }

    static async Task<int> Ask(EndPoint to, byte what)
    {
        using var s = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var bytes = new byte[] { what, 1, 2 };

        await s.ConnectAsync(to);
        await s.SendAsync(bytes, SocketFlags.None);
        bytes[0] = 0;
        return await s.ReceiveAsync(bytes, SocketFlags.None) == 3 ? bytes[0] : -1;
    }

    static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(10);
        return listener;
    }

    static int Sockets()
    {
        using Socket listener = Listen();
        Task server = Answer(listener, 5);

        for (byte i = 1; i <= 5; i++)
        {
            if (Ask(listener.LocalEndPoint, i).Result != i)
                return -i;
        }
        server.Wait();
        return 1;
    }

    // A server that nobody asks.
    [UnmanagedCallersOnly(EntryPoint = "pump_listen")]
    public static void ListenOnly() => _ = Answer(Listen(), 1);

    // 1 when all is well.
    [UnmanagedCallersOnly(EntryPoint = "pump_wait")]
    public static int Wait(int kind) => kind switch
    {
        0 => Join(),
        1 => Contended(),
        2 => Pulses(),
        3 => Awaits(),
        4 => Parallels(),
        5 => Piped().Result,
        6 => Statics(),
        7 => Overflows(),
        8 => Interrupts(),
        9 => Spins(),
        10 => Times(),
        11 => Finalizes(),
        12 => Cancels(),
        13 => Tasks(),
        14 => Sockets(),
        _ => 0
    };

    [UnmanagedCallersOnly(EntryPoint = "pump_drop")]
    public static void DropAndCollect(int count)
    {
        PumpFinalized.Count = 0;
        Drop(count);
        GC.Collect();
    }

    [UnmanagedCallersOnly(EntryPoint = "pump_finalized")]
    public static int Finalized() => PumpFinalized.Count;

    // Nobody can set the event: 1 if the exception says so.
    [UnmanagedCallersOnly(EntryPoint = "pump_deadlock")]
    public static int Deadlock(int kind)
    {
        try
        {
            switch (kind)
            {
            case 0: new ManualResetEvent(false).WaitOne(); break;
            case 1: lock (gate) Monitor.Wait(gate); break;
            case 2: new TaskCompletionSource().Task.Wait(); break;
            case 3: Thread.Sleep(Timeout.Infinite); break;
            }
            return 0;
        }
        catch (InvalidOperationException e)
        {
            return e.Message.StartsWith("Deadlock") ? 1 : -1;
        }
    }

    static ManualResetEventSlim released = new ManualResetEventSlim();

    [UnmanagedCallersOnly(EntryPoint = "pump_release")]
    public static void Release() => released.Set();

    // Waits for another thread of the host.
    [UnmanagedCallersOnly(EntryPoint = "pump_await_release")]
    public static int AwaitRelease()
    {
        released.Wait();
        released.Reset();
        return 1;
    }

    // Calls the host on a thread of its own.
    [UnmanagedCallersOnly(EntryPoint = "pump_call_in_thread")]
    public static unsafe int CallInThread(delegate* unmanaged<int> host)
    {
        int result = 0;
        var t = new Thread(() => result = host());

        t.Start();
        t.Join();
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = "pump_unhandled")]
    public static void Unhandled() => new Thread(() => throw new InvalidOperationException("in a coroutine")).Start();
}
