// Finalizers: that they run, how often, in which order, what they may do. Roots are conservative, so a few objects of many may be
// kept by chance: counts are compared with a margin.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.ConstrainedExecution;
using System.Threading;

namespace gc_finalizers;

class Counted
{
    public static int Ran, Made;
    int[] payload = { 1, 2, 3 };
    public Counted() { Made++; }
    ~Counted() { if (payload[2] == 3) Interlocked.Increment(ref Ran); }
}

class Suppressed
{
    public static int Ran;
    public Suppressed() { GC.SuppressFinalize(this); }
    ~Suppressed() { Ran++; }
}

class Back { public static int Ran; ~Back() { Ran++; } }

class Phoenix
{
    public static Phoenix Kept;
    public static int Ran;
    public string Name = "phoenix";
    ~Phoenix() { Ran++; Kept = this; }
}

class Twice
{
    public static int Ran;
    ~Twice() { if (++Ran < 3) GC.ReRegisterForFinalize(this); }
}

static class Order
{
    static int next;
    public static int Next() => Interlocked.Increment(ref next);
    public static int LastNormal, FirstCritical, Normal, Critical;
}

class NormalOne { ~NormalOne() { Order.LastNormal = Order.Next(); Order.Normal++; } }
class CriticalOne : CriticalFinalizerObject
{
    public object Other;
    ~CriticalOne() { int at = Order.Next(); if (Order.FirstCritical == 0) Order.FirstCritical = at; Order.Critical++; }
}

class Inner { public int Value = 42; public static int Ran; ~Inner() { Ran++; } }
class Outer
{
    Inner inner = new Inner();
    int[][] table = new int[20][];
    public static int Sum, Ran;
    public Outer() { for (int i = 0; i < table.Length; i++) table[i] = new int[i + 1]; }
    ~Outer()
    {
        int sum = inner.Value;
        foreach (int[] row in table) sum += row.Length;
        Sum = sum;
        Ran++;
    }
}

class Busy
{
    public static int Ran, Bytes, FromThread;
    public static bool NestedReturned, Caught;
    ~Busy()
    {
        byte[] garbage = null;
        for (int i = 0; i < 200; i++) { garbage = new byte[1000 + i]; Bytes += garbage.Length; }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        NestedReturned = true;
        try { throw new InvalidOperationException("inside"); }
        catch (InvalidOperationException) { Caught = true; }
        var t = new Thread(() => FromThread = 7);
        t.Start();
        t.Join();
        Ran++;
    }
}

class Blocks
{
    public static ManualResetEventSlim Go = new ManualResetEventSlim(false);
    public static int Ran;
    ~Blocks() { Go.Wait(); Ran++; }
}

class BadConstructor
{
    public static int Ran;
    public BadConstructor() { throw new FormatException(); }
    ~BadConstructor() { Ran++; }
}

struct Disposer : IDisposable { public Back Inside; public void Dispose() { } }

class Base { public static string Log = ""; ~Base() { Log += "base;"; } }
class Derived : Base { ~Derived() { Log += "derived;"; } }

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Many(int n, Action make) { for (int i = 0; i < n; i++) make(); }

    // Runs `make` far down the stack, so that nothing of it stays in the caller's frames, then overwrites that stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int depth, Action make)
    {
        Span<int> frame = stackalloc int[8];
        frame[depth & 7] = depth;
        if (depth == 0) { if (make != null) make(); return 0; }
        return Deep(depth - 1, make) + frame[depth & 7] - depth;
    }

    static void Run(Action make)
    {
        Deep(40, make);
        Deep(80, null);
    }

    static void Settle()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    internal static void Main()
    {
        Run(() => Many(200, () => new Counted()));
        Settle();
        T.P("most ran", Counted.Ran > 150 && Counted.Ran <= Counted.Made);

        Run(() => Many(50, () => new Suppressed()));
        Settle();
        T.P("suppressed", Suppressed.Ran);

        Run(() => Many(100, () => { var b = new Back(); GC.SuppressFinalize(b); GC.ReRegisterForFinalize(b); }));
        Settle();
        T.P("suppressed and registered again", Back.Ran > 70 && Back.Ran <= 100);

        Run(() => new Phoenix());
        Settle();
        T.P("resurrected", Phoenix.Ran == 1 && Phoenix.Kept != null && Phoenix.Kept.Name == "phoenix");
        Phoenix.Kept = null;
        Run(() => { });
        Settle();
        T.P("not twice", Phoenix.Ran);

        Run(() => new Twice());
        for (int i = 0; i < 4; i++) Settle();
        T.P("registered in the finalizer", Twice.Ran);

        GC.TryStartNoGCRegion(4 << 20); // all of them are found dead by one collection
        Run(() => Many(60, () => { new CriticalOne { Other = new NormalOne() }; }));
        GC.EndNoGCRegion();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        T.P("critical ones are last", Order.Critical > 30 && Order.Normal > 30 && Order.LastNormal < Order.FirstCritical);
        Settle();

        Run(() => Many(3, () => new Outer()));
        Settle();
        T.P("what it refers to is alive", Outer.Sum);
        T.P("and finalized too", Inner.Ran > 0);

        Run(() => new Busy());
        Settle();
        T.P("busy", Busy.Ran == 1 && Busy.Bytes > 200000 && Busy.NestedReturned && Busy.Caught && Busy.FromThread == 7);

        Run(() => new Blocks());
        GC.Collect();
        T.P("blocked", Blocks.Ran);
        Blocks.Go.Set();
        Settle();
        T.P("released", Blocks.Ran);

        int threw = 0;
        Run(() => Many(50, () => { try { new BadConstructor(); } catch (FormatException) { threw++; } }));
        Settle();
        T.P("constructor threw", threw);
        T.P("finalized all the same", BadConstructor.Ran > 30);

        Run(() => new Derived());
        Settle();
        T.P("base after derived", Base.Log);

        T.P("null", T.Throws(() => GC.SuppressFinalize(null)));
        T.P("null", T.Throws(() => GC.ReRegisterForFinalize(null)));
        object plain = new object();
        GC.SuppressFinalize(plain);
        GC.ReRegisterForFinalize(plain);
        GC.WaitForPendingFinalizers();
        T.P("done");
    }
}
