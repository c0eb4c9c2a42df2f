// System.GC and GCSettings: arguments, results, states.
using System;
using System.Collections.Generic;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;

namespace gc_api;

static class Program
{
    static object keep;

    internal static void Main()
    {
        T.P("max generation", GC.MaxGeneration);
        int[] before = { GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2) };
        GC.Collect(2);
        GC.Collect(2, GCCollectionMode.Forced);
        GC.Collect(2, GCCollectionMode.Default, true);
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        GC.Collect(2, GCCollectionMode.Aggressive, true, true);
        for (int g = 0; g < 3; g++) T.P("counted", GC.CollectionCount(g) >= before[g] + 5);
        GC.Collect(0);
        GC.Collect(1, GCCollectionMode.Optimized);
        GC.Collect(5);
        T.P("beyond", GC.CollectionCount(3));
        T.P("negative generation", T.Throws(() => GC.Collect(-1)));
        T.P("mode", T.Throws(() => GC.Collect(0, (GCCollectionMode)7)));
        T.P("aggressive young", T.Throws(() => GC.Collect(0, GCCollectionMode.Aggressive)));
        T.P("aggressive in the background", T.Throws(() => GC.Collect(2, GCCollectionMode.Aggressive, false)));
        T.P("aggressive without compaction", T.Throws(() => GC.Collect(2, GCCollectionMode.Aggressive, true, false)));
        T.P("count", T.Throws(() => GC.CollectionCount(-1)));

        object o = new object();
        T.P("young", GC.GetGeneration(o) < GC.MaxGeneration);
        GC.Collect();
        GC.Collect();
        T.P("old", GC.GetGeneration(o));
        T.P("weak", GC.GetGeneration(new WeakReference(o)));
        T.P("dead weak", T.Throws(() => GC.GetGeneration(new WeakReference(null))));
        T.P("null", T.Throws(() => GC.GetGeneration((object)null)));
        int loops = 0;
        object fresh = new object();
        while (GC.GetGeneration(fresh) < GC.MaxGeneration && loops < 10) { GC.Collect(); loops++; }
        T.P("gets old", loops > 0 && loops < 10);

        // Memory figures.
        long start = GC.GetTotalMemory(true);
        keep = new byte[5000000];
        long grown = GC.GetTotalMemory(false);
        T.P("grown", grown - start >= 5000000 && grown - start < 8000000);
        keep = null;
        long shrunk = Shrunk();
        T.P("shrunk", shrunk < grown - 3000000);
        long mine = GC.GetAllocatedBytesForCurrentThread();
        long all = GC.GetTotalAllocatedBytes(true);
        Allocate(1000);
        long delta = GC.GetAllocatedBytesForCurrentThread() - mine;
        T.P("mine", delta >= 1000 * 1024 && delta < 1000 * 1024 + 200000);
        T.P("all", GC.GetTotalAllocatedBytes(true) - all >= 1000 * 1024);
        T.P("all, about", GC.GetTotalAllocatedBytes() - all >= 1000 * 1024 - 100000);
        long exact = GC.GetAllocatedBytesForCurrentThread();
        keep = new object();
        T.P("one object", GC.GetAllocatedBytesForCurrentThread() - exact);
        exact = GC.GetAllocatedBytesForCurrentThread();
        keep = new int[10];
        T.P("ten integers", GC.GetAllocatedBytesForCurrentThread() - exact);
        long other = 0;
        exact = GC.GetAllocatedBytesForCurrentThread();
        var t = new Thread(() => { long a = GC.GetAllocatedBytesForCurrentThread(); Allocate(100); other = GC.GetAllocatedBytesForCurrentThread() - a; });
        t.Start();
        t.Join();
        T.P("another thread's", other >= 100 * 1024 && GC.GetAllocatedBytesForCurrentThread() - exact < 50000);

        // The last collection.
        GC.Collect();
        GCMemoryInfo info = GC.GetGCMemoryInfo();
        T.P("index", info.Index > 0);
        long index = info.Index;
        GC.Collect();
        info = GC.GetGCMemoryInfo(GCKind.Any);
        T.P("next", info.Index - index);
        T.P("generation", info.Generation);
        T.P("not concurrent", info.Concurrent);
        T.P("heap", info.HeapSizeBytes > 0 && info.TotalCommittedBytes >= info.HeapSizeBytes);
        T.P("available", info.TotalAvailableMemoryBytes > 0 && info.HighMemoryLoadThresholdBytes > 0 && info.HighMemoryLoadThresholdBytes <= info.TotalAvailableMemoryBytes);
        T.P("load", info.MemoryLoadBytes > 0);
        T.P("promoted", info.PromotedBytes > 0);
        T.P("fragmented", info.FragmentedBytes >= 0 && info.FragmentedBytes <= info.HeapSizeBytes);
        T.P("pauses", info.PauseDurations.Length > 0 && info.PauseDurations[0] > TimeSpan.Zero);
        T.P("pause share", info.PauseTimePercentage > 0 && info.PauseTimePercentage <= 100);
        T.P("generations", info.GenerationInfo.Length);
        T.P("pending", info.FinalizationPendingCount >= 0 && info.PinnedObjectsCount >= 0);
        T.P("full", GC.GetGCMemoryInfo(GCKind.FullBlocking).Index == info.Index);
        T.P("background", GC.GetGCMemoryInfo(GCKind.Background).Index);
        T.P("bad kind", T.Throws(() => GC.GetGCMemoryInfo((GCKind)9)));
        TimeSpan paused = GC.GetTotalPauseDuration();
        GC.Collect();
        T.P("paused", GC.GetTotalPauseDuration() > paused && paused > TimeSpan.Zero);

