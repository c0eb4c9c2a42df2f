// Native code calls a delegate that was collected: the process ends with a message that names the delegate's type, whether
// its thunk is still its own or on the list of free ones.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace interop_delegates_dead;

delegate int Dead(int a, int b);

class Calc { public int K; public int Add(int a, int b) => a + b + K; }

static class Program
{
    [DllImport("corert_interop_calls")] static extern void calls_keep(Dead f);
    [DllImport("corert_interop_calls")] static extern int calls_kept_call(int a, int b);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Keep() { Dead d = new Calc { K = 1 }.Add; calls_keep(d); T.P("alive", calls_kept_call(1, 2)); return new WeakReference(d); }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Scrub(int depth) { Span<long> a = stackalloc long[64]; a.Fill(depth); return depth == 0 ? 0 : Scrub(depth - 1) + (int)(a[depth & 63] & 1); }

    public static int Main()
    {
        WeakReference w = Keep(); Scrub(50);
        for (int i = 0; i < 4; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); }
        T.P("collected", !w.IsAlive);
        T.P("result", calls_kept_call(1, 2));
        return 3;
    }
}
