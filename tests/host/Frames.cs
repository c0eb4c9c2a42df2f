// Frames.cs - managed frames under host functions that never return to them. Each keeps objects of its
// own alive across its call and looks at them afterwards.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

public static unsafe class Frames
{
    sealed class Node
    {
        public Node Next;
        public int Value;
        public long[] Rest = new long[5];
    }

    const int Lost = -1000000;
    static readonly object naps = new object();
    static int finallies;
    [ThreadStatic] static int own;

    static Node Chain(int length, int first)
    {
        Node all = null;

        for (int i = 0; i < length; i++)
            all = new Node { Next = all, Value = first + i };
        return all;
    }

    static int Sum(Node n)
    {
        int sum = 0;

        for (; n != null; n = n.Next)
            sum += n.Value + (int)n.Rest[4];
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Down(int depth, delegate* unmanaged<int, int> host, int argument)
    {
        Node mine = Chain(5, depth);
        int got = depth > 1 ? Down(depth - 1, host, argument) : host(argument);

        if (got == Lost || Sum(mine) != 5 * depth + 10)
            return Lost;
        return got + 1;
    }

    // The host's answer plus the depth.
    [UnmanagedCallersOnly(EntryPoint = "frames_down")]
    public static int DownExport(int depth, delegate* unmanaged<int, int> host, int argument) => Down(depth, host, argument);

    // The call itself in the exported method: record and entry lie in one frame.
    [UnmanagedCallersOnly(EntryPoint = "frames_flat")]
    public static int Flat(delegate* unmanaged<int, int> host, int argument) => host(argument) + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Guarded(delegate* unmanaged<int, int> host, int argument)
    {
        Node mine = Chain(7, argument);
        int seen = 0, got = 0;

        try
        {
            try
            {
                got = host(argument);
                throw new InvalidOperationException(got.ToString());
            }
            finally
            {
                seen |= 1;
                finallies++;
            }
        }
        catch (ArgumentException)
        {
            seen |= 16;
        }
        catch (InvalidOperationException e) when (Sum(mine) == 7 * argument + 21 && e.Message == got.ToString() && (seen |= 2) != 0)
        {
            seen |= 4;
        }
        return got * 8 + seen;
    }

    // 8 * the host's answer + 7 when filter, finally and catch have run.
    [UnmanagedCallersOnly(EntryPoint = "frames_guarded")]
    public static int GuardedExport(delegate* unmanaged<int, int> host, int argument) => Guarded(host, argument);

    // The same two calls deep, and through a filter that calls the host.
    [UnmanagedCallersOnly(EntryPoint = "frames_filter")]
    public static int Filter(delegate* unmanaged<int, int> host, int argument)
    {
        try
        {
            throw new InvalidOperationException();
        }
        catch (InvalidOperationException) when (Down(3, host, argument) == argument + 3)
        {
            return 1;
        }
        catch (InvalidOperationException)
        {
            return 2;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "frames_unhandled")]
    public static int Unhandled(delegate* unmanaged<int, int> host, int argument)
    {
        host(argument);
        throw new InvalidOperationException("out");
    }

    [UnmanagedCallersOnly(EntryPoint = "frames_finallies")]
    public static int Finallies() => finallies;

    [UnmanagedCallersOnly(EntryPoint = "frames_own")]
    public static int Own() => ++own;

    [UnmanagedCallersOnly(EntryPoint = "frames_add")]
    public static int Add(int a, int b) => a + b;

    // Allocates; the sum of what it has kept.
    [UnmanagedCallersOnly(EntryPoint = "frames_churn")]
    public static int Churn(int rounds)
    {
        Node kept = Chain(10, 1);

        for (int i = 0; i < rounds; i++)
            Chain(20, i);
        return Sum(kept);
    }

    // Waits under a lock, as the class library waits.
    [UnmanagedCallersOnly(EntryPoint = "frames_nap")]
    public static int Nap(int milliseconds)
    {
        lock (naps)
        {
            System.Threading.Monitor.Wait(naps, milliseconds);
            return 1;
        }
    }

    // Until the word is not 0; allocates now and then.
    [UnmanagedCallersOnly(EntryPoint = "frames_spin")]
    public static int Spin(int* stop)
    {
        int turns = 0;

        while (System.Threading.Volatile.Read(ref *stop) == 0)
        {
            if (++turns % 64 == 0)
                Chain(3, turns);
        }
        return turns;
    }

    // The same without a call of anything; the second word tells that it is under way.
    [UnmanagedCallersOnly(EntryPoint = "frames_spin_quiet")]
    public static int SpinQuiet(int* words)
    {
        int turns = 0;

        System.Threading.Volatile.Write(ref words[1], 1);
        while (System.Threading.Volatile.Read(ref words[0]) == 0)
            turns++;
        return turns;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deeper(int depth)
    {
        long room = depth;

        return Deeper(depth + 1) + (int)(*&room - depth);
    }

    // 1: the end of the stack was an exception.
    [UnmanagedCallersOnly(EntryPoint = "frames_overflow")]
    public static int Overflow()
    {
        try
        {
            return Deeper(0);
        }
        catch (InsufficientExecutionStackException)
        {
            return 1;
        }
    }

    // How much of the class library runs on a small stack: text, a dictionary, an exception.
    [UnmanagedCallersOnly(EntryPoint = "frames_library")]
    public static int Library(int n)
    {
        var map = new System.Collections.Generic.Dictionary<string, int>();

        for (int i = 0; i < 20; i++)
            map["key " + (n + i).ToString()] = i;
        try
        {
            return map["none"];
        }
        catch (System.Collections.Generic.KeyNotFoundException)
        {
            return map["key " + (n + 7)];
        }
    }
}
