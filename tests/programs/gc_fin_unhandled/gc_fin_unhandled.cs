// An exception that leaves a finalizer ends the process.
using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace gc_fin_unhandled;

class Bad { ~Bad() { throw new InvalidOperationException("out of a finalizer"); } }

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Make() { for (int i = 0; i < 20; i++) new Bad(); }

    internal static void Main()
    {
        T.P("before");
        Make();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Thread.Sleep(300000);
        T.P("not reached");
    }
}
