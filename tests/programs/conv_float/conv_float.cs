// Floating point to integer (saturating, as .NET 9 defines it), integer to floating point (unsigned included), checked forms, and
// float/double.
using System;

namespace conv_float;

static class Program
{
    static string C(Func<string> f)
    {
        try { return f(); }
        catch (OverflowException) { return "ov"; }
    }

    static void FromDouble(double d)
    {
        T.P("r8 " + T.Bits(d) + ": " + (int)d + " " + (uint)d + " " + (long)d + " " + (ulong)d + " " + (nint)d + " " + (nuint)d + " "
            + T.Bits((float)d));
        if (d > -2147483000.0 && d < 2147483000.0) T.P("  small " + (sbyte)d + " " + (byte)d + " " + (short)d + " " + (ushort)d + " " + (int)(char)d);
        checked
        {
            T.P("  ovf " + C(() => "" + (sbyte)d) + " " + C(() => "" + (byte)d) + " " + C(() => "" + (short)d) + " " + C(() => "" + (ushort)d)
                + " " + C(() => "" + (int)d) + " " + C(() => "" + (uint)d) + " " + C(() => "" + (long)d) + " " + C(() => "" + (ulong)d) + " "
                + C(() => "" + (nint)d) + " " + C(() => "" + (nuint)d));
        }
    }

    static void FromFloat(float f)
    {
        T.P("r4 " + T.Bits(f) + ": " + (int)f + " " + (uint)f + " " + (long)f + " " + (ulong)f + " " + T.Bits((double)f));
        checked
        {
            T.P("  ovf " + C(() => "" + (sbyte)f) + " " + C(() => "" + (byte)f) + " " + C(() => "" + (short)f) + " " + C(() => "" + (ushort)f)
                + " " + C(() => "" + (int)f) + " " + C(() => "" + (uint)f) + " " + C(() => "" + (long)f) + " " + C(() => "" + (ulong)f));
        }
    }

    internal static void Main()
    {
        double[] doubles =
        {
            0.0, -0.0, 0.5, -0.5, 0.999999, -0.999999, 1.5, -1.5, 127.9, 128.0, -128.9, -129.0, 255.9, 256.0, 32767.5, 32768.0, 65535.5, 65536.0,
            2147483647.0, 2147483647.5, 2147483648.0, -2147483648.0, -2147483648.9, -2147483649.0, 4294967295.0, 4294967295.5, 4294967296.0,
            9007199254740993.0, 9223372036854774784.0, 9223372036854775808.0, -9223372036854775808.0, -9223372036854777856.0,
            18446744073709549568.0, 18446744073709551616.0, 1e20, -1e20, 1e300, -1e300, double.MaxValue, double.MinValue, double.Epsilon,
            double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        };
        foreach (double d in doubles) FromDouble(d);
        float[] floats =
        {
            0f, -0f, 0.5f, -1.5f, 127.5f, 128f, -128.5f, -129f, 255.5f, 256f, 16777217f, 2147483520f, 2147483648f, -2147483648f, -2147483904f,
                4294967040f, 4294967296f,
            9223371487098961920f, 9223372036854775808f, -9223372036854775808f, 18446742974197923840f, 18446744073709551616f, 1e20f, -1f,
                float.MaxValue, float.MinValue, float.Epsilon,
            float.NaN, float.PositiveInfinity, float.NegativeInfinity,
        };
        foreach (float f in floats) FromFloat(f);
        foreach (int v in new[] { 0, 1, -1, 16777216, 16777217, 16777219, -16777217, int.MaxValue, int.MinValue, 123456789 })
        {
            T.P("i4 " + v + " " + T.Bits((float)v) + " " + T.Bits((double)v) + " " + T.Bits((float)(uint)v) + " " + T.Bits((double)(uint)v));
        }
        foreach (long v in new[] { 0L, 1, -1, 9007199254740991, 9007199254740993, 9007199254740995, -9007199254740993, long.MaxValue, long.MinValue,
            16777217, 0x7fffff8000000000, 0x7fffffc000000000, unchecked((long)0x8000008000000000), unchecked((long)0x8000000000000401),
            unchecked((long)0xfffffffffffffbff), unchecked((long)0xfffffffffffffc00), 0x20000030000001 })
        {
            T.P("i8 " + v + " " + T.Bits((float)v) + " " + T.Bits((double)v) + " " + T.Bits((float)(ulong)v) + " " + T.Bits((double)(ulong)v));
        }
        // (float)ulong of a value that rounds twice differs between code generators for the same library, so only the signed form is here.
        foreach (long v in new[] { 0x7fffffbfffffffff, unchecked((long)0x8000008000000001), 0x20000030000001, -0x20000030000001 }) T.P("i8->r4 "
            + v + " " + T.Bits((float)v));
        foreach (double d in new[] { 1e39, -1e39, 3.4028235677973366e38, 3.4028235677973362e38, 1e-46, 7.0064923216240854e-46, 7.006492321624086e-46,
            1.00000005960464478, 1.0000000596046449, 0.1, 1.17549429e-38 })
            T.P("r8->r4 " + T.Bits(d) + " " + T.Bits((float)d) + " " + T.Bits((double)(float)d));
        short s = -7; byte b = 200; char c = 'A'; ushort us = 65535; sbyte sb = -128;
        T.P("small " + T.Bits((double)s) + " " + T.Bits((float)b) + " " + T.Bits((double)c) + " " + T.Bits((float)us) + " " + T.Bits((float)sb));
    }
}
