// Double and single arithmetic: special values, comparisons with NaN in every form, remainder, -0, no extra precision.
using System;

namespace floats;

static class Program
{
    static readonly double[] D = { 0.0, -0.0, 1.0, -1.0, 1.5, 3.0, 0.1, 1e-310, double.Epsilon, double.MaxValue, double.MinValue,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN };
    static readonly float[] F = { 0f, -0f, 1f, -1f, 1.5f, 3f, 0.1f, 1e-40f, float.Epsilon, float.MaxValue, float.PositiveInfinity,
        float.NegativeInfinity, float.NaN };

    static void TableD(string op, Func<double, double, double> f)
    {
        foreach (double a in D)
        {
            string line = op + " " + T.Bits(a) + ":";
            foreach (double b in D) line += " " + T.Bits(f(a, b));
            T.P(line);
        }
    }

    static void TableF(string op, Func<float, float, float> f)
    {
        foreach (float a in F)
        {
            string line = op + "f " + T.Bits(a) + ":";
            foreach (float b in F) line += " " + T.Bits(f(a, b));
            T.P(line);
        }
    }

    static string Cmp(double a, double b)
    {
        string s = "";
        s += a < b ? "1" : "0"; s += a <= b ? "1" : "0"; s += a > b ? "1" : "0"; s += a >= b ? "1" : "0"; s += a == b ? "1" : "0";
        s += a != b ? "1" : "0";
        s += !(a < b) ? "1" : "0"; s += !(a <= b) ? "1" : "0"; s += !(a > b) ? "1" : "0"; s += !(a >= b) ? "1" : "0";
        if (a < b) s += "a"; if (a <= b) s += "b"; if (a > b) s += "c"; if (a >= b) s += "d"; if (a == b) s += "e"; if (a != b) s += "f";
        if (!(a < b)) s += "g"; if (!(a >= b)) s += "h";
        bool lt = a < b, ge = a >= b;
        s += lt == !ge ? "t" : "u";
        return s;
    }

    static string CmpF(float a, float b)
    {
        bool r0 = a < b, r1 = a <= b, r2 = a > b, r3 = a >= b, r4 = a == b, r5 = a != b;
        string s = (r0 ? "1" : "0") + (r1 ? "1" : "0") + (r2 ? "1" : "0") + (r3 ? "1" : "0") + (r4 ? "1" : "0") + (r5 ? "1" : "0");
        while (a > b) { s += "w"; break; }
        do { s += "d"; if (s.Length > 8) break; } while (!(a <= b));
        return s;
    }

    internal static void Main()
    {
        TableD("add", (a, b) => a + b); TableD("sub", (a, b) => a - b); TableD("mul", (a, b) => a * b); TableD("div", (a, b) => a / b);
        TableD("rem", (a, b) => a % b);
        TableF("add", (a, b) => a + b); TableF("sub", (a, b) => a - b); TableF("mul", (a, b) => a * b); TableF("div", (a, b) => a / b);
        TableF("rem", (a, b) => a % b);
        foreach (double a in D) { string line = "cmp " + T.Bits(a) + ":"; foreach (double b in D) line += " " + Cmp(a, b); T.P(line); }
        foreach (float a in F) { string line = "cmpf " + T.Bits(a) + ":"; foreach (float b in F) line += " " + CmpF(a, b); T.P(line); }
        foreach (double a in D)
            T.P("is " + T.Bits(a) + " " + T.Bits(-a) + (double.IsNaN(a) ? 1 : 0) + (double.IsInfinity(a) ? 1 : 0) + (double.IsFinite(a) ? 1 : 0)
                + (double.IsNegative(a) && !double.IsNaN(a) ? 1 : 0) + (double.IsSubnormal(a) ? 1 : 0) + (double.IsNormal(a) ? 1 : 0)
                + (a.Equals(a) ? 1 : 0) + a.CompareTo(1.0) + a.CompareTo(double.NaN));
        float x = 16777216f, one = T.Opaque(1f);
        T.F("single precision", (x + one) - x);
        T.F("sum", 0.1f + T.Opaque(0.2f));
        T.D("sumd", 0.1 + T.Opaque(0.2));
        T.D("promoted", 0.1f * (double)T.Opaque(0.1f));
        T.D("rem", 5.5 % T.Opaque(-2.25)); T.D("rem2", -5.5 % T.Opaque(2.25)); T.D("rem3", 1e300 % T.Opaque(7.3));
        T.F("rem4", 10.5f % T.Opaque(0.1f));
        double acc = 0; for (int i = 1; i <= 1000; i++) acc += 1.0 / i; T.D("harmonic", acc);
        float accf = 0; for (int i = 1; i <= 1000; i++) accf += 1f / i; T.F("harmonicf", accf);
        double z = T.Opaque(-0.0); T.D("negzero", z + 0.0); T.D("negzero2", z - 0.0); T.D("negzero3", 0.0 - z); T.D("negzero4", -z);
        T.D("negzero5", z * 5);
        double fused = T.Opaque(1.0 + 1e-8) * T.Opaque(1.0 - 1e-8) - 1.0; T.D("nofma", fused);
    }
}
