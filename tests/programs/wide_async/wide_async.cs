// Asynchronous code by hand: contexts, value task sources, awaiters, method builders, schedulers, async locals.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace wide_async;
sealed class Pump : SynchronizationContext
{
    readonly BlockingCollection<(SendOrPostCallback, object)> q = new();
    public int Posts;
    public override void Post(SendOrPostCallback d, object s)
    {
        Interlocked.Increment(ref Posts);
        q.Add((d, s));
    }

    public override void Send(SendOrPostCallback d, object s) => d(s);
    public static T Run<T>(Func<Task<T>> f, out int posts)
    {
        var old = Current;
        var p = new Pump();
        SetSynchronizationContext(p);
        try
        {
            var t = f();
            t.ContinueWith(_ => p.q.CompleteAdding(), TaskScheduler.Default);
            foreach (var(d, s)in p.q.GetConsumingEnumerable())
                d(s);
            posts = p.Posts;
            return t.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(old);
        }
    }
}

sealed class Source : IValueTaskSource<int>
{
    ManualResetValueTaskSourceCore<int> core;
    public ValueTask<int> Task()
    {
        core.Reset();
        return new(this, core.Version);
    }

    public void Set(int v) => core.SetResult(v);
    public void Fail(Exception e) => core.SetException(e);
    public int GetResult(short t) => core.GetResult(t);
    public ValueTaskSourceStatus GetStatus(short t) => core.GetStatus(t);
    public void OnCompleted(Action<object> c, object s, short t, ValueTaskSourceOnCompletedFlags f) => core.OnCompleted(c, s, t, f);
}

readonly struct Hop(ConcurrentQueue<Action> q)
{
    public Awaiter GetAwaiter() => new(q);
    public readonly struct Awaiter(ConcurrentQueue<Action> q) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public string GetResult() => "hop";
        public void OnCompleted(Action a) => q.Enqueue(a);
        public void UnsafeOnCompleted(Action a) => q.Enqueue(a);
    }
}

[AsyncMethodBuilder(typeof(LBuilder<>))]
sealed class LTask<T>
{
    public T Value;
    public bool Done;
    public List<string> Log = new();
    public Awaiter GetAwaiter() => new(this);
    public readonly struct Awaiter(LTask<T> t) : INotifyCompletion
    {
        public bool IsCompleted => t.Done;

        public T GetResult() => t.Value;
        public void OnCompleted(Action a) => throw new NotSupportedException();
    }
}

struct LBuilder<T>
{
    LTask<T> t;
    public static LBuilder<T> Create() => new()
    {
        t = new()
    };
    public LTask<T> Task => t;

    public void Start<S>(ref S s)
        where S : IAsyncStateMachine
    {
        t.Log.Add("start");
        s.MoveNext();
    }

    public void SetStateMachine(IAsyncStateMachine s)
    {
    }

    public void SetResult(T v)
    {
        t.Value = v;
        t.Done = true;
        t.Log.Add("done");
    }

    public void SetException(Exception e)
    {
        t.Log.Add(e.Message);
        t.Done = true;
    }

    public void AwaitOnCompleted<A, S>(ref A a, ref S s)
        where A : INotifyCompletion where S : IAsyncStateMachine
    {
        var x = s;
        a.OnCompleted(() => x.MoveNext());
    }

    public void AwaitUnsafeOnCompleted<A, S>(ref A a, ref S s)
        where A : ICriticalNotifyCompletion where S : IAsyncStateMachine
    {
        t.Log.Add("await");
        IAsyncStateMachine x = s;
        a.UnsafeOnCompleted(x.MoveNext);
    }
}

sealed class Inline : TaskScheduler
{
    public int N;
    protected override void QueueTask(Task t)
    {
        N++;
        new Thread(() => TryExecuteTask(t)).Start();
    }

    protected override bool TryExecuteTaskInline(Task t, bool q) => false;
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}

static class Program
{
    static readonly AsyncLocal<string> al = new();
    static async Task<string> Flow(int d)
    {
        string before = al.Value;
        al.Value = before + d;
        if (d % 2 == 0)
            await Task.Yield();
        string inner = d > 0 ? await Flow(d - 1) : ".";
        return before + "[" + inner + "]" + al.Value;
    }

    static async ValueTask<int> VT(int n)
    {
        if (n > 3)
            await Task.Delay(1);
        return n * 2;
    }

    static async LTask<int> Lt(ConcurrentQueue<Action> q, bool bad)
    {
        var s = await new Hop(q);
        if (bad)
            throw new Exception("lt failed");
        return s.Length + (await new Hop(q)).Length;
    }

    static async IAsyncEnumerable<(int, string)> Zip(IAsyncEnumerable<int> a, IEnumerable<string> b)
    {
        using var e = b.GetEnumerator();
        await foreach (var x in a.ConfigureAwait(false))
        {
            if (!e.MoveNext())
                yield break;
            yield return (x, e.Current);
        }
    }

