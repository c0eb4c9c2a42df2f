// Every integer-to-integer conversion, unchecked and checked, from signed and unsigned sources.
using System;

namespace conv_int;

static class Program
{
    static string C(Func<string> f)
    {
        try { return f(); }
        catch (OverflowException) { return "ov"; }
    }

    static void From32(int v)
    {
        uint u = (uint)v;
        T.P("i4 " + v + ": " + (sbyte)v + " " + (byte)v + " " + (short)v + " " + (ushort)v + " " + (int)(char)v + " " + (uint)v + " " + (long)v
            + " " + (ulong)v + " " + (nint)v + " " + (nuint)v);
        T.P("u4 " + u + ": " + (sbyte)u + " " + (byte)u + " " + (short)u + " " + (ushort)u + " " + (int)u + " " + (long)u + " " + (ulong)u + " "
            + (nint)u + " " + (nuint)u);
        checked
        {
            T.P("ovf i4: " + C(() => "" + (sbyte)v) + " " + C(() => "" + (byte)v) + " " + C(() => "" + (short)v) + " " + C(() => "" + (ushort)v)
                + " " + C(() => "" + (int)(char)v) + " " + C(() => "" + (uint)v) + " " + C(() => "" + (ulong)v) + " " + C(() => "" + (nuint)v));
            T.P("ovf u4: " + C(() => "" + (sbyte)u) + " " + C(() => "" + (byte)u) + " " + C(() => "" + (short)u) + " " + C(() => "" + (ushort)u)
                + " " + C(() => "" + (int)(char)u) + " " + C(() => "" + (int)u) + " " + C(() => "" + (long)u) + " " + C(() => "" + (nint)u));
        }
    }

    static void From64(long v)
    {
        ulong u = (ulong)v;
        T.P("i8 " + v + ": " + (sbyte)v + " " + (byte)v + " " + (short)v + " " + (ushort)v + " " + (int)(char)v + " " + (int)v + " " + (uint)v
            + " " + (ulong)v + " " + (nint)v);
        T.P("u8 " + u + ": " + (sbyte)u + " " + (byte)u + " " + (short)u + " " + (ushort)u + " " + (int)u + " " + (uint)u + " " + (long)u + " "
            + (nuint)u);
        checked
        {
            T.P("ovf i8: " + C(() => "" + (sbyte)v) + " " + C(() => "" + (byte)v) + " " + C(() => "" + (short)v) + " " + C(() => "" + (ushort)v)
                + " " + C(() => "" + (int)v) + " " + C(() => "" + (uint)v) + " " + C(() => "" + (ulong)v) + " " + C(() => "" + (nint)v) + " "
                + C(() => "" + (nuint)v));
            T.P("ovf u8: " + C(() => "" + (sbyte)u) + " " + C(() => "" + (byte)u) + " " + C(() => "" + (short)u) + " " + C(() => "" + (ushort)u)
                + " " + C(() => "" + (int)u) + " " + C(() => "" + (uint)u) + " " + C(() => "" + (long)u) + " " + C(() => "" + (nint)u) + " "
                + C(() => "" + (nuint)u));
        }
    }

    static void FromSmall(sbyte a, byte b, short c, ushort d, char e)
    {
        T.P("small " + (byte)a + " " + (ushort)a + " " + (uint)a + " " + (ulong)a + " " + (int)(char)a + " " + (long)a + " " + (sbyte)b + " "
            + (short)b + " " + (long)b + " " + (byte)c + " " + (uint)c + " " + (ulong)c + " " + (sbyte)d + " " + (short)d + " " + (long)d + " "
            + (short)e + " " + (byte)e);
        checked
        {
            T.P("ovf small: " + C(() => "" + (byte)a) + " " + C(() => "" + (ushort)a) + " " + C(() => "" + (uint)a) + " " + C(() => "" + (ulong)a)
                + " " + C(() => "" + (sbyte)b) + " " + C(() => "" + (byte)c) + " " + C(() => "" + (sbyte)c) + " " + C(() => "" + (ushort)c) + " "
                + C(() => "" + (short)d) + " " + C(() => "" + (sbyte)d) + " " + C(() => "" + (short)e) + " " + C(() => "" + (byte)e));
        }
    }

    internal static void Main()
    {
        foreach (int v in new[] { 0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65535, 65536, int.MaxValue,
            int.MinValue }) From32(v);
        foreach (long v in new[] { 0L, 1, -1, 127, 128, 255, 256, -128, -129, 65535, 65536, int.MaxValue, int.MaxValue + 1L, int.MinValue,
            int.MinValue - 1L, uint.MaxValue, uint.MaxValue + 1L, long.MaxValue, long.MinValue, 0x7fffffff80000000 }) From64(v);
        FromSmall(-1, 200, -1, 40000, '\uffff');
        FromSmall(127, 127, 127, 127, 'a');
        FromSmall(-128, 128, -32768, 32768, '\u8000');
        nint n = (nint)T.Opaque(-5L); nuint nu = (nuint)T.Opaque(ulong.MaxValue);
        T.P("native " + (int)n + " " + (byte)n + " " + (long)n + " " + (ulong)n + " " + (uint)nu + " " + (long)nu + " "
            + C(() => "" + checked((int)nu)) + " " + C(() => "" + checked((nint)nu)) + " " + C(() => "" + checked((nuint)n)) + " "
            + C(() => "" + checked((uint)n)));
    }
}
