// Channels, asynchronous iterators and disposal, cancellation: producers, workers and a collector.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace wide_pipeline;
static class Program
{
    record Job(int Id, string Text);
    record struct Done(int Id, long Value);
    sealed class Scope : IAsyncDisposable
    {
        public static int Open, Closed;
        public Scope() => Interlocked.Increment(ref Open);
        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            Interlocked.Increment(ref Closed);
        }
    }

    static async IAsyncEnumerable<T> Where<T>(IAsyncEnumerable<T> source, Func<T, ValueTask<bool>> test)
    {
        await using var s = new Scope();
        await foreach (var x in source)
            if (await test(x))
                yield return x;
    }

    static async IAsyncEnumerable<int> Numbers(int n, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            for (int i = 0; i < n; i++)
            {
                if (i % 3 == 0)
                    await Task.Yield();
                ct.ThrowIfCancellationRequested();
                yield return i;
            }
        }
        finally
        {
            Console.WriteLine("numbers closed");
        }
    }

    static async Task Produce(ChannelWriter<Job> w, int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            await w.WriteAsync(new Job(i, new string ((char)('a' + i % 26), i % 7)));
        }
    }

    static async Task Work(ChannelReader<Job> r, ChannelWriter<Done> w)
    {
        while (await r.WaitToReadAsync())
            while (r.TryRead(out var job))
            {
                long v = job.Text.Aggregate(job.Id * 31L, (a, c) => a * 17 + c);
                await w.WriteAsync(new Done(job.Id, v));
            }
    }

    static async Task<int> Run()
    {
        var jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(8) { FullMode = BoundedChannelFullMode.Wait });
        var results = Channel.CreateUnbounded<Done>(new UnboundedChannelOptions { SingleReader = true });
        var workers = Enumerable.Range(0, 5).Select(_ => Work(jobs.Reader, results.Writer)).ToArray();
        var producers = Enumerable.Range(0, 4).Select(p => Produce(jobs.Writer, p * 50, 50)).ToArray();
        var collect = Task.Run(async () =>
        {
            var l = new SortedList<int, long>();
            await foreach (var d in results.Reader.ReadAllAsync())
                l.Add(d.Id, d.Value);
            return l;
        });
        await Task.WhenAll(producers);
        jobs.Writer.Complete();
        await Task.WhenAll(workers);
        results.Writer.Complete();
        var all = await collect;
        Console.WriteLine($"{all.Count} {all.Values.Aggregate(0L, (a, b) => a * 3 + b)}");
        var odd = new List<int>();
        await foreach (var x in Where(Where(Numbers(40), async x =>
        {
            await Task.Yield();
            return x % 2 == 1;
        }), x => new ValueTask<bool>(x % 3 != 0)))
            odd.Add(x);
        Console.WriteLine(string.Join(",", odd));
        Console.WriteLine($"{Scope.Open} {Scope.Closed}");
        using var cts = new CancellationTokenSource();
        int seen = 0;
        try
        {
            await foreach (var x in Numbers(100, cts.Token))
            {
                seen++;
                if (x == 10)
                    cts.Cancel();
            }
        }
        catch (OperationCanceledException e)
        {
            Console.WriteLine($"cancelled {seen} {e.CancellationToken == cts.Token}");
        }

        await foreach (var x in Numbers(100))
            if (x == 5)
                break;
        var failed = Channel.CreateUnbounded<int>();
        failed.Writer.TryWrite(1);
        failed.Writer.Complete(new InvalidOperationException("pump broke"));
        try
        {
            await foreach (var x in failed.Reader.ReadAllAsync())
                Console.WriteLine("item " + x);
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }

        var dropping = Channel.CreateBounded<int>(new BoundedChannelOptions(3) { FullMode = BoundedChannelFullMode.DropOldest }, d => Console.WriteLine("dropped " + d));
        for (int i = 0; i < 5; i++)
            dropping.Writer.TryWrite(i);
        var prio = Channel.CreateUnboundedPrioritized<string>(new UnboundedPrioritizedChannelOptions<string> { Comparer = StringComparer.Ordinal });
        foreach (var s in "pear apple fig".Split(' '))
            await prio.Writer.WriteAsync(s);
        prio.Writer.Complete();
        await foreach (var s in prio.Reader.ReadAllAsync())
            Console.Write(s + " ");
        Console.WriteLine();
        return all.Count;
    }

    public static int Main()
    {
        int n = Run().GetAwaiter().GetResult();
        return n == 200 ? 0 : 1;
    }
}
