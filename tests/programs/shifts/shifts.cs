// Shift counts are masked by C# (and, & 31 or & 63); results for all counts on all widths, by variable and by constant.
using System;

namespace shifts;

static class Program
{
    internal static void Main()
    {
        int[] counts = { 0, 1, 5, 7, 8, 15, 16, 30, 31, 32, 33, 40, 63, 64, 65, -1, -31, -32, 100, int.MaxValue, int.MinValue };
        int[] ints = { 1, -1, 0x12345678, unchecked((int)0x87654321), int.MinValue, int.MaxValue };
        foreach (int v in ints)
            foreach (int c in counts)
                T.P(v + " by " + c + ": " + (v << c) + " " + (v >> c) + " " + (v >>> c) + " " + ((uint)v >> c) + " " + ((uint)v << c));
        long[] longs = { 1, -1, 0x123456789abcdef0, unchecked((long)0x8765432187654321), long.MinValue };
        foreach (long v in longs)
            foreach (int c in counts)
                T.P(v + " by " + c + ": " + (v << c) + " " + (v >> c) + " " + (v >>> c) + " " + ((ulong)v >> c));
        int k = T.Opaque(unchecked((int)0xdeadbeef));
        T.P("const", (k << 0) ^ (k << 31) ^ (k << 32) ^ (k >> 31) ^ (k >> 33) ^ (k >>> 1) ^ (k >>> 35));
        long m = T.Opaque(unchecked((long)0xdeadbeefcafebabe));
        T.P("const64", (m << 0) ^ (m << 63) ^ (m << 64) ^ (m >> 63) ^ (m >> 65) ^ (m >>> 1) ^ (m >>> 67));
        nint n = (nint)m;
        nuint u = (nuint)(ulong)m;
        foreach (int c in counts) T.P("native " + c + ": " + (n << c) + " " + (n >> c) + " " + (u >> c));
        uint rot = 0x80000001;
        for (int i = 0; i < 40; i += 3) T.P("rot " + i + " " + ((rot << i) | (rot >> (32 - i))) + " " + ((rot >> i) | (rot << (32 - i))));
        byte b = 0xf0; sbyte s = -16; ushort us = 0xf00f; short sh = -4081;
        for (int i = 0; i < 34; i += 3) T.P("small " + i + ": " + (b << i) + " " + (b >> i) + " " + (s << i) + " " + (s >> i) + " " + (s >>> i)
            + " " + (us >> i) + " " + (sh >> i) + " " + (sh >>> i));
    }
}
