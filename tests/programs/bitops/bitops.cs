// BitOperations, byte order, bit reinterpretation, integer helpers of the primitive types.
using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace bitops;

static class Program
{
    internal static void Main()
    {
        foreach (uint v in new uint[] { 0, 1, 2, 3, 0x80, 0xff, 0x8000, 0x12345678, 0x7fffffff, 0x80000000, 0xffffffff })
        {
            T.P("u32 " + T.Hex(v, 8) + " " + BitOperations.LeadingZeroCount(v) + " " + BitOperations.TrailingZeroCount(v) + " "
                + BitOperations.PopCount(v) + " " + BitOperations.Log2(v) + " " + BitOperations.RotateLeft(v, 5) + " "
                + BitOperations.RotateRight(v, 37) + " " + (BitOperations.IsPow2(v) ? 1 : 0) + " " + BitOperations.RoundUpToPowerOf2(v) + " "
                + BinaryPrimitives.ReverseEndianness(v) + " " + BitOperations.Crc32C(v, (byte)77));
            T.P("i32 " + int.LeadingZeroCount((int)v) + " " + int.TrailingZeroCount((int)v) + " " + int.PopCount((int)v) + " "
                + int.RotateLeft((int)v, 9) + " " + (int.IsPow2((int)v) ? 1 : 0) + (int.IsOddInteger((int)v) ? 1 : 0)
                + (int.IsNegative((int)v) ? 1 : 0));
        }
        foreach (ulong v in new ulong[] { 0, 1, 0x100000000, 0x123456789abcdef0, 0x8000000000000000, ulong.MaxValue })
            T.P("u64 " + T.Hex(v, 16) + " " + BitOperations.LeadingZeroCount(v) + " " + BitOperations.TrailingZeroCount(v) + " "
                + BitOperations.PopCount(v) + " " + BitOperations.Log2(v) + " " + BitOperations.RotateLeft(v, 77) + " "
                + BitOperations.RotateRight(v, 3) + " " + (BitOperations.IsPow2(v) ? 1 : 0) + " " + BitOperations.RoundUpToPowerOf2(v) + " "
                + BinaryPrimitives.ReverseEndianness(v));
        T.P("small " + byte.PopCount(0xf1) + " " + byte.LeadingZeroCount(8) + " " + ushort.TrailingZeroCount(0x100) + " " + sbyte.PopCount(-1)
            + " " + BinaryPrimitives.ReverseEndianness((short)0x1234) + " " + byte.RotateLeft(0x81, 1) + " " + short.LeadingZeroCount(1));
        T.P("bits " + BitConverter.DoubleToInt64Bits(1.5) + " " + BitConverter.SingleToInt32Bits(-2f) + " "
            + BitConverter.HalfToInt16Bits((Half)1.5) + " " + (BitConverter.IsLittleEndian ? 1 : 0));
        T.D("from", BitConverter.Int64BitsToDouble(0x3ff8000000000000)); T.F("fromf", BitConverter.UInt32BitsToSingle(0xc0000000));
        byte[] bytes = BitConverter.GetBytes(0x0102030405060708L);
        T.P("bytes " + bytes.Length + " " + bytes[0] + bytes[7] + " " + BitConverter.ToInt32(bytes, 2) + " " + BitConverter.ToUInt16(bytes, 6)
            + " " + BitConverter.ToInt64(bytes));
        Span<byte> s = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(s, 0x11223344); BinaryPrimitives.WriteUInt64LittleEndian(s.Slice(5), 0x8877665544332211);
        BinaryPrimitives.WriteDoubleBigEndian(s.Slice(8), 1.0);
        string line = ""; foreach (byte b in s) line += T.Hex(b, 2); T.P("prim " + line);
        T.P("read " + BinaryPrimitives.ReadInt32BigEndian(s) + " " + BinaryPrimitives.ReadInt16LittleEndian(s.Slice(3)) + " "
            + BinaryPrimitives.ReadUInt32LittleEndian(s.Slice(1)) + " " + (BinaryPrimitives.TryReadInt64BigEndian(s.Slice(9), out _) ? 1 : 0) + " "
            + T.Throws(() => BinaryPrimitives.ReadInt64BigEndian(new byte[7])));
        T.P("bitcast " + Unsafe.BitCast<float, int>(1f) + " " + Unsafe.BitCast<ulong, long>(ulong.MaxValue) + " "
            + T.Hex((ulong)Unsafe.BitCast<double, long>(-0.0), 16));
        ulong x = 88172645463325252; ulong sum = 0;
        for (int i = 0; i < 10000; i++)
        {
            x ^= x << 13; x ^= x >> 7; x ^= x << 17;
            sum += (ulong)BitOperations.PopCount(x) * (ulong)BitOperations.LeadingZeroCount(x | 1) + (ulong)BitOperations.TrailingZeroCount(x);
        }
        T.P("mix", sum);
        T.P("gcd", Gcd(1071 * 97, 462 * 97));
        T.P("isqrt", ISqrt(1000000007));
    }

    static int Gcd(int a, int b) { while (b != 0) (a, b) = (b, a % b); return a; }
    static uint ISqrt(uint n)
    {
        uint r = 0, bit = 1u << 30; while (bit > n) bit >>= 2;
        while (bit != 0) { if (n >= r + bit) { n -= r + bit; r = (r >> 1) + bit; } else r >>= 1; bit >>= 2; } return r;
    }
}
