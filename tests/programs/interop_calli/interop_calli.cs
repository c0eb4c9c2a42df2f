// Unmanaged function pointers: conventions, SuppressGCTransition, structs, addresses of UnmanagedCallersOnly methods,
// pointers that travel through native code.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace interop_calli;

[StructLayout(LayoutKind.Sequential)] struct Pair { public int A; public double B; }
[StructLayout(LayoutKind.Sequential)] struct Big { public long A, B, C, D; }
unsafe struct Table { public int Tag; public delegate* unmanaged<int, int, int> First, Second; }

static unsafe class Program
{
    const string L = "corert_interop_calls";
    [DllImport(L)] static extern int calls_back(delegate* unmanaged<int, int, int> f, int a, int b);
    [DllImport(L)] static extern long calls_back_times(delegate* unmanaged[Cdecl]<int, int, int> f, int times);
    [DllImport(L)] static extern int calls_table_run(Table* t, int a, int b);
    [DllImport(L)] static extern delegate* unmanaged<int, int, int> calls_adder();
    [DllImport(L), SuppressGCTransition] static extern int calls_add(int a, int b);
    [DllImport(L)] static extern int calls_back_on_thread(delegate* unmanaged<int, int, int> f, int a, int b);
    [DllImport(L)] static extern int calls_back_narrow(delegate* unmanaged<sbyte, byte, short, ushort, sbyte> f);
    [DllImport(L)] static extern Pair calls_back_pair(delegate* unmanaged<Pair, Pair> f);
    [DllImport(L)] static extern long calls_back_big(delegate* unmanaged<Big, Big> f);

    static int count;
    [UnmanagedCallersOnly] static int Mul(int a, int b) { count++; return a * b; }
    [UnmanagedCallersOnly(CallConvs = new[] { typeof(CallConvCdecl) })] static int Sub(int a, int b) => a - b;
    [UnmanagedCallersOnly] static sbyte Narrow(sbyte a, byte b, short c, ushort d) { T.P("narrow " + a + " " + b + " " + c + " " + d); return (sbyte)(a / 2); }
    [UnmanagedCallersOnly] static Pair OnPair(Pair p) => new Pair { A = p.A + 1, B = p.B + 1 };
    [UnmanagedCallersOnly] static Big OnBig(Big p) => new Big { A = p.D, B = p.C, C = p.B, D = p.A };
    [UnmanagedCallersOnly] static int Collecting(int a, int b) { for (int i = 0; i < 100; i++) { _ = new byte[10000]; } GC.Collect(); return a + b; }

    static IntPtr Export(string name) => NativeLibrary.GetExport(NativeLibrary.Load("libcorert_interop_calls.so"), name);

    static int Managed(int a, int b) => a * 10 + b;
    static int Through(delegate*<int, int, int> f, int a, int b) => f(a, b);

    public static void Main()
    {
        IntPtr add = Export("calls_add");
        T.P("default", ((delegate* unmanaged<int, int, int>)add)(1, 2));
        T.P("cdecl", ((delegate* unmanaged[Cdecl]<int, int, int>)add)(3, 4));
        T.P("stdcall", ((delegate* unmanaged[Stdcall]<int, int, int>)add)(5, 6));
        T.P("thiscall", ((delegate* unmanaged[Thiscall]<int, int, int>)add)(7, 8));
        T.P("suppress", ((delegate* unmanaged[SuppressGCTransition]<int, int, int>)add)(11, 12));
        T.P("cdecl suppress", ((delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int, int>)add)(13, 14));
        T.P("member", ((delegate* unmanaged[MemberFunction]<int, int, int>)add)(15, 16));
        T.P("suppressed import", calls_add(17, 18));
        T.D("mix", ((delegate* unmanaged<sbyte, ushort, long, float, double, void*, double>)Export("calls_mix"))(-1, 65535, 1L << 40, 0.5f, 0.25, (void*)1));
        T.P("sum9", ((delegate* unmanaged<int, int, int, int, int, int, int, int, int, int>)Export("calls_sum9"))(1, 2, 3, 4, 5, 6, 7, 8, 9));
        Pair p = ((delegate* unmanaged<Pair, Pair>)Export("calls_pair_twice"))(new Pair { A = 4, B = 0.75 }); T.P("pair", p.A); T.D("pair", p.B);
        Big b = ((delegate* unmanaged<Big, Big>)Export("calls_big_next"))(new Big { A = 1, B = 2, C = 3, D = 4 }); T.P("big", b.A * 1000 + b.B * 100 + b.C * 10 + b.D);

        T.P("entry", calls_back(&Mul, 6, 7)); T.P("cdecl entry", calls_back_times(&Sub, 5));
        [UnmanagedCallersOnly] static int Local(int a, int b) => a * 1000 + b;
        T.P("local", calls_back(&Local, 1, 2));
        delegate* unmanaged<int, int, int> kept = &Mul; T.P("same", kept == (delegate* unmanaged<int, int, int>)&Mul);
        T.P("direct", kept(8, 9)); T.P("count", count);
        Table t = new Table { Tag = 5, First = &Mul, Second = calls_adder() }; T.P("table", calls_table_run(&t, 2, 3));
        T.P("adder", calls_adder()(30, 12)); T.P("back to native", calls_back(calls_adder(), 1, 1));
        T.P("thread", calls_back_on_thread(&Mul, 11, 11)); T.P("collecting", calls_back(&Collecting, 1, 2));
        T.P("narrow", calls_back_narrow(&Narrow)); p = calls_back_pair(&OnPair); T.P("pair", p.A); T.D("pair", p.B); T.P("big", calls_back_big(&OnBig));
        delegate* unmanaged<int, int, int>* array = stackalloc delegate* unmanaged<int, int, int>[3]; array[0] = &Mul; array[1] = (delegate* unmanaged<int, int, int>)add; array[2] = &Local;
        for (int i = 0; i < 3; i++) T.P("array", array[i](3, 5));
        T.P("managed", Through(&Managed, 4, 2));
        int local = 10; static int Loop(delegate* unmanaged<int, int, int> f, int n) { int s = 0; for (int i = 0; i < n; i++) s = f(s, i); return s; }
        T.P("loop", Loop((delegate* unmanaged<int, int, int>)add, local));
        try { ((delegate* unmanaged<int, int, int>)add)(1, int.Parse("x")); } catch (FormatException) { T.P("thrown before the call"); }
    }
}
