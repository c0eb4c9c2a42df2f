// 32-bit signed and unsigned arithmetic over pairs of edge values, one line for each operator and left operand.
using System;

namespace arith_int32;

static class Program
{
    static readonly int[] Edges = { 0, 1, -1, 2, -2, 7, -7, 31, 127, -128, 255, 32767, -32768, 65535, 0x12345678, int.MaxValue, int.MinValue,
        int.MinValue + 1 };

    static void Row(string op, int a, Func<int, int, int> f)
    {
        string line = op + " " + T.Hex((uint)a, 8) + ":";
        foreach (int b in Edges)
        {
            string cell;
            try { cell = T.Hex((uint)f(a, b), 8); }
            catch (Exception e) { cell = "E" + T.Kind(e); }
            line += " " + cell;
        }
        T.P(line);
    }

    static void Table(string op, Func<int, int, int> f)
    {
        foreach (int a in Edges) Row(op, a, f);
    }

    static int Fold(Func<int, int, int> f)
    {
        uint hash = 2166136261;
        uint x = 12345;
        for (int i = 0; i < 4000; i++)
        {
            x = x * 1664525 + 1013904223;
            int a = (int)(x >> (i % 13));
            x = x * 1664525 + 1013904223;
            int b = (int)x >> (i % 29);
            int r;
            try { r = f(a, b); } catch (ArithmeticException) { r = -77; }
            hash = (hash ^ (uint)r) * 16777619;
        }
        return (int)hash;
    }

    internal static void Main()
    {
        Table("div", (a, b) => a / b);
        Table("rem", (a, b) => a % b);
        Table("divu", (a, b) => (int)((uint)a / (uint)b));
        Table("remu", (a, b) => (int)((uint)a % (uint)b));
        T.P("add", Fold((a, b) => a + b));
        T.P("sub", Fold((a, b) => a - b));
        T.P("mul", Fold((a, b) => a * b));
        T.P("div", Fold((a, b) => a / b));
        T.P("rem", Fold((a, b) => a % b));
        T.P("divu", Fold((a, b) => (int)((uint)a / (uint)b)));
        T.P("remu", Fold((a, b) => (int)((uint)a % (uint)b)));
        T.P("and", Fold((a, b) => a & b));
        T.P("or", Fold((a, b) => a | b));
        T.P("xor", Fold((a, b) => a ^ b));
        T.P("not", Fold((a, b) => ~a + b));
        T.P("neg", Fold((a, b) => -a - b));
        T.P("shl", Fold((a, b) => a << b));
        T.P("shr", Fold((a, b) => a >> b));
        T.P("shru", Fold((a, b) => a >>> b));
        T.P("lt", Fold((a, b) => a < b ? 1 : 0));
        T.P("ltu", Fold((a, b) => (uint)a < (uint)b ? 1 : 0));
        T.P("ge", Fold((a, b) => a >= b ? 1 : 0));
        T.P("geu", Fold((a, b) => (uint)a >= (uint)b ? 1 : 0));
        T.P("eq", Fold((a, b) => a == b ? 1 : 0));
        // Constant divisors take other paths in every code generator.
        T.P("div3", Fold((a, b) => a / 3 + b / -7));
        T.P("div8", Fold((a, b) => a / 8 + b % 8));
        T.P("div10u", Fold((a, b) => (int)((uint)a / 10 + (uint)b % 641)));
        T.P("divm1", Fold((a, b) => a / T.Opaque(-1) + b));
        T.P("mul-const", Fold((a, b) => a * 9 - b * 1000003 + a * -1));
        T.P("mulhi", Fold((a, b) => (int)(((long)a * b) >> 32)));
        T.P("muluhi", Fold((a, b) => (int)(((ulong)(uint)a * (uint)b) >> 32)));
    }
}
