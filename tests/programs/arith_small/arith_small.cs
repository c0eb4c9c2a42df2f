// 8- and 16-bit types: promotion to int, truncation on store, compound assignment, increments, fields and array elements.
using System;

namespace arith_small;

class Fields { public sbyte A; public byte B; public short C; public ushort D; public char E; public bool F; }

static class Program
{
    static sbyte s8; static byte u8; static short s16; static ushort u16; static char ch;

    internal static void Main()
    {
        int[] values = { 0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32769, 65535, 65536, 0x1234567, int.MinValue, int.MaxValue };
        foreach (int v in values)
        {
            s8 = (sbyte)v; u8 = (byte)v; s16 = (short)v; u16 = (ushort)v; ch = (char)v;
            T.P(v + ": " + s8 + " " + u8 + " " + s16 + " " + u16 + " " + (int)ch);
            sbyte a = s8; byte b = u8; short c = s16; ushort d = u16; char e = ch;
            a += 100; b += 200; c += 30000; d += 60000; e += (char)65000;
            T.P("  add " + a + " " + b + " " + c + " " + d + " " + (int)e);
            a *= 3; b *= 3; c *= 3; d *= 3; e *= (char)3;
            T.P("  mul " + a + " " + b + " " + c + " " + d + " " + (int)e);
            a >>= 1; b >>= 1; c >>= 1; d >>= 1; e >>= 1;
            T.P("  shr " + a + " " + b + " " + c + " " + d + " " + (int)e);
            a <<= 3; b <<= 3; c <<= 3; d <<= 3;
            T.P("  shl " + a + " " + b + " " + c + " " + d);
            a >>>= 2; b >>>= 2; c >>>= 2; d >>>= 2;
            T.P("  shru " + a + " " + b + " " + c + " " + d);
            a++; b--; ++c; --d; e++;
            T.P("  inc " + a + " " + b + " " + c + " " + d + " " + (int)e);
            T.P("  neg " + -s8 + " " + -u8 + " " + ~s16 + " " + ~u16);
        }
        byte x = byte.MaxValue; x++; T.P("byte wrap", x);
        sbyte y = sbyte.MaxValue; y++; T.P("sbyte wrap", y);
        short z = short.MinValue; z--; T.P("short wrap", z);
        ushort w = 0; w--; T.P("ushort wrap", w);
        var f = new Fields { A = -5, B = 250, C = -30000, D = 65000, E = 'z', F = true };
        f.A -= 125; f.B += 10; f.C -= 10000; f.D += 1000; f.E++; f.F ^= true;
        T.P("fields " + f.A + " " + f.B + " " + f.C + " " + f.D + " " + (int)f.E + " " + (f.F ? 1 : 0));
        var bytes = new byte[4]; var shorts = new short[4]; var sbytes = new sbyte[4]; var chars = new char[3]; var bools = new bool[2];
        for (int i = 0; i < 600; i++)
        {
            bytes[i & 3] += (byte)i; shorts[i & 3] -= (short)(i * 77); sbytes[i & 3] ^= (sbyte)i; chars[i % 3] += (char)i;
            bools[i & 1] = !bools[i & 1];
        }
        T.P("arrays " + bytes[0] + " " + bytes[3] + " " + shorts[1] + " " + shorts[2] + " " + sbytes[0] + " " + sbytes[3] + " " + (int)chars[2]
            + " " + (bools[0] ? 1 : 0));
        T.P("sign " + (s8 < 0 ? 1 : 0) + (u8 < 0 ? 1 : 0) + ((sbyte)T.Opaque(200) < (byte)200 ? 1 : 0));
        T.P("promote", s8 * u8 + s16 * u16 - ch);
        T.P("div " + (sbyte)T.Opaque(-128) / (sbyte)T.Opaque(-1) + " " + (short)T.Opaque(-32768) / (short)T.Opaque(-1) + " "
            + (sbyte)((sbyte)T.Opaque(-128) / (sbyte)T.Opaque(-1)));
        T.P("max", sbyte.MaxValue + byte.MaxValue + short.MaxValue + ushort.MaxValue);
        bool p = T.Opaque(true), q = T.Opaque(false);
        T.P("bool " + (p & q) + (p | q) + (p ^ q) + !p + (p && !q) + (p == q) + (p != q));
    }
}
