// 64-bit arithmetic over edge values, including division corners and mixed 32/64-bit operands.
using System;

namespace arith_int64;

static class Program
{
    static readonly long[] Edges =
    {
        0, 1, -1, 2, -2, 10, -10, int.MaxValue, int.MinValue, 0xffffffffL, 0x100000000L, -0x100000000L,
        0x123456789abcdefL, long.MaxValue, long.MinValue, long.MinValue + 1,
    };

    static void Table(string op, Func<long, long, long> f)
    {
        foreach (long a in Edges)
        {
            string line = op + " " + T.Hex((ulong)a, 16) + ":";
            foreach (long b in Edges)
            {
                string cell;
                try { cell = T.Hex((ulong)f(a, b), 16); }
                catch (Exception e) { cell = "E" + T.Kind(e); }
                line += " " + cell;
            }
            T.P(line);
        }
    }

    static long Fold(Func<long, long, long> f)
    {
        ulong hash = 14695981039346656037;
        ulong x = 99;
        for (int i = 0; i < 4000; i++)
        {
            x = x * 6364136223846793005 + 1442695040888963407;
            long a = (long)x >> (i % 61);
            x = x * 6364136223846793005 + 1442695040888963407;
            long b = (long)(x >> (i % 59));
            long r;
            try { r = f(a, b); } catch (ArithmeticException) { r = -77; }
            hash = (hash ^ (ulong)r) * 1099511628211;
        }
        return (long)hash;
    }

    internal static void Main()
    {
        Table("div", (a, b) => a / b);
        Table("rem", (a, b) => a % b);
        Table("divu", (a, b) => (long)((ulong)a / (ulong)b));
        Table("remu", (a, b) => (long)((ulong)a % (ulong)b));
        T.P("add", Fold((a, b) => a + b));
        T.P("sub", Fold((a, b) => a - b));
        T.P("mul", Fold((a, b) => a * b));
        T.P("div", Fold((a, b) => a / b));
        T.P("rem", Fold((a, b) => a % b));
        T.P("divu", Fold((a, b) => (long)((ulong)a / (ulong)b)));
        T.P("remu", Fold((a, b) => (long)((ulong)a % (ulong)b)));
        T.P("bits", Fold((a, b) => (a & b) ^ (a | ~b) ^ -a));
        T.P("shl", Fold((a, b) => a << (int)b));
        T.P("shr", Fold((a, b) => a >> (int)b));
        T.P("shru", Fold((a, b) => a >>> (int)b));
        T.P("cmp", Fold((a, b) => (a < b ? 1 : 0) + (a <= b ? 2 : 0) + (a == b ? 4 : 0) + ((ulong)a > (ulong)b ? 8 : 0)
            + ((ulong)a >= (ulong)b ? 16 : 0)));
        T.P("div-const", Fold((a, b) => a / 1000 + b / -3 + a % 60 + (long)((ulong)b / 10)));
        T.P("mixed", Fold((a, b) => (int)a + b + (uint)b - (short)a));
        T.P("native", Fold((a, b) => (nint)a * (nint)b + (long)((nuint)a / ((nuint)(ulong)b | 1))));
        long counter = long.MaxValue;
        counter++;
        T.P("wrap", counter);
        ulong u = 0;
        u--;
        T.P("wrapu", u);
        T.P("fact", Factorial(25));
    }

    static long Factorial(long n) => n < 2 ? 1 : n * Factorial(n - 1);
}
