// tests/host/Guest.cs - the module of the life-cycle tests: state, threads, exceptions, memory.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

public struct Triple
{
    public long A, B, C;
}

public sealed class GuestException : Exception
{
    public GuestException(string message, Exception inner) : base(message, inner) { }
}

public class GuestOuter<T>
{
    public sealed class Failed<U> : Exception
    {
        public Failed(string message) : base(message) { }
    }
}

public static unsafe class Guest
{
    static int calls;
    static int finallies;
    static long shared;
    static readonly object gate = new object();
    static readonly Dictionary<int, string> words = new Dictionary<int, string> { [1] = "one", [2] = "two" };
    [ThreadStatic] static int own;
    [ThreadStatic] static string name;

    [UnmanagedCallersOnly(EntryPoint = "guest_add")]
    public static int Add(int a, int b)
    {
        calls++;
        return a + b;
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_calls")]
    public static int Calls() => calls;

    // Console, a dictionary, formatting: a good part of the class library has to start.
    [UnmanagedCallersOnly(EntryPoint = "guest_print")]
    public static int Print(int number)
    {
        Console.WriteLine($"guest {number} {words[1 + number % 2]}");
        Console.Error.WriteLine("error text");
        return Console.Out.NewLine.Length;
    }

    // ---- threads ----

    [UnmanagedCallersOnly(EntryPoint = "guest_own_count")]
    public static int OwnCount() => ++own;

    // Locks, thread statics with references, a little allocation. How often this thread called, 0: wrong.
    [UnmanagedCallersOnly(EntryPoint = "guest_work")]
    public static int Work(int thread, int round)
    {
        if (name == null)
            name = "thread " + thread.ToString();
        if (round % 100 == 0 && name != "thread " + thread.ToString())
            return 0;
        lock (gate)
            shared++;
        Interlocked.Increment(ref calls);
        return ++own;
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_shared")]
    public static long Shared()
    {
        lock (gate)
            return shared;
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_thread_id")]
    public static int ThreadId() => Environment.CurrentManagedThreadId;

    // ---- exceptions ----

    static void Fail(int kind)
    {
        switch (kind)
        {
        case 1: throw new InvalidOperationException("seventh seal");
        case 2: throw new GuestException("outer", new ArgumentException("inner"));
        case 3: ((string)null).ToString().Trim(); ((int[])null)[0]++; break;
        case 4: int zero = calls - calls; calls = 1 / zero; break;
        case 5: Environment.Exit(3); break;
        case 6: int[] two = new int[2]; two[kind] = 0; break;
        case 7: throw new InvalidOperationException("\u00e9\u20ac\U0001F600");
        case 8: throw new GuestOuter<int>.Failed<string[]>("one\ntwo \0 \ud800 end\n" + new string('\u20ac', 1000));
        }
    }

    static void FailThroughFinally(int kind)
    {
        try
        {
            Fail(kind);
        }
        finally
        {
            finallies++;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_fail")]
    public static int FailExport(int kind)
    {
        FailThroughFinally(kind);
        return 7;
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_fail_triple")]
    public static Triple FailTriple(int kind)
    {
        FailThroughFinally(kind);
        return new Triple { A = 1, B = 2, C = 3 };
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_fail_double")]
    public static double FailDouble(int kind)
    {
        FailThroughFinally(kind);
        return 7.5;
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_fail_void")]
    public static void FailVoid(int kind) => FailThroughFinally(kind);

    [UnmanagedCallersOnly(EntryPoint = "guest_finallies")]
    public static int Finallies() => finallies;

    // The host's function calls an export that fails; this one goes on and catches its own exception.
    [UnmanagedCallersOnly(EntryPoint = "guest_around")]
    public static int Around(delegate* unmanaged<int, int> host, int kind)
    {
        try
        {
            int got = host(kind);
            throw new GuestException("own", null) { HResult = got + 40 };
        }
        catch (GuestException e) when (e.Message == "own")
        {
            return e.HResult;
        }
    }

    // ---- memory ----

    // Allocates until there is no more; how many arrays, negative: not the expected exception.
    [UnmanagedCallersOnly(EntryPoint = "guest_fill")]
    public static int Fill(int bytes)
    {
        int count = 0;
        byte[][] kept = new byte[100000][];

        try
        {
            for (; count < kept.Length; count++)
                kept[count] = new byte[bytes];
            return -1;
        }
        catch (OutOfMemoryException e)
        {
            return e.Message.Length > 0 ? count : -2;
        }
    }

    sealed class Node
    {
        public Node Next;
        public long A, B;
    }

    // The same with small objects, which come from the inline path.
    [UnmanagedCallersOnly(EntryPoint = "guest_fill_nodes")]
    public static int FillNodes()
    {
        Node list = null;
        int count = 0;

        try
        {
            for (; count < 1 << 28; count++)
                list = new Node { Next = list };
            return -1;
        }
        catch (OutOfMemoryException)
        {
            return count;
        }
    }

    // 1: OutOfMemoryException, 2: OverflowException, 3: ArgumentOutOfRangeException, 0: no exception.
    [UnmanagedCallersOnly(EntryPoint = "guest_allocate")]
    public static int Allocate(int kind, int length)
    {
        try
        {
            object o = kind switch
            {
                0 => new byte[length],
                1 => new long[length],
                2 => new string[length],
                3 => new string('x', length),
                4 => new byte[length, 2],
                5 => GC.AllocateArray<int>(length, true),
                6 => GC.AllocateUninitializedArray<byte>(length),
                _ => new List<int>(length),
            };
            return o == null ? -1 : 0;
        }
        catch (OutOfMemoryException)
        {
            return 1;
        }
        catch (OverflowException)
        {
            return 2;
        }
        catch (ArgumentOutOfRangeException)
        {
            return 3;
        }
    }

    // ---- values by handle ----

    static object Target(nint handle) => handle == 0 ? null : GCHandle.FromIntPtr(handle).Target;

    static nint Handle(object value) => value == null ? 0 : GCHandle.ToIntPtr(GCHandle.Alloc(value));

    [UnmanagedCallersOnly(EntryPoint = "guest_upper")]
    public static nint Upper(nint text) => Handle(((string)Target(text))?.ToUpperInvariant());

    [UnmanagedCallersOnly(EntryPoint = "guest_sum")]
    public static long Sum(nint array)
    {
        long sum = 0;

        foreach (int i in (int[])Target(array))
            sum += i;
        return sum;
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_join")]
    public static nint Join(nint array) => Handle(string.Join(",", (string[])Target(array)));

    [UnmanagedCallersOnly(EntryPoint = "guest_half")]
    public static nint Half(nint box) => Handle((double)Target(box) / 2);

    public delegate int Step(int value);

    [UnmanagedCallersOnly(EntryPoint = "guest_adder")]
    public static nint Adder(int by) => Handle(new Step(value => value + by));

    // Delegates of generic types have no native form.
    [UnmanagedCallersOnly(EntryPoint = "guest_generic_adder")]
    public static nint GenericAdder() => Handle(new Func<int, int>(value => value + 1));

    [UnmanagedCallersOnly(EntryPoint = "guest_day")]
    public static nint Day() => Handle(DayOfWeek.Friday);

    [UnmanagedCallersOnly(EntryPoint = "guest_fail_several")]
    public static int FailSeveral(int doublings)
    {
        var e = new AggregateException(new Exception("first"), new Exception("second", new Exception("within")),
            new AggregateException(new Exception("fourth"), new Exception("fifth")));

        for (int i = 0; i < doublings; i++)
            e = new AggregateException("twice", new AggregateException[] { e, e });
        throw e;
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_fail_twice")]
    public static int FailTwice()
    {
        try
        {
            return int.Parse("no number");
        }
        catch (FormatException inner)
        {
            throw new GuestException("out\u00e9r", inner) { HResult = 77 };
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_churn")]
    public static int Churn(int objects)
    {
        int kept = 0;

        for (int i = 0; i < objects; i++)
            kept += new byte[100].Length;
        GC.Collect();
        return kept / 100;
    }

    // ---- functions of the host ----

    [DllImport("host", EntryPoint = "host_twice")]
    static extern int Twice(int value);

    [DllImport("host", EntryPoint = "host_not_there")]
    static extern int NotThere();

    [DllImport("m", EntryPoint = "cbrt")]
    static extern double CubeRoot(double value);

    [UnmanagedCallersOnly(EntryPoint = "guest_twice")]
    public static int CallTwice(int value) => Twice(value);

    // 0: it could be called; 1: no such library; 2: no such function.
    [UnmanagedCallersOnly(EntryPoint = "guest_native")]
    public static int Native(int which)
    {
        try
        {
            switch (which)
            {
                case 0: Twice(1); break;
                case 1: NotThere(); break;
                case 2: CubeRoot(27); break;
                default: NativeLibrary.Free(NativeLibrary.Load("libm.so.6")); break;
            }
            return 0;
        }
        catch (DllNotFoundException missing)
        {
            return which < 2 || missing.Message.Contains("does not allow") ? 1 : -1;
        }
        catch (EntryPointNotFoundException)
        {
            return 2;
        }
    }
}
