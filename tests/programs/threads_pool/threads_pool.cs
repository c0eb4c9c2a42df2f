// The thread pool, tasks, timers, Parallel and PLINQ, cancellation.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace threads_pool;

static class Program
{
    static void Pool()
    {
        using var done = new CountdownEvent(100);
        long sum = 0;

        for (int i = 0; i < 100; i++)
        {
            ThreadPool.QueueUserWorkItem(o =>
            {
                Interlocked.Add(ref sum, (int)o);
                done.Signal();
            }, i);
        }
        done.Wait();
        Console.WriteLine(sum);
        bool pooled = false, background = false;
        using var ready = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(o =>
        {
            pooled = Thread.CurrentThread.IsThreadPoolThread;
            background = Thread.CurrentThread.IsBackground;
            ready.Set();
        }, null);
        ready.Wait();
        Console.WriteLine($"{pooled} {background}");
        using var signal = new AutoResetEvent(false);
        using var called = new ManualResetEventSlim();
        bool timedOut = true;
        RegisteredWaitHandle wait = ThreadPool.RegisterWaitForSingleObject(signal, (o, late) =>
        {
            timedOut = late;
            called.Set();
        }, null, -1, true);
        signal.Set();
        called.Wait();
        wait.Unregister(null);
        Console.WriteLine(timedOut);
    }

    static async Task<int> Fibonacci(int n)
    {
        if (n < 2)
            return n;
        Task<int> a = Task.Run(() => Fibonacci(n - 1));
        return await Fibonacci(n - 2) + await a;
    }

    static int Fail() => throw new ArgumentException("inner");

    static async Task Tasks()
    {
        Console.WriteLine(await Fibonacci(12));
        int[] squares = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => i * i)));
        Console.WriteLine(squares.Sum());
        try
        {
            await Task.Run(() => throw new InvalidOperationException("from a task"));
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }
        Task<int> failing = Task.Run(() => Fail());
        try
        {
            failing.Wait();
        }
        catch (AggregateException e)
        {
            Console.WriteLine($"{e.InnerExceptions.Count} {e.InnerException.Message} {failing.IsFaulted}");
        }
        using var cancel = new CancellationTokenSource();
        Task endless = Task.Run(async () =>
        {
            while (true)
            {
                cancel.Token.ThrowIfCancellationRequested();
                await Task.Delay(1);
            }
        });
        cancel.CancelAfter(5);
        try
        {
            await endless;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"cancelled {endless.IsCanceled}");
        }
        var source = new TaskCompletionSource<string>();
        Task<string> chained = source.Task.ContinueWith(t => t.Result + " and on");
        new Thread(() => source.SetResult("completed")).Start();
        Console.WriteLine(await chained);
        var first = await Task.WhenAny(Task.Delay(Timeout.Infinite), Task.CompletedTask);
        Console.WriteLine(first.IsCompletedSuccessfully);
        using var gate = new SemaphoreSlim(0);
        _ = Task.Run(() => gate.Release());
        await gate.WaitAsync();
        int total = 0;
        await foreach (int i in Numbers())
            total += i;
        Console.WriteLine(total);
    }

    static async IAsyncEnumerable<int> Numbers()
    {
        for (int i = 0; i < 10; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    static void Timers()
    {
        using var enough = new CountdownEvent(3);
        int calls = 0;
        using (var timer = new Timer(o =>
        {
            if (Interlocked.Increment(ref calls) <= 3)
                enough.Signal();
        }, null, 1, 1))
        {
            enough.Wait();
        }
        Console.WriteLine(calls >= 3);
        using var never = new Timer(o => Console.WriteLine("never"), null, Timeout.Infinite, Timeout.Infinite);
        Console.WriteLine(never.Change(Timeout.Infinite, 0));
        using var elapsed = new ManualResetEventSlim();
        using var component = new System.Timers.Timer(1) { AutoReset = false };
        component.Elapsed += (o, e) => elapsed.Set();
        component.Start();
        elapsed.Wait();
        Console.WriteLine("elapsed");
    }

    static void Loops()
    {
        long sum = 0;
        int[] hits = new int[1000];

        Parallel.For(0, 1000, i => { hits[i]++; Interlocked.Add(ref sum, i); });
        Console.WriteLine($"{sum} {hits.All(h => h == 1)}");
        sum = 0;
        Parallel.For(0, 10000, () => 0L, (i, state, local) => local + i, local => Interlocked.Add(ref sum, local));
        Console.WriteLine(sum);
        var bag = new ConcurrentBag<string>();
        Parallel.ForEach(new[] { "a", "b", "c", "d" }, s => bag.Add(s + s));
        Console.WriteLine(string.Join(' ', bag.OrderBy(s => s, StringComparer.Ordinal)));
        Parallel.Invoke(() => Interlocked.Increment(ref sum), () => Interlocked.Increment(ref sum));
        Console.WriteLine(sum);
        ParallelLoopResult broken = Parallel.For(0, 100000, (i, state) => { if (i == 10) state.Break(); });
        Console.WriteLine($"{broken.IsCompleted} {broken.LowestBreakIteration}");
        try
        {
            Parallel.For(0, 100, i => { if (i == 50) throw new FormatException("fifty"); });
        }
        catch (AggregateException e)
        {
            Console.WriteLine(e.InnerExceptions.Any(x => x is FormatException));
        }
        Console.WriteLine(Enumerable.Range(1, 5000).AsParallel().Where(i => i % 3 == 0).Select(i => (long)i * i).Sum());
        Console.WriteLine(string.Join(' ', Enumerable.Range(0, 40).AsParallel().AsOrdered().Where(i => i % 7 == 0)));
        Console.WriteLine(Enumerable.Range(0, 3000).AsParallel().GroupBy(i => i % 10).Select(g => g.Count()).Max());
    }

    static void Collections()
    {
        var map = new ConcurrentDictionary<int, int>();
        var queue = new BlockingCollection<int>(10);
        long received = 0;

        Parallel.For(0, 2000, i => map.AddOrUpdate(i % 50, 1, (k, v) => v + 1));
        Console.WriteLine($"{map.Count} {map.Values.Sum()} {map.Values.All(v => v == 40)}");
        Task consumer = Task.Run(() =>
        {
            foreach (int i in queue.GetConsumingEnumerable())
                received += i;
        });
        for (int i = 0; i < 500; i++)
            queue.Add(i);
        queue.CompleteAdding();
        consumer.Wait();
        Console.WriteLine(received);
    }

    public static void Main()
    {
        Pool();
        Tasks().Wait();
        Timers();
        Loops();
        Collections();
    }
}
