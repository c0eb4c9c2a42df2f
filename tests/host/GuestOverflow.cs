// tests/host/GuestOverflow.cs - recursion without end, seen from a host.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

public static unsafe class GuestOverflow
{
    static int finallies;
    static volatile bool stop;
    static int spins;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Down(int n) => Down(n + 1) + 1;

    static int DownWithFinally(int n)
    {
        try
        {
            return DownWithFinally(n + 1) + 1;
        }
        finally
        {
            finallies++;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_overflow")]
    public static int Overflow(int withFinally) => withFinally != 0 ? DownWithFinally(0) : Down(0);

    [UnmanagedCallersOnly(EntryPoint = "guest_overflow_finallies")]
    public static int Finallies() => finallies;

    [UnmanagedCallersOnly(EntryPoint = "guest_overflow_caught")]
    public static int Caught()
    {
        try
        {
            return Down(0);
        }
        catch (InsufficientExecutionStackException)
        {
            return 7;
        }
    }

    // The recursion goes through native code.
    [UnmanagedCallersOnly(EntryPoint = "guest_bounce")]
    public static int Bounce(delegate* unmanaged<int, int> next, int n) => next(n + 1) + 1;

    [UnmanagedCallersOnly(EntryPoint = "guest_sufficient")]
    public static int Sufficient() => RuntimeHelpers.TryEnsureSufficientExecutionStack() ? 1 : 0;

    // Loops that call nothing. Each runs until the host calls guest_release.
    [UnmanagedCallersOnly(EntryPoint = "guest_spin")]
    public static int Spin(int kind)
    {
        Interlocked.Increment(ref spins);
        try
        {
            if (kind == 0)
                while (!stop) { }
            else if (kind == 1)
                SpinCounted();
            else if (kind == 2)
                SpinNested(new int[5000]);
            else if (kind == 3)
                SpinRing();
            else
                SpinZeros(new byte[5000]);
        }
        finally
        {
            Interlocked.Decrement(ref spins);
        }
        return kind;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void SpinCounted()
    {
        ulong sum = 0;

        for (ulong i = 0; i < ulong.MaxValue; i++)
        {
            sum ^= sum * 31 + i;
            if (stop)
                break;
        }
        spinSum = sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void SpinNested(int[] a)
    {
        int sum = 0;

        while (!stop)
        {
            for (int i = 0; i < a.Length; i++)
                a[i] += i;
            for (int i = a.Length - 1; i >= 0; i--)
                sum += a[i];
        }
        spinSum = (ulong)sum;
    }

    class Link
    {
        public Link next;
        public int value;
    }

    // Every iteration could leave because of a null that never comes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void SpinRing()
    {
        Link first = new Link { value = 1 };
        int sum = 0;

        first.next = new Link { value = 2, next = new Link { value = 3, next = first } };
        for (Link l = first; l != null; l = l.next)
        {
            sum += l.value;
            if (stop)
                break;
        }
        spinSum = (ulong)sum;
    }

    // Nothing but zeros, which do not end the inner loop; the outer one ends at a value that is not there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void SpinZeros(byte[] a)
    {
        int at = 0, sum = 0;

        while (a[at] != 1)
        {
            while (a[at] != 0)
                sum++;
            at = (at + 7) % a.Length;
            if (stop)
                break;
        }
        spinSum = (ulong)sum;
    }

    static ulong spinSum;

    [UnmanagedCallersOnly(EntryPoint = "guest_spins")]
    public static int Spins() => Volatile.Read(ref spins);

    [UnmanagedCallersOnly(EntryPoint = "guest_release")]
    public static void Release(int now) => stop = now != 0;

    [UnmanagedCallersOnly(EntryPoint = "guest_collect")]
    public static void Collect() => GC.Collect();
}
