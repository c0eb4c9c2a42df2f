// Overflow checks: add/sub/mul of every width, negation, conversions, increments, array sizes, unchecked inside checked, user-
// defined checked operators.
using System;

namespace checked_ops;

readonly struct Meter
{
    public readonly sbyte V;
    public Meter(int v) { V = (sbyte)v; }
    public static Meter operator +(Meter a, Meter b) => new Meter(unchecked((sbyte)(a.V + b.V)));
    public static Meter operator checked +(Meter a, Meter b) => new Meter(checked((sbyte)(a.V + b.V)));
    public static Meter operator -(Meter a) => new Meter(unchecked((sbyte)-a.V));
    public static Meter operator checked -(Meter a) => new Meter(checked((sbyte)-a.V));
    public static Meter operator ++(Meter a) => new Meter(unchecked((sbyte)(a.V + 1)));
    public static Meter operator checked ++(Meter a) => new Meter(checked((sbyte)(a.V + 1)));
    public static explicit operator byte(Meter a) => unchecked((byte)a.V);
    public static explicit operator checked byte(Meter a) => checked((byte)a.V);
}

static class Program
{
    static void Try(string name, Func<long> f)
    {
        try { T.P(name, f()); }
        catch (OverflowException) { T.P(name + " overflow"); }
        catch (Exception e) { T.P(name + " other", T.Kind(e)); }
    }

    static void Binary32(int a, int b)
    {
        string tag = a + "," + b;
        Try("add " + tag, () => checked(a + b));
        Try("sub " + tag, () => checked(a - b));
        Try("mul " + tag, () => checked(a * b));
        Try("addu " + tag, () => checked((uint)T.Opaque(unchecked((uint)a)) + unchecked((uint)b)));
        Try("subu " + tag, () => checked(unchecked((uint)a) - unchecked((uint)b)));
        Try("mulu " + tag, () => checked(unchecked((uint)a) * unchecked((uint)b)));
    }

    static void Binary64(long a, long b)
    {
        string tag = a + "," + b;
        Try("add " + tag, () => checked(a + b));
        Try("sub " + tag, () => checked(a - b));
        Try("mul " + tag, () => checked(a * b));
        Try("addu " + tag, () => (long)checked(unchecked((ulong)a) + unchecked((ulong)b)));
        Try("subu " + tag, () => unchecked((long)checked(unchecked((ulong)a) - unchecked((ulong)b))));
        Try("mulu " + tag, () => unchecked((long)checked(unchecked((ulong)a) * unchecked((ulong)b))));
    }

    internal static void Main()
    {
        int[] e32 = { 0, 1, -1, 46340, 46341, 65536, int.MaxValue, int.MinValue };
        foreach (int a in e32) foreach (int b in e32) Binary32(a, b);
        long[] e64 = { 0, 1, -1, 3037000499, 3037000500, 4294967296, long.MaxValue, long.MinValue };
        foreach (long a in e64) foreach (long b in e64) Binary64(a, b);
        int min = T.Opaque(int.MinValue); long lmin = T.Opaque(long.MinValue);
        Try("neg", () => checked(-min)); Try("neg64", () => checked(-lmin)); Try("neg ok", () => checked(-(min + 1)));
        byte u8 = 255; sbyte s8 = 127; short s16 = short.MinValue; ushort u16 = 0; char ch = char.MaxValue; uint u32 = 0; ulong u64 = ulong.MaxValue;
        Try("u8++", () => { checked { u8++; } return u8; });
        Try("s8++", () => { checked { s8++; } return s8; });
        Try("s16--", () => { checked { s16--; } return s16; });
        Try("u16--", () => { checked { u16--; } return u16; });
        Try("ch++", () => { checked { ch++; } return ch; });
        Try("u32--", () => { checked { u32--; } return u32; });
        Try("u64++", () => { checked { u64++; } return (long)u64; });
        Try("u8+=", () => { byte b = 200; checked { b += (byte)T.Opaque(55); } return b; });
        Try("u8+= over", () => { byte b = 200; checked { b += (byte)T.Opaque(56); } return b; });
        nint n = nint.MaxValue; nuint nu = 0;
        Try("nint", () => checked(n + 1)); Try("nuint", () => (long)checked(nu - 1)); Try("nint*", () => checked(n * 2));
        Try("nuint*", () => (long)checked((nuint.MaxValue - nu) * 1) & 1);
        Try("mixed", () => { checked { return unchecked(min - 1) + 1; } });
        Try("array", () => new int[T.Opaque(-1)].Length);
        Try("array64", () => new byte[checked((int)T.Opaque(4294967296L))].Length);
        Meter m = new Meter(100);
        Try("m+", () => (m + m).V); Try("m+ checked", () => checked(m + m).V); Try("-m", () => (-new Meter(-128)).V);
        Try("-m checked", () => checked(-new Meter(-128)).V);
        Try("m++", () => { var k = new Meter(127); k++; return k.V; });
        Try("m++ checked", () => { var k = new Meter(127); checked { k++; } return k.V; });
        Try("(byte)m", () => (byte)new Meter(-1)); Try("(byte)m checked", () => checked((byte)new Meter(-1)));
        // The order of evaluation is kept: the left operand's side effect happens before the overflow.
        int seen = 0;
        Try("order", () => checked((seen = 5) * T.Opaque(int.MaxValue)));
        T.P("seen", seen);
        int sum = 0;
        try { checked { for (int i = 1; ; i *= 3) sum += i; } } catch (OverflowException) { T.P("loop", sum); }
    }
}