        // Pressure: much of it makes collections.
        int counted = GC.CollectionCount(2);
        for (int i = 0; i < 100; i++) { GC.AddMemoryPressure(50 << 20); Thread.Sleep(1); }
        for (int i = 0; i < 100; i++) GC.RemoveMemoryPressure(50 << 20);
        T.P("pressure", GC.CollectionCount(2) > counted);
        T.P("no pressure", T.Throws(() => GC.AddMemoryPressure(0)));
        T.P("no pressure", T.Throws(() => GC.RemoveMemoryPressure(-1)));

        // Regions without collections.
        T.P("end without start", T.Throws(() => GC.EndNoGCRegion()));
        T.P("size 0", T.Throws(() => GC.TryStartNoGCRegion(0)));
        T.P("large part", T.Throws(() => GC.TryStartNoGCRegion(1000, 2000)));
        T.P("start", GC.TryStartNoGCRegion(4 << 20));
        T.P("mode", GCSettings.LatencyMode == GCLatencyMode.NoGCRegion);
        counted = GC.CollectionCount(0);
        Allocate(2000);
        T.P("none inside", GC.CollectionCount(0) - counted);
        GC.EndNoGCRegion();
        T.P("mode after", GCSettings.LatencyMode != GCLatencyMode.NoGCRegion);
        T.P("start", GC.TryStartNoGCRegion(2 << 20, 1 << 20));
        GC.EndNoGCRegion();
        T.P("start without a full collection", GC.TryStartNoGCRegion(1 << 20, true));
        GC.EndNoGCRegion();
        GC.TryStartNoGCRegion(4 << 20);
        T.P("again", T.Throws(() => GC.TryStartNoGCRegion(4 << 20)));
        T.Throws(() => GC.EndNoGCRegion()); // CoreCLR has forgotten the region by now
        GC.TryStartNoGCRegion(1 << 20);
        GC.Collect();
        T.P("end after a collection", T.Throws(() => GC.EndNoGCRegion()));
        T.P("callback without region", T.Throws(() => GC.RegisterNoGCRegionCallback(1000, () => { })));
        T.P("callback null", T.Throws(() => GC.RegisterNoGCRegionCallback(1000, null)));
        T.P("callback size", T.Throws(() => GC.RegisterNoGCRegionCallback(0, () => { })));
        var called = new ManualResetEventSlim(false);
        GC.TryStartNoGCRegion(8 << 20);
        GC.RegisterNoGCRegionCallback(2 << 20, () => called.Set());
        T.P("two callbacks", T.Throws(() => GC.RegisterNoGCRegionCallback(1 << 20, () => { })));
        T.P("not yet", called.IsSet);
        Allocate(4000);
        T.P("called", called.Wait(300000));
        GC.EndNoGCRegion();

        // Settings.
        GCLatencyMode mode = GCSettings.LatencyMode;
        T.P("default mode", mode == GCLatencyMode.Interactive || mode == GCLatencyMode.Batch);
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        GCSettings.LatencyMode = GCLatencyMode.LowLatency;
        T.P("low latency", GCSettings.LatencyMode == GCLatencyMode.LowLatency);
        GCSettings.LatencyMode = mode;
        T.P("bad mode", T.Throws(() => GCSettings.LatencyMode = (GCLatencyMode)77));
        T.P("server", GCSettings.IsServerGC);
        T.P("compaction", GCSettings.LargeObjectHeapCompactionMode == GCLargeObjectHeapCompactionMode.Default);
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        T.P("compact once", GCSettings.LargeObjectHeapCompactionMode == GCLargeObjectHeapCompactionMode.CompactOnce);
        GC.Collect();
        T.P("was once", GCSettings.LargeObjectHeapCompactionMode == GCLargeObjectHeapCompactionMode.Default);
        T.P("notification", T.Throws(() => GC.RegisterForFullGCNotification(10, 10)));
        T.P("notification range", T.Throws(() => GC.RegisterForFullGCNotification(0, 10)));
        T.P("nothing near", GC.WaitForFullGCApproach(0) == GCNotificationStatus.Timeout && GC.WaitForFullGCComplete(0) == GCNotificationStatus.Timeout);
        GC.Collect();
        T.P("asked for, so no news", GC.WaitForFullGCApproach(0) == GCNotificationStatus.Timeout);
        GCNotificationStatus near = GCNotificationStatus.NotApplicable;
        var canceled = new Thread(() => { near = GC.WaitForFullGCApproach(); while (near == GCNotificationStatus.Succeeded) near = GC.WaitForFullGCApproach(); });
        canceled.Start();
        Thread.Sleep(50);
        T.P("cancel", T.Throws(() => GC.CancelFullGCNotification()));
        canceled.Join();
        T.P("canceled", near == GCNotificationStatus.Canceled || near == GCNotificationStatus.NotApplicable);
        T.P("not registered", (int)GC.WaitForFullGCApproach(0));
        IReadOnlyDictionary<string, object> settings = GC.GetConfigurationVariables();
        T.P("configuration", settings.ContainsKey("ServerGC") && settings["ServerGC"] is bool server && !server);
        GC.RefreshMemoryLimit();
        T.P("refresh with a bad limit", RefreshWith(1000UL));
        GC.KeepAlive(o);
        GC.KeepAlive(keep);
        T.P("done");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static long Shrunk() => GC.GetTotalMemory(true);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Allocate(int kilobytes) { for (int i = 0; i < kilobytes; i++) keep = new byte[1000]; }

    static int RefreshWith(ulong limit)
    {
        AppContext.SetData("GCHeapHardLimit", limit);
        int kind = T.Throws(() => GC.RefreshMemoryLimit());
        AppContext.SetData("GCHeapHardLimit", null);
        return kind;
    }
}
