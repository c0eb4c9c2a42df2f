// async methods that complete synchronously: Task, Task<T>, ValueTask, exceptions, finally, loops, await in catch, custom
// awaitables, async iterators, combinators over completed tasks, and TaskCompletionSource continuations run inline.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace async_sync;

struct Ready : INotifyCompletion
{
    public int V; public bool IsCompleted => true; public int GetResult() => V;
    public void OnCompleted(Action a) => throw new InvalidOperationException(); public Ready GetAwaiter() => this;
}
class Manual : ICriticalNotifyCompletion
{
    Action next; bool done; public int V; public bool IsCompleted => done; public int GetResult() => V; public void OnCompleted(Action a) => next = a;
    public void UnsafeOnCompleted(Action a) => next = a; public void Set(int v) { V = v; done = true; next?.Invoke(); }
    public Manual GetAwaiter() => this;
}
class AsyncDisp : IAsyncDisposable { public async ValueTask DisposeAsync() { T.P("dispose async"); await Task.CompletedTask; } }
class Lazy2<X>(Func<Task<X>> f) { public TaskAwaiter<X> GetAwaiter() => f().GetAwaiter(); }

static class Program
{
    static readonly AsyncLocal<int> local = new();
    static async Task<int> Add(int a, int b)
    {
        int x = await Task.FromResult(a); int y = await new ValueTask<int>(b); await Task.CompletedTask; return x + y;
    }
    static async Task Throw(int n) { await Task.CompletedTask; if (n > 0) throw new FormatException("f" + n); }
    static async Task<string> Catching(int n)
    {
        string s = "";
        try { s += "t"; await Throw(n); s += "n"; } catch (FormatException e) when (e.Message == "f1") { s += "c"
            + await Add(1, 2); } catch (Exception e) { s += "e"; await Task.CompletedTask; s += e.Message; } finally { s += "f"; await Task.CompletedTask; s += "F"; }
        return s;
    }
    static async ValueTask<long> Loop(int n)
    {
        long t = 0; for (int i = 0; i < n; i++) { t += await Add(i, 1); if (i % 3 == 0) continue; t += await ValueTask.FromResult((long)i); }
        return t;
    }
    static async Task<X> Gen<X>(X x) { await Task.CompletedTask; var c = await Task.FromResult((x, 1)); return c.x; }
    static async Task<int> Fact(int n) => n <= 1 ? 1 : n * await Fact(n - 1);
    static async void Void(List<string> log) { log.Add("v1"); await Task.CompletedTask; log.Add("v2"); }
    static async IAsyncEnumerable<int> Seq(int n)
    {
        try { for (int i = 0; i < n; i++) { await Task.CompletedTask; yield return i * i; } } finally { T.P("seq finally"); }
    }
    static async Task<int> Custom(Manual m) { int a = await new Ready { V = 5 }; int b = await m; return a * 100 + b; }
    static async Task<string> Order(Manual m, List<string> log) { log.Add("before"); int v = await m; log.Add("after" + v); return "done"; }
    static async Task<int> Spill(int a) => a + await Add(a, 1) * (await Add(2, a) + a) - await Gen(a);
    static async Task<(int, string)> Big(decimal d, (int, string) t, Guid g)
    {
        await Task.CompletedTask; return (t.Item1 + (int)d, t.Item2 + g.ToString()[..4]);
    }
    static async Task<int> Array(int[] a) { a[await Add(0, 1)] += await Add(10, 20); a[await Gen(0)]++; return a[0] + a[1]; }
    static async Task Using()
    {
        await using (new AsyncDisp()) { T.P("in using"); } await foreach (int x in Seq(3)) T.P("seq", x);
        await foreach (int x in Seq(5)) if (x > 0) break;
    }
    static async Task<int> Nested(int n)
    {
        try { try { await Throw(n); return 1; } finally { await Task.CompletedTask; T.P("nested finally"); } } catch (FormatException) { return await Add(n, 100); }
    }
    static async Task SetLocal(int v) { local.Value = v; await Task.CompletedTask; T.P("inner local", local.Value); }

