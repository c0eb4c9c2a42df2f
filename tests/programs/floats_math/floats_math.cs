// Math and MathF where results are exact or correctly rounded by definition; roundings, min/max with NaN and -0, fused multiply-add.
using System;
using System.Numerics;

namespace floats_math;

static class Program
{
    internal static void Main()
    {
        double[] v = { 0.0, -0.0, 0.4, 0.5, 0.6, 1.5, 2.5, -0.5, -1.5, -2.5, 1e15 + 0.5, 4503599627370495.5, 9007199254740992.0, -4503599627370495.5,
            double.PositiveInfinity, double.NaN, double.Epsilon, 0.49999999999999994 };
        foreach (double d in v)
        {
            T.P("round " + T.Bits(d) + ": " + T.Bits(Math.Round(d)) + " " + T.Bits(Math.Floor(d)) + " " + T.Bits(Math.Ceiling(d)) + " "
                + T.Bits(Math.Truncate(d)) + " " + T.Bits(Math.Round(d, MidpointRounding.AwayFromZero)) + " "
                + T.Bits(Math.Round(d, MidpointRounding.ToZero)) + " " + T.Bits(Math.Round(d, MidpointRounding.ToPositiveInfinity)) + " "
                + T.Bits(Math.Round(d, MidpointRounding.ToNegativeInfinity)));
            float f = (float)d;
            T.P("roundf " + T.Bits(MathF.Round(f)) + " " + T.Bits(MathF.Floor(f)) + " " + T.Bits(MathF.Ceiling(f)) + " " + T.Bits(MathF.Truncate(f)));
            T.P("sqrt " + T.Bits(Math.Sqrt(d)) + " " + T.Bits(MathF.Sqrt(f)) + " " + T.Bits(Math.Abs(d)) + " " + T.Bits(MathF.Abs(f)));
        }
        foreach (double a in v)
            foreach (double b in new[] { 0.0, -0.0, 1.5, double.NaN })
                T.P("minmax " + T.Bits(Math.Max(a, b)) + " " + T.Bits(Math.Min(a, b)) + " " + T.Bits(Math.MaxMagnitude(a, b)) + " "
                    + T.Bits(Math.MinMagnitude(a, b)) + " " + T.Bits(Math.CopySign(a, b)) + " " + T.Bits(MathF.Max((float)a, (float)b)) + " "
                    + T.Bits(MathF.Min((float)a, (float)b)));
        T.D("round digits", Math.Round(2.675, 2)); T.D("round digits 2", Math.Round(-1.005, 2));
        T.D("round3", Math.Round(123.456789, 4, MidpointRounding.AwayFromZero));
        T.D("fma", Math.FusedMultiplyAdd(T.Opaque(1.0 + 1e-8), 1.0 - 1e-8, -1.0));
        T.F("fmaf", MathF.FusedMultiplyAdd(T.Opaque(1.0001f), 0.9999f, -1f));
        T.D("scaleb", Math.ScaleB(1.5, 10)); T.D("scaleb2", Math.ScaleB(1.5, -1074)); T.D("scaleb3", Math.ScaleB(1, 2000));
        T.P("ilogb", Math.ILogB(1000.0)); T.P("ilogb0", Math.ILogB(0.0)); T.P("ilogbnan", Math.ILogB(double.NaN));
        T.D("bitinc", Math.BitIncrement(1.0)); T.D("bitdec", Math.BitDecrement(0.0)); T.D("ieee", Math.IEEERemainder(5.0, 3.0));
        T.D("ieee2", Math.IEEERemainder(-7.5, 2.0));
        T.P("sign " + Math.Sign(-3.2) + Math.Sign(0.0) + Math.Sign(5) + Math.Sign(-9L) + T.Throws(() => Math.Sign(double.NaN)));
        T.P("abs " + Math.Abs(-5) + " " + Math.Abs(-5L) + " " + Math.Abs((sbyte)-5) + " " + T.Throws(() => Math.Abs(int.MinValue))
            + T.Throws(() => Math.Abs(long.MinValue)) + T.Throws(() => Math.Abs(short.MinValue)));
        T.P("clamp " + Math.Clamp(5, 1, 3) + Math.Clamp(-5, 1, 3) + Math.Clamp(2, 1, 3) + T.Throws(() => Math.Clamp(1, 3, 2)));
        T.P("divrem " + Math.DivRem(-17, 5, out int rem) + " " + rem + " " + Math.DivRem(17L, -5L).Remainder + " " + Math.DivRem(17u, 5u).Quotient);
        T.P("bigmul " + Math.BigMul(int.MinValue, int.MinValue) + " " + Math.BigMul(ulong.MaxValue, ulong.MaxValue, out ulong low) + " " + low
            + " " + Math.BigMul(long.MinValue, 3L, out long lo) + " " + lo);
        T.P("minmax int " + Math.Max(-1, 1u) + Math.Min((byte)3, (byte)9) + Math.Max(long.MinValue, -1) + Math.Min(ulong.MaxValue, 5));
        // Values the C library gives exactly.
        T.D("pow", Math.Pow(2, 10)); T.D("pow2", Math.Pow(2, -1074)); T.D("pow3", Math.Pow(-8, 3)); T.D("pow4", Math.Pow(double.NaN, 0));
        T.D("pow5", Math.Pow(-1, double.PositiveInfinity)); T.D("pow6", Math.Pow(0, -1)); T.D("pow7", Math.Pow(-2, 0.5));
        T.D("exp0", Math.Exp(0)); T.D("expinf", Math.Exp(double.NegativeInfinity)); T.D("log1", Math.Log(1)); T.D("log0", Math.Log(0));
        T.D("logneg", Math.Log(-1)); T.D("log2", Math.Log2(1024)); T.D("log10", Math.Log10(1000)); T.D("sin0", Math.Sin(0)); T.D("cos0", Math.Cos(0));
        T.D("atan2", Math.Atan2(0.0, 1.0)); T.D("cbrt", Math.Cbrt(27)); T.D("tan", Math.Tan(-0.0));
        T.P("trig", (long)(Math.Sin(1.0) * 1e12)); T.P("trig2", (long)(Math.Cos(2.0) * 1e12)); T.P("exp", (long)(Math.Exp(1.5) * 1e11));
        T.P("log", (long)(Math.Log(10) * 1e12)); T.P("acos", (long)(Math.Acos(0.3) * 1e12)); T.P("tanh", (long)(Math.Tanh(0.7) * 1e12));
        T.P("powf", (long)(MathF.Pow(1.1f, 2.5f) * 1e4f)); T.P("hyp", (long)(double.Hypot(3, 4) * 1e6));
        T.P("vec", (long)(new Vector3(1, 2, 3).Length() * 1e5f)); T.P("dot", (long)Vector4.Dot(new Vector4(1, 2, 3, 4), new Vector4(5, 6, 7, 8)));
        var mtx = Matrix4x4.CreateTranslation(1, 2, 3) * Matrix4x4.CreateScale(2f);
        T.P("mtx " + mtx.M41 + " " + mtx.M42 + " " + mtx.M43 + " " + mtx.GetDeterminant());
        var q = Quaternion.Normalize(new Quaternion(1, 2, 3, 4)); T.P("quat", (long)(q.W * 1e5f)); T.D("lerp", double.Lerp(1, 3, 0.25));
    }
}
