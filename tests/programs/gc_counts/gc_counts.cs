// What GC reports: collection counts grow with forced collections, memory figures are plausible, weak references die, generations
// are numbered.
using System;
using System.Runtime.CompilerServices;

namespace gc_counts;

class Node { public Node Next; public byte[] Data = new byte[100]; }

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference[] Garbage(int n)
    {
        var weak = new WeakReference[n];
        for (int i = 0; i < n; i++) weak[i] = new WeakReference(new Node());
        return weak;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int n) => n == 0 ? 0 : Deep(n - 1) + 1;

    internal static void Main()
    {
        int before = GC.CollectionCount(0);
        GC.Collect();
        GC.Collect();
        T.P("two more", GC.CollectionCount(0) >= before + 2);
        T.P("full", GC.CollectionCount(GC.MaxGeneration) >= 2);
        T.P("order", GC.CollectionCount(0) >= GC.CollectionCount(GC.MaxGeneration));
        WeakReference[] weak = Garbage(200);
        T.P("deep", Deep(1000));
        GC.Collect();
        int dead = 0;
        foreach (WeakReference w in weak) if (w.Target == null) dead++;
        // Roots are conservative: a few may be seen alive by chance.
        T.P("most die", dead > 150);
        var kept = new Node();
        var alive = new WeakReference(kept);
        GC.Collect();
        T.P("kept lives", alive.IsAlive && ReferenceEquals(alive.Target, kept));
        GC.KeepAlive(kept);
        long used = GC.GetTotalMemory(false);
        var big = new byte[8 << 20];
        T.P("grows", GC.GetTotalMemory(false) >= used + (4 << 20));
        GC.KeepAlive(big);
        T.P("allocated", GC.GetAllocatedBytesForCurrentThread() > 8 << 20);
        T.P("total allocated", GC.GetTotalAllocatedBytes() > 8 << 20);
        T.P("generation", GC.GetGeneration(kept) >= 0 && GC.GetGeneration(kept) <= GC.MaxGeneration);
        T.P("info", GC.GetGCMemoryInfo().HeapSizeBytes >= 0);
    }
}
