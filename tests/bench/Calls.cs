// Crossing costs: blittable P/Invoke, the same without a transition, unmanaged function pointers, a delegate and an
// UnmanagedCallersOnly method called back by native code. The export at the end is timed by calls_host.c.
// Native side: tests/programs/native/corert_interop_calls.c.
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

static unsafe class Calls
{
    const string L = "corert_interop_calls";
    delegate int Op(int a, int b);
    [DllImport(L)] static extern int calls_add(int a, int b);
    [DllImport(L, EntryPoint = "calls_add"), SuppressGCTransition] static extern int calls_add_fast(int a, int b);
    [DllImport(L)] static extern int calls_errno(int value);
    [DllImport(L, EntryPoint = "calls_errno", SetLastError = true)] static extern int calls_errno_saved(int value);
    [DllImport(L)] static extern long calls_back_times(Op f, int times);
    [DllImport(L, EntryPoint = "calls_back_times")] static extern long calls_back_entry(delegate* unmanaged<int, int, int> f, int times);
    [DllImport(L)] static extern delegate* unmanaged<int, int, int> calls_adder();

    static int Add(int a, int b) => a + b;
    [UnmanagedCallersOnly] static int Entry(int a, int b) => a + b;
    [UnmanagedCallersOnly(EntryPoint = "calls_export")] static int Export(int a, int b) => a + b;

    static void Time(string name, int n, Func<int, long> body)
    {
        body(1000);
        var clock = Stopwatch.StartNew();
        long check = body(n);
        double ns = clock.Elapsed.TotalNanoseconds / n;
        Console.WriteLine(name + " check " + check);
        Console.Error.WriteLine(name + " ns " + ns.ToString("F2"));
    }

    static void Main(string[] args)
    {
        int n = args.Length > 0 ? int.Parse(args[0]) : 20000000;
        delegate* unmanaged<int, int, int> pointer = calls_adder();
        Op op = Add; Op closure = new Calc().Add;
        Time("pinvoke", n, count => { long s = 0; for (int i = 0; i < count; i++) s += calls_add(i, 1); return s; });
        Time("suppressed", n, count => { long s = 0; for (int i = 0; i < count; i++) s += calls_add_fast(i, 1); return s; });
        Time("calli", n, count => { long s = 0; for (int i = 0; i < count; i++) s += pointer(i, 1); return s; });
        Time("last-error", n / 4, count => { long s = 0; for (int i = 0; i < count; i++) s += calls_errno_saved(i); return s; });
        Time("callback-static", n / 4, count => calls_back_times(op, count));
        Time("callback-instance", n / 4, count => calls_back_times(closure, count));
        Time("callback-entry", n / 4, count => calls_back_entry(&Entry, count));
        GC.KeepAlive(op); GC.KeepAlive(closure);
    }

    sealed class Calc { int one = 1; public int Add(int a, int b) => a + b * one; }
}
