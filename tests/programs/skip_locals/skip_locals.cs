// References start as null even where a method does not ask for zeroed locals (SkipLocalsInit): boxes and state machines
// are copies of locals that are only partly set.
using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

[module: SkipLocalsInit]

namespace skip_locals;

static class Program
{
    struct Pair
    {
        public object A;
        public long N;
        public string B;
    }

    struct Nested
    {
        public int Head;
        public Pair P;
        public (string, Pair) Q;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static long Dirty(int depth)
    {
        Span<long> junk = stackalloc long[64];

        for (int i = 0; i < junk.Length; i++)
            junk[i] = unchecked((long)0x5a5a5a5a5a5a5a5a) + i;
        return depth == 0 ? junk[depth] : Dirty(depth - 1) + junk[depth];
    }

    // A pointer into an object, left where the next method has its locals.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int DirtyInside(string text)
    {
        ReadOnlySpan<char> a = text.AsSpan(1), b = text.AsSpan(2), c = text.AsSpan(3);

        Touch(ref a, ref b, ref c);
        return a.Length + b.Length + c.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Touch(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b, ref ReadOnlySpan<char> c) { ReadOnlySpan<char> t = a; a = c; c = t; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static object Boxed(int n)
    {
        Unsafe.SkipInit(out Pair p);
        p.N = n;
        return p;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static object BoxedNested(int n)
    {
        Unsafe.SkipInit(out Nested x);
        x.Head = n;
        return x;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Reference()
    {
        Unsafe.SkipInit(out string s);
        return s ?? "null";
    }

    static async Task<string> Later(int n, bool wait)
    {
        object first = null;
        string text = "later " + n;
        Memory<char> memory = text.ToCharArray();

        if (wait)
        {
            await Task.Yield();
            first = memory.ToString();
            await Task.Yield();
        }
        return text + first;
    }

    public static void Main()
    {
        for (int i = 0; i < 3; i++)
        {
            Dirty(3);
            DirtyInside("some text " + i);
            object o = Boxed(i);
            Dirty(3);
            DirtyInside("some text " + i);
            object n = BoxedNested(i);

            GC.Collect();
            Console.WriteLine($"{((Pair)o).A == null} {((Pair)o).B == null} {((Pair)o).N}");
            Console.WriteLine($"{((Nested)n).P.A == null} {((Nested)n).P.B == null} {((Nested)n).Q.Item1 == null} {((Nested)n).Q.Item2.B == null} {((Nested)n).Head}");
            Dirty(2);
            Console.WriteLine(Reference());
            Dirty(4);
            DirtyInside("some text " + i);
            Task<string> t = Later(i, i != 1);
            GC.Collect();
            Console.WriteLine(t.Result);
        }
    }
}