    static int Wait(Task<int> t) => t.GetAwaiter().GetResult();

    internal static int Main()
    {
        T.P("add", Wait(Add(1, 2))); for (int i = 0; i < 3; i++) T.P("catching " + Catching(i).Result); T.P("loop", Loop(10).Result);
        T.P("gen " + Gen("g").Result + Gen(5).Result + Gen((1, "t")).Result); T.P("fact", Fact(10).Result); var log = new List<string>(); Void(log);
        T.P("void " + T.Join(log)); T.P("spill", Wait(Spill(7)));
        T.P("big " + Big(5.5m, (1, "x"), new Guid(0x1234abcd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).Result); T.P("array", Wait(Array([1, 2])));
        Using().Wait(); T.P("nested " + Nested(0).Result + Nested(3).Result);
        var m = new Manual(); var ct = Custom(m); T.P("pending " + ct.IsCompleted); m.Set(7); T.P("custom " + ct.IsCompleted + ct.Result);
        log.Clear(); var m2 = new Manual(); var ot = Order(m2, log); log.Add("outside"); m2.Set(3); T.P("order " + T.Join(log) + ot.Result);
        var tcs = new TaskCompletionSource<string>(); log.Clear();
        async Task<int> Waiter(int id) { string s = await tcs.Task; log.Add(id + s); return id; } var w1 = Waiter(1);
        T.P("waiting " + w1.IsCompleted); tcs.SetResult("r"); T.P("tcs " + T.Join(log) + w1.IsCompletedSuccessfully + tcs.TrySetResult("again"));
        var ft = Throw(5);
        T.P("faulted " + ft.IsFaulted + (ft.Exception.InnerException is FormatException) + ft.Exception.InnerExceptions.Count + (int)ft.Status);
        T.P("get " + T.Throws(() => ft.GetAwaiter().GetResult()) + T.Throws(() => ft.Wait())
            + T.Throws(() => _ = Task.FromException<int>(new OverflowException()).Result));
        var cts = new CancellationTokenSource(); int cancelled = 0; using (cts.Token.Register(() => cancelled++)) cts.Cancel();
        T.P("cancel " + cancelled + cts.IsCancellationRequested + T.Throws(() => cts.Token.ThrowIfCancellationRequested())
            + Task.FromCanceled(cts.Token).IsCanceled);
        async Task<int> Canc() { await Task.CompletedTask; cts.Token.ThrowIfCancellationRequested(); return 1; }
        T.P("canceled task " + Canc().IsCanceled + T.Throws(() => Canc().GetAwaiter().GetResult()));
        T.P("whenall " + string.Join(",", Task.WhenAll(Add(1, 1), Add(2, 2)).Result) + Task.WhenAny(Gen("a"), Gen("b")).Result.Result
            + Task.WhenAll(Throw(0), Throw(1), Throw(2)).Exception.InnerExceptions.Count);
        var cont = Add(4, 5).ContinueWith(t => t.Result * 2, TaskContinuationOptions.ExecuteSynchronously); T.P("continue", cont.Result);
        T.P("lazy", ((Func<Task<int>>)(async () => await new Lazy2<int>(() => Add(3, 3))))().Result); local.Value = 1; SetLocal(2).Wait();
        T.P("outer local", local.Value); var vt = new ValueTask<int>(Add(8, 8));
        T.P("valuetask " + vt.IsCompleted + vt.Result + new ValueTask().IsCompleted); var run = new Task<int>(() => 42); run.RunSynchronously();
        T.P("run " + run.Result + (int)run.Status); long steps = 0; var gate = new Manual[50]; var tasks = new Task<int>[50];
        for (int i = 0; i < 50; i++) { gate[i] = new Manual(); tasks[i] = Custom(gate[i]); } for (int i = 49; i >= 0; i--) gate[i].Set(i);
        foreach (var t in tasks) steps += t.Result; T.P("many", steps); return Fact(3).Result;
    }
}
