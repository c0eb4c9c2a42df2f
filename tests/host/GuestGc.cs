// tests/host/GuestGc.cs - the collector as a host sees it: finalizable objects, handles, garbage.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

public static unsafe class GuestGc
{
    static int ran;
    static int thread;
    static delegate* unmanaged<int> callback;
    static int answer;
    static readonly List<byte[]> held = new List<byte[]>();

    class Plain
    {
        ~Plain()
        {
            Interlocked.Increment(ref ran);
            thread = Environment.CurrentManagedThreadId;
        }
    }

    class Throws
    {
        ~Throws()
        {
            Interlocked.Increment(ref ran);
            throw new InvalidOperationException("out of a finalizer");
        }
    }

    class Slow
    {
        ~Slow()
        {
            Thread.Sleep(2);
            Interlocked.Increment(ref ran);
        }
    }

    class Calls
    {
        ~Calls()
        {
            answer = callback();
            Interlocked.Increment(ref ran);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static object Make(int kind) => kind switch { 0 => new Plain(), 1 => new Throws(), 2 => new Slow(), _ => new Calls() };

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int depth, int kind, int count)
    {
        if (depth > 0)
            return Deep(depth - 1, kind, count) + 1;
        for (int i = 0; i < count; i++)
            Make(kind);
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "gcg_make")]
    public static int MakeGarbage(int kind, int count) => Deep(20, kind, count);

    [UnmanagedCallersOnly(EntryPoint = "gcg_ran")]
    public static int Ran() => ran;

    [UnmanagedCallersOnly(EntryPoint = "gcg_thread")]
    public static int LastThread() => thread;

    [UnmanagedCallersOnly(EntryPoint = "gcg_this_thread")]
    public static int ThisThread() => Environment.CurrentManagedThreadId;

    [UnmanagedCallersOnly(EntryPoint = "gcg_callback")]
    public static void SetCallback(delegate* unmanaged<int> function) => callback = function;

    [UnmanagedCallersOnly(EntryPoint = "gcg_answer")]
    public static int Answer() => answer;

    [UnmanagedCallersOnly(EntryPoint = "gcg_wait")]
    public static void Wait()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [UnmanagedCallersOnly(EntryPoint = "gcg_collections")]
    public static int Collections() => GC.CollectionCount(2);

    // Keeps blocks of a size until memory ends; how many.
    [UnmanagedCallersOnly(EntryPoint = "gcg_hold")]
    public static int Hold(int bytes, int most)
    {
        try
        {
            while (held.Count < most)
                held.Add(new byte[bytes]);
        }
        catch (OutOfMemoryException)
        {
        }
        return held.Count;
    }

    [UnmanagedCallersOnly(EntryPoint = "gcg_drop")]
    public static void Drop() => held.Clear();

    // 0: freed or refused without harm, 1: an exception.
    [UnmanagedCallersOnly(EntryPoint = "gcg_free")]
    public static int Free(nint handle)
    {
        try
        {
            GCHandle.FromIntPtr(handle).Free();
            return 0;
        }
        catch (InvalidOperationException)
        {
            return 1;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "gcg_weak")]
    public static int MakeWeak(int count)
    {
        for (int i = 0; i < count; i++)
        {
            new WeakReference<object>(held);
            new WeakReference(held, true);
        }
        return count;
    }

    // Two GCNotificationStatus as digits: that a collection was near, that it was over; allocates until both are told.
    [UnmanagedCallersOnly(EntryPoint = "gcg_notify")]
    public static int Notify()
    {
        int near = 9, over = 9;

        GC.RegisterForFullGCNotification(20, 20);
        var waiter = new Thread(() =>
        {
            near = (int)GC.WaitForFullGCApproach(20000);
            over = (int)GC.WaitForFullGCComplete(20000);
        });
        waiter.Start();
        while (!waiter.Join(0))
            for (int i = 0; i < 100; i++)
                GC.KeepAlive(new byte[5000]);
        GC.CancelFullGCNotification();
        return near * 10 + over;
    }

    [UnmanagedCallersOnly(EntryPoint = "gcg_handle")]
    public static nint Handle() => GCHandle.ToIntPtr(GCHandle.Alloc(new object()));

    // A list that is built, dropped and checked again and again. Wrong elements.
    [UnmanagedCallersOnly(EntryPoint = "gcg_churn")]
    public static int Churn(int rounds)
    {
        int wrong = 0;

        for (int r = 0; r < rounds; r++)
        {
            var list = new List<string>();

            for (int i = 0; i < 100; i++)
                list.Add((r + i).ToString());
            for (int i = 0; i < 100; i++)
                if (list[i] != (r + i).ToString())
                    wrong++;
        }
        return wrong;
    }
}
