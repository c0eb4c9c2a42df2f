// Lifetimes of delegates that native code knows: a pointer keeps nothing alive, a pinned or referenced delegate works after
// collections, thunks of dead delegates are used again, callbacks that collect, delegates made from native functions.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace interop_delegates_gc;

delegate int Op(int a, int b);
delegate int Nest(int depth);

class Calc { public int K; public int Add(int a, int b) => a + b + K; }

static class Program
{
    const string L = "corert_interop_calls";
    [DllImport(L)] static extern int calls_back(Op f, int a, int b);
    [DllImport(L, EntryPoint = "calls_back")] static extern int calls_back_ptr(IntPtr f, int a, int b);
    [DllImport(L)] static extern void calls_keep(Op f);
    [DllImport(L)] static extern int calls_kept_call(int a, int b);
    [DllImport(L)] static extern Op calls_adder();
    [DllImport(L)] static extern int calls_nest(Nest f, int depth);

    static void Collect() { for (int i = 0; i < 3; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); } }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void MakeDead(WeakReference[] weak)
    {
        for (int i = 0; i < weak.Length; i++)
        {
            Op op = new Calc { K = i }.Add;
            if (calls_back_ptr(Marshal.GetFunctionPointerForDelegate(op), 1, 1) != 2 + i) T.P("wrong");
            weak[i] = new WeakReference(op);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference MakeNative() { Op add = calls_adder(); if (add(1, 2) != 3) T.P("wrong"); return new WeakReference(add); }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference PassAndForget() { Op op = new Calc { K = 5 }.Add; T.P("passed", calls_back(op, 1, 2)); return new WeakReference(op); }

    // Deep enough that nothing of what the calls left lies on the stack any more.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Scrub(int depth) { Span<long> a = stackalloc long[64]; a.Fill(depth); return depth == 0 ? 0 : Scrub(depth - 1) + (int)(a[depth & 63] & 1); }

    static int Alive(WeakReference[] weak) { int n = 0; foreach (WeakReference w in weak) if (w.IsAlive) n++; return n; }

    static int Nested(int depth) { if (depth % 4 == 0) GC.Collect(); object o = new int[depth + 1]; int n = calls_nest(Nested, depth); return ((int[])o).Length == depth + 1 ? n : -1000; }

    public static void Main()
    {
        var weak = new WeakReference[500]; MakeDead(weak); Scrub(50); Collect(); T.P("most died", Alive(weak) < 10);
        WeakReference passed = PassAndForget(), native = MakeNative(); Scrub(50); Collect(); T.P("passed died", !passed.IsAlive); T.P("native died", !native.IsAlive);

        var kept = new List<Op>(); var pointers = new List<IntPtr>();
        for (int round = 0; round < 6; round++)
        {
            for (int i = 0; i < 100; i++) { Op op = new Calc { K = round * 100 + i }.Add; kept.Add(op); pointers.Add(Marshal.GetFunctionPointerForDelegate(op)); }
            MakeDead(new WeakReference[400]); Scrub(50); Collect();
            int wrong = 0; for (int i = 0; i < kept.Count; i++) if (calls_back_ptr(pointers[i], i, 1) != 2 * i + 1 || Marshal.GetFunctionPointerForDelegate(kept[i]) != pointers[i]) wrong++;
            T.P("kept " + kept.Count + ", wrong", wrong);
        }
        T.P("distinct", new HashSet<IntPtr>(pointers).Count);

        Op field = new Calc { K = 1000 }.Add; calls_keep(field); field = null; // still in `handle` below
        GCHandle handle = GCHandle.Alloc(kept[7]); calls_keep(kept[7]); kept.Clear(); Collect(); T.P("handle", calls_kept_call(1, 1)); handle.Free();
        T.P("nested", calls_nest(Nested, 24));
        T.P("collecting callback", calls_back((a, b) => { Collect(); return a * b; }, 6, 7));
        T.P("in a loop"); for (int i = 0; i < 2000; i++) { int k = i; if (calls_back((a, b) => a + b + k, i, i) != 3 * i) T.P("wrong", i); if (i % 500 == 0) GC.Collect(); }
        calls_keep(null); T.P("done");
    }
}
