// Int128 and UInt128: arithmetic, division, shifts, conversion, checked operators, text, and their layout as arguments, fields and
// elements.
using System;
using System.Runtime.CompilerServices;

namespace int128;

struct Holder { public byte A; public Int128 B; public int C; public UInt128 D; }
class Box128 { public byte A; public UInt128 B; }

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static Int128 Sum(int pad, Int128 a, long mid, UInt128 b, byte tail, Int128 c) => pad + a + mid + (Int128)b + tail + c;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Holder Make(Int128 b) => new Holder { A = 1, B = b, C = 2, D = (UInt128)(b * 2) };

    internal static void Main()
    {
        Int128[] v = { 0, 1, -1, 10, long.MaxValue, long.MinValue, (Int128)long.MaxValue + 1, Int128.MaxValue, Int128.MinValue,
            new Int128(0x123456789abcdef, 0xfedcba9876543210) };
        foreach (Int128 a in v)
        {
            T.P("v " + a.ToString() + " " + (a << 5) + " " + (a >> 3) + " " + (a >>> 70) + " " + (-a) + " " + (~a) + " " + Int128.PopCount(a) + " "
                + Int128.LeadingZeroCount(a));
            foreach (Int128 b in v)
            {
                string line = (a + b) + " " + (a - b) + " " + (a * b) + " " + (a & b) + " " + (a ^ b) + " " + (a < b ? 1 : 0) + (a == b ? 1 : 0)
                    + (a >= b ? 1 : 0) + a.CompareTo(b);
                if (b != 0 && !(a == Int128.MinValue && b == -1)) line += " " + (a / b) + " " + (a % b);
                T.P("  " + line);
            }
        }
        UInt128[] u = { 0, 1, 10, ulong.MaxValue, (UInt128)ulong.MaxValue + 1, UInt128.MaxValue, new UInt128(5, 7) };
        foreach (UInt128 a in u) foreach (UInt128 b in u) T.P("u " + (a + b) + " " + (a - b) + " " + (a * b)
            + (b != 0 ? " " + (a / b) + " " + (a % b) : "") + " " + (a > b ? 1 : 0));
        T.P("ovf " + T.Throws(() => _ = checked(Int128.MaxValue + T.Opaque(1))) + T.Throws(() => _ = checked(Int128.MinValue - T.Opaque(1)))
            + T.Throws(() => _ = checked(Int128.MaxValue * T.Opaque(2))) + T.Throws(() => _ = checked(UInt128.Zero - T.Opaque((UInt128)1)))
            + T.Throws(() => _ = T.Opaque((Int128)5) / 0) + T.Throws(() => _ = checked((long)T.Opaque(Int128.MaxValue)))
            + T.Throws(() => _ = checked((ulong)T.Opaque((Int128)(-1)))));
        T.P("conv " + (long)v[9] + " " + (ulong)v[9] + " " + (int)v[9] + " " + (byte)v[9] + " " + T.Bits((double)v[7]) + " " + T.Bits((double)v[8])
            + " " + T.Bits((float)v[9]) + " " + (Int128)1e30 + " " + (UInt128)1e38 + " " + (Int128)(-2.5) + " " + (decimal)v[6] + " "
            + (Int128)79228162514264337593543950335m);
        T.P("text " + v[9].ToString("X") + " " + v[7].ToString("N0") + " " + v[8].ToString("D45") + " " + u[5].ToString("x") + " "
            + Int128.Parse("-170141183460469231731687303715884105728") + " "
            + (Int128.TryParse("170141183460469231731687303715884105728", out _) ? 1 : 0) + " "
            + UInt128.Parse("340282366920938463463374607431768211455"));
        T.P("sum " + Sum(1, (Int128)1 << 100, 2, (UInt128)1 << 90, 3, -4));
        Holder h = Make(v[9]);
        T.P("holder " + h.A + " " + h.B + " " + h.C + " " + h.D + " " + Unsafe.SizeOf<Holder>() + " " + Unsafe.SizeOf<Int128>());
        var array = new Int128[5]; for (int i = 0; i < 5; i++) array[i] = ((Int128)i << 64) + i; Array.Reverse(array); T.P("array " + T.Join(array));
        var box = new Box128 { A = 9, B = UInt128.MaxValue - 3 }; object o = box.B;
        T.P("box " + (UInt128)o + " " + o.Equals(UInt128.MaxValue - 3) + (o is UInt128 ? 1 : 0));
        Int128? maybe = v[3]; T.P("nullable " + (maybe * 3));
        UInt128 f = 1; for (uint i = 2; i <= 34; i++) f *= i; T.P("34! " + f);
    }
}
