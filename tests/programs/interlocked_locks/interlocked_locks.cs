// Interlocked, Volatile, lock and Monitor without contention, thread statics, Lazy, System.Threading.Lock, barriers, on one thread.
using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace interlocked_locks;

class Node { public int V; public Node Next; }
struct Big { public long A, B, C; public string S; }
class Stack
{
    Node head;
    public void Push(int v) { var n = new Node { V = v }; do n.Next = head; while (Interlocked.CompareExchange(ref head, n, n.Next) != n.Next); }
    public int Pop()
    {
        while (true) { var h = head; if (h == null) return -1; if (Interlocked.CompareExchange(ref head, h.Next, h) == h) return h.V; }
    }
}
class Statics
{
    [ThreadStatic] public static int I; [ThreadStatic] public static string S; [ThreadStatic] public static Big B;
    [ThreadStatic] public static object O; [ThreadStatic] static long[] arr; public static long[] Arr => arr ??= new long[3];
    [ThreadStatic] public static int Init = 5;
}
class GStatics<X> { [ThreadStatic] public static X V; [ThreadStatic] public static int N; public static int Next() => ++N; }
class V
{
    public volatile int I; public volatile object O; public volatile bool B; public volatile float F; public static volatile string S;
    public volatile nint P;
}

static class Program
{
    static int si; static long sl; static object so; static readonly object gate = new();
    static int Rec(int n) { lock (gate) { return n == 0 ? 0 : 1 + Rec(n - 1); } }
    [MethodImpl(MethodImplOptions.Synchronized)] static int Sync(int x) => x + 1;
    class SyncInst
    {
        int n; [MethodImpl(MethodImplOptions.Synchronized)] public int Inc() { if (n++ < 3) Inc(); return n; }
        [MethodImpl(MethodImplOptions.Synchronized)] public void Boom() => throw new FormatException(); public bool Free => !Monitor.IsEntered(this);
    }