    static async IAsyncEnumerable<int> Count()
    {
        for (int i = 0;; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    struct Big
    {
        public long A, B, C, D;
        public string S;
    }

    static async Task<Big> Bigs(Big b, int n)
    {
        var local = b;
        for (int i = 0; i < n; i++)
        {
            local.A += i;
            local.S += i;
            await Task.Yield();
            b.D += local.S.Length;
        }

        local.D = b.D;
        return local;
    }

    static async Task Void(List<int> l, int i)
    {
        try
        {
            await Task.Delay(i);
            l.Add(i);
        }
        finally
        {
            lock (l)
                l.Add(-1);
        }
    }

    static async Task<int> Nested()
    {
        int s = 0;
        foreach (var i in new[]
        {
            1,
            2,
            3
        }

        )
        {
            try
            {
                try
                {
                    s += await VT(i * 2);
                    if (i == 2)
                        throw new InvalidOperationException("two");
                }
                finally
                {
                    s += await VT(1);
                }
            }
            catch (InvalidOperationException e)when (e.Message == "two")
            {
                s += 1000 + await VT(5);
            }
        }

        return s;
    }

    public static void Main()
    {
        al.Value = "r";
        Console.WriteLine(Flow(4).Result + al.Value);
        int tid = Environment.CurrentManagedThreadId;
        Console.WriteLine(Pump.Run(async () =>
        {
            int sum = 0;
            for (int i = 0; i < 10; i++)
            {
                await Task.Yield();
                await Task.Delay(i % 2);
                if (Environment.CurrentManagedThreadId == tid)
                    sum++;
            }

            await Task.Run(() =>
            {
            }).ConfigureAwait(false);
            return sum;
        }, out int posts) + " " + (posts >= 10));
        var src = new Source();
        async Task<int> Use()
        {
            int s = 0;
            for (int i = 0; i < 5; i++)
            {
                var v = src.Task();
                ThreadPool.QueueUserWorkItem(_ => src.Set(i * 10));
                s += await v;
            }

            var bad = src.Task();
            ThreadPool.QueueUserWorkItem(_ => src.Fail(new FormatException("vts")));
            try
            {
                await bad;
            }
            catch (FormatException e)
            {
                s += e.Message.Length;
            }

            return s;
        }

        Console.WriteLine(Use().Result);
        var q = new ConcurrentQueue<Action>();
        var lt = Lt(q, false);
        var lb = Lt(q, true);
        while (q.TryDequeue(out var a))
            a();
        Console.WriteLine(string.Join(",", lt.Log) + lt.Value + string.Join(",", lb.Log));
        async Task<string> Z()
        {
            string s = "";
            await foreach (var(i, x)in Zip(Count(), ["a", "b", "c"]))
                s += i + x;
            return s;
        }

        Console.WriteLine(Z().Result);
        var big = Bigs(new Big { A = 5, S = "s" }, 12).Result;
        Console.WriteLine($"{big.A} {big.S} {big.D}");
        Console.WriteLine(Nested().Result);
        var sch = new Inline();
        Console.WriteLine(Task.Factory.StartNew(() => 7, default, TaskCreationOptions.None, sch).ContinueWith(t => t.Result + 1, sch).Result + " " + sch.N);
        var l = new List<int>();
        Task.WhenAll(Void(l, 0), Task.FromResult(1)).Wait();
        Console.WriteLine(string.Join(",", l));
        var t1 = Task.FromException<int>(new ArgumentException("fe"));
        Console.WriteLine(t1.Status == TaskStatus.Faulted && t1.ContinueWith(t => t.Exception.InnerException.Message.Length, TaskContinuationOptions.OnlyOnFaulted).Result == 2);
        try
        {
            Task.FromCanceled(new CancellationToken(true)).Wait();
        }
        catch (AggregateException e)
        {
            Console.WriteLine(e.InnerException is TaskCanceledException);
        }

        var parent = Task.Factory.StartNew(() =>
        {
            int c = 0;
            for (int i = 0; i < 5; i++)
                Task.Factory.StartNew(() =>
                {
                    Thread.Sleep(1);
                    Interlocked.Increment(ref c);
                }, TaskCreationOptions.AttachedToParent);
            return new Func<int>(() => c);
        });
        Console.WriteLine(parent.Result());
        var unwrapped = Task.Factory.StartNew(async () =>
        {
            await Task.Yield();
            return 5;
        }).Unwrap();
        Console.WriteLine(unwrapped.Result);
        int unobserved = 0;
        var many = Enumerable.Range(0, 300).Select(async i =>
        {
            await Task.Yield();
            if (i % 3 == 0)
                await Task.Delay(1);
            return (long)i;
        }).ToList();
        Console.WriteLine(Task.WhenAll(many).Result.Sum() + unobserved);
        var tcs = new TaskCompletionSource<int>();
        var waiters = Enumerable.Range(0, 50).Select(async i => await tcs.Task + i).ToArray();
        Console.WriteLine(tcs.TrySetResult(1) && !tcs.TrySetCanceled() && Task.WhenAll(waiters).Result.Sum() == 1275);
    }
}
