// Half, and generic math through static abstract interface members over many numeric types.
using System;
using System.Numerics;

namespace half_generic_math;

static class Program
{
    static N Sum<N>(ReadOnlySpan<N> items) where N : INumber<N>
    {
        N total = N.Zero;
        foreach (N item in items) total += item;
        return total;
    }

    static N Power<N>(N x, int n) where N : IMultiplyOperators<N, N, N>, IMultiplicativeIdentity<N, N>
    {
        N r = N.MultiplicativeIdentity;
        for (; n > 0; n--) r *= x;
        return r;
    }

    static bool Between<N>(N x, N lo, N hi) where N : IComparisonOperators<N, N, bool> => x >= lo && x <= hi;
    static string Limits<N>() where N : IMinMaxValue<N> => N.MinValue + ".." + N.MaxValue;
    static int BitCount<N>(N x) where N : IBinaryInteger<N> => int.CreateTruncating(N.PopCount(x)) + x.GetByteCount() * 1000;
    static N ParseAs<N>(string s) where N : IParsable<N> => N.Parse(s, null);
    static string Convert<A, B>(A a) where A : INumber<A> where B : INumber<B>
    {
        string c;
        try { c = "" + B.CreateChecked(a); } catch (OverflowException) { c = "ov"; }
        return c + "/" + B.CreateSaturating(a) + "/" + B.CreateTruncating(a);
    }

    static N Gcd<N>(N a, N b) where N : IBinaryInteger<N> { while (b != N.Zero) (a, b) = (b, a % b); return a; }

    struct Mod7 : IAdditionOperators<Mod7, Mod7, Mod7>, IMultiplyOperators<Mod7, Mod7, Mod7>, IMultiplicativeIdentity<Mod7, Mod7>
    {
        public int V;
        public static Mod7 operator +(Mod7 a, Mod7 b) => new Mod7 { V = (a.V + b.V) % 7 };
        public static Mod7 operator *(Mod7 a, Mod7 b) => new Mod7 { V = a.V * b.V % 7 };
        public static Mod7 MultiplicativeIdentity => new Mod7 { V = 1 };
    }

    internal static void Main()
    {
        float[] f = { 0f, -0f, 1f, 0.1f, 65504f, 65519.9f, 65520f, 1e-8f, 6e-8f, 5.96e-8f, -2.5f, float.NaN, float.PositiveInfinity, 0.33333334f,
            1024.5f, 2049f, 2051f };
        foreach (float x in f)
        {
            Half h = (Half)x;
            T.P("half " + T.Bits(x) + " " + T.Hex(BitConverter.HalfToUInt16Bits(h), 4).Replace(Half.IsNaN(h) ? "fe00" : "none", "7e00") + " "
                + T.Bits((float)h) + " " + (Half.IsNaN(h) ? "nan" : T.Hex(BitConverter.HalfToUInt16Bits(h + (Half)1f), 4)) + " "
                + (h < (Half)1 ? 1 : 0) + (h == h ? 1 : 0) + " " + (Half.IsNaN(h) ? "" : h.ToString()));
        }
        T.P("half ops " + (float)((Half)3 * (Half)1.5) + " " + (float)((Half)1 / (Half)3) + " " + (float)Half.MaxValue + " " + (int)(Half)7.9f
            + " " + (double)Half.Epsilon + " " + Half.Parse("1.25") + " " + (float)Half.Sqrt((Half)2) + " " + (byte)(Half)200);
        T.P("sum " + Sum<int>([1, 2, 3]) + " " + Sum<long>([1L << 40, 5]) + " " + Sum<double>([0.5, 0.25]) + " " + Sum<float>([1.5f, 2f]) + " "
            + Sum<decimal>([1.1m, 2.2m]) + " " + Sum<byte>([200, 100]) + " " + Sum<Half>([(Half)1, (Half)2]) + " "
            + Sum<Int128>([Int128.MaxValue, 1]) + " " + Sum<char>(['a', '\u0001']) + " " + Sum<nint>([5, -7]));
        T.P("power " + Power(3, 5) + " " + Power(2.5, 3) + " " + Power(1.5m, 4) + " " + Power((UInt128)10, 30) + " "
            + Power(new Mod7 { V = 3 }, 5).V + " " + Power((short)7, 4));
        T.P("between " + Between(5, 1, 9) + Between('q', 'a', 'z') + Between(double.NaN, 0, 1) + Between(3m, 4m, 5m));
        T.P("limits " + Limits<sbyte>() + " " + Limits<byte>() + " " + Limits<short>() + " " + Limits<ushort>() + " " + Limits<int>() + " "
            + Limits<uint>() + " " + Limits<long>() + " " + Limits<ulong>() + " " + Limits<decimal>() + " " + Limits<Int128>());
        T.P("bits " + BitCount((byte)255) + " " + BitCount(-1L) + " " + BitCount((short)-1) + " " + BitCount(UInt128.MaxValue) + " "
            + BitCount((nuint)7) + " " + BitCount('\u0101'));
        T.P("parse " + ParseAs<int>("42") + " " + ParseAs<decimal>("1.50") + " " + ParseAs<ulong>("18446744073709551615") + " "
            + ParseAs<bool>("true") + " " + ParseAs<Guid>("00112233-4455-6677-8899-aabbccddeeff") + " " + ParseAs<double>("2.5e3"));
        T.P("convert " + Convert<int, byte>(300) + " " + Convert<int, byte>(-1) + " " + Convert<double, int>(1e10) + " " + Convert<double,
            int>(double.NaN) + " " + Convert<long, short>(70000) + " " + Convert<ulong, long>(ulong.MaxValue) + " " + Convert<float, byte>(-3.5f)
            + " " + Convert<decimal, ulong>(-1m) + " " + Convert<Int128, long>(Int128.MaxValue) + " " + Convert<byte, Half>(255) + " "
            + Convert<Half, int>(Half.MaxValue));
        T.P("gcd " + Gcd(48, 36) + " " + Gcd(1L << 40, 1L << 35) + " " + Gcd((Int128)91, 39) + " " + Gcd<uint>(17, 5));
        T.P("statics " + int.Max(3, 4) + int.Sign(-4) + int.Abs(-4) + double.Clamp(5, 0, 1) + long.IsEvenInteger(6) + float.IsInteger(2.5f)
            + byte.Log2(200) + uint.DivRem(17, 5).Remainder + int.CopySign(5, -1) + double.MaxNumber(double.NaN, 3));
        T.P("scalar " + double.RootN(27.0, 3).ToString("F6") + " " + double.Exp2(10) + " " + float.Log2(8f) + " "
            + double.DegreesToRadians(180).ToString("F4") + " " + int.CreateChecked(12.9));
    }
}