    internal static void Main()
    {
        int i = 5; long l = 1L << 40; uint u = 7; ulong ul = 9; float f = 1.5f; double d = 2.5; nint p = 3; string s = "a"; object o = s; byte b = 1;
        short sh = 2; bool bo = false;
        T.P("inc " + Interlocked.Increment(ref i) + Interlocked.Decrement(ref l) + Interlocked.Add(ref i, 10) + Interlocked.Add(ref l, -5)
            + Interlocked.Increment(ref u) + Interlocked.Add(ref ul, 3) + i + l);
        T.P("exchange " + Interlocked.Exchange(ref i, 1) + Interlocked.Exchange(ref l, 2) + Interlocked.Exchange(ref f, 3f)
            + Interlocked.Exchange(ref d, 4.5) + Interlocked.Exchange(ref p, 5) + Interlocked.Exchange(ref s, "b") + Interlocked.Exchange(ref o, 5)
            + Interlocked.Exchange(ref b, 9) + Interlocked.Exchange(ref sh, -9) + i + l + f + d + p + s + o + b + sh);
        T.P("cas " + Interlocked.CompareExchange(ref i, 7, 1) + Interlocked.CompareExchange(ref i, 8, 1)
            + Interlocked.CompareExchange(ref l, 7, 99) + Interlocked.CompareExchange(ref d, 1, 4.5) + Interlocked.CompareExchange(ref s, "c", "b")
            + Interlocked.CompareExchange(ref b, 3, 9) + Interlocked.CompareExchange(ref bo, true, false) + i + l + d + s + b + bo);
        T.P("bits " + Interlocked.And(ref i, 3) + Interlocked.Or(ref i, 8) + Interlocked.Or(ref ul, 0xf0) + i + ul + Interlocked.Read(ref l));
        Interlocked.Increment(ref si); Interlocked.Add(ref sl, 5); Interlocked.Exchange(ref so, "obj"); Interlocked.MemoryBarrier();
        T.P("static " + si + sl + so + Interlocked.Exchange(ref so, null)); var st = new Stack(); for (int k = 0; k < 5; k++) st.Push(k);
        T.P("stack " + st.Pop() + st.Pop() + st.Pop()); T.P("null " + T.Throws(() => Interlocked.Increment(ref T.Opaque<int[]>(null)[0])));
        T.P("volatile " + Volatile.Read(ref i)); Volatile.Write(ref i, 77); Volatile.Write(ref s, "vw"); T.P("volatile " + i + Volatile.Read(ref s));
        var v = new V { I = 3, O = "o", B = true, F = 0.5f, P = 9 }; v.I += 4; V.S = "vs"; T.P("fields " + v.I + v.O + v.B + v.F + V.S + v.P);
        Thread.MemoryBarrier(); T.P("rec " + Rec(20) + Monitor.IsEntered(gate)); bool taken = false; Monitor.Enter(gate, ref taken);
        T.P("enter " + taken + Monitor.IsEntered(gate) + Monitor.TryEnter(gate) + Monitor.TryEnter(gate, 0)); Monitor.Exit(gate); Monitor.Exit(gate);
        Monitor.Exit(gate); T.P("exit " + Monitor.IsEntered(gate));
        T.P("throws " + T.Throws(() => { lock (T.Opaque<object>(null)) { } }) + T.Throws(() => { lock (gate) throw new FormatException(); })
            + Monitor.IsEntered(gate));
        try { Monitor.Exit(gate); } catch (SynchronizationLockException) { T.P("not owned"); } lock (gate) Monitor.PulseAll(gate);
        T.P("hash in lock"); var ho = new object(); int h1 = ho.GetHashCode(); lock (ho) { T.P("same hash " + (h1 == ho.GetHashCode())); }
        var h2 = new object(); lock (h2) { int k = h2.GetHashCode(); lock (h2) T.P("hash while locked " + (k == h2.GetHashCode())); }
        T.P("after " + (h1 == ho.GetHashCode()) + Sync(4) + new SyncInst().Inc()); var si2 = new SyncInst();
        T.P("sync throw " + T.Throws(si2.Boom) + si2.Free); Lock lk = new();
        lock (lk) { T.P("lock " + lk.IsHeldByCurrentThread); using (lk.EnterScope()) T.P("nested"); }
        T.P("lock " + lk.IsHeldByCurrentThread + lk.TryEnter()); lk.Exit();
        for (int k = 0; k < 3000; k++) { var ob = new object(); lock (ob) { if (k % 7 == 0) ob.GetHashCode(); } }
        Statics.I += 5; Statics.S += "ts"; Statics.B.C = 9; Statics.B.S = "big"; Statics.O ??= "oo"; Statics.Arr[2] = 8; GStatics<int>.V = 1;
        GStatics<string>.V = "gs"; GStatics<object>.V = "go"; GStatics<int>.Next(); GStatics<string>.Next(); GStatics<string>.Next(); GC.Collect();
        T.P("thread statics " + Statics.I + Statics.S + Statics.B.C + Statics.B.S + Statics.O + Statics.Arr[2] + GStatics<int>.V
            + GStatics<string>.V + GStatics<object>.V + GStatics<int>.N + GStatics<string>.N + GStatics<object>.N + Statics.Init);
        ref int rts = ref Statics.I; rts++; T.P("ref", Statics.I); var tl = new ThreadLocal<int>(() => 5); tl.Value++;
        T.P("threadlocal " + tl.Value + tl.IsValueCreated); var al = new AsyncLocal<string> { Value = "al" }; T.P(al.Value); int made = 0;
        var lazy = new Lazy<string>(() => "lazy" + ++made); T.P("lazy " + lazy.IsValueCreated + lazy.Value + lazy.Value + made + lazy.IsValueCreated);
        var bad = new Lazy<int>(() => { made++; throw new FormatException(); });
        T.P("bad " + T.Throws(() => _ = bad.Value) + T.Throws(() => _ = bad.Value) + made);
        var none = new Lazy<int>(() => ++made, LazyThreadSafetyMode.None); T.P("none " + none.Value + none.Value); int ini = 0; string li = null;
        LazyInitializer.EnsureInitialized(ref li, () => "li" + ++ini); LazyInitializer.EnsureInitialized(ref li, () => "x" + ++ini); T.P(li + ini);
        var rw = new ReaderWriterLockSlim(); rw.EnterReadLock(); rw.ExitReadLock(); rw.EnterWriteLock(); T.P("rw " + rw.IsWriteLockHeld);
        rw.ExitWriteLock(); var sem = new SemaphoreSlim(2); sem.Wait(); T.P("sem " + sem.CurrentCount + sem.Wait(0) + sem.Wait(0)); sem.Release(2);
        var mre = new ManualResetEventSlim(true); mre.Wait(); var sl2 = new SpinLock(false); bool t2 = false; sl2.Enter(ref t2); sl2.Exit();
        T.P("spin " + t2 + mre.IsSet);
        T.P("thread " + (Thread.CurrentThread == Thread.CurrentThread)
            + (Environment.CurrentManagedThreadId == Thread.CurrentThread.ManagedThreadId) + Thread.CurrentThread.IsThreadPoolThread
            + Thread.CurrentThread.IsAlive);
        using var cts = new CancellationTokenSource(); int cb = 0; var reg = cts.Token.Register(() => cb += 1); cts.Token.Register(() => cb += 10);
        reg.Dispose(); cts.Cancel(); T.P("cts", cb);
    }
}
