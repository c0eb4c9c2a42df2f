// System.Decimal: exact arithmetic, scale, rounding, overflow, conversion and text.
using System;
using System.Globalization;

namespace decimals;

static class Program
{
    internal static void Main()
    {
        decimal[] v = { 0m, 1m, -1m, 0.1m, 1.10m, 3m, 7.0000m, -2.5m, 1234567.891m, 0.0000000000000000000000000001m, 79228162514264337593543950335m,
            -79228162514264337593543950335m, 12345678901234567890.12345678m };
        foreach (decimal a in v)
        {
            foreach (decimal b in v)
            {
                string line = a + " " + b + ":";
                foreach (int op in new[] { 0, 1, 2, 3, 4 })
                {
                    try { line += " " + (op == 0 ? a + b : op == 1 ? a - b : op == 2 ? a * b : op == 3 ? a / b : a % b); }
                    catch (Exception e) { line += " E" + T.Kind(e); }
                }
                T.P(line + " " + (a < b ? 1 : 0) + (a == b ? 1 : 0) + a.CompareTo(b));
            }
            T.P("unary " + -a + " " + decimal.Truncate(a) + " " + decimal.Floor(a) + " " + decimal.Ceiling(a) + " " + decimal.Round(a) + " "
                + Math.Abs(a) + " " + Math.Sign(a) + " " + a.Scale);
        }
        foreach (decimal d in new[] { 0.5m, 1.5m, 2.5m, -0.5m, -1.5m, 1.25m, 1.35m, -1.25m })
            T.P("round " + Math.Round(d) + " " + Math.Round(d, 1) + " " + Math.Round(d, MidpointRounding.AwayFromZero) + " "
                + Math.Round(d, 1, MidpointRounding.ToZero) + " " + Math.Round(d, MidpointRounding.ToPositiveInfinity) + " "
                + Math.Round(d, MidpointRounding.ToNegativeInfinity));
        T.P("scale " + 1.10m + " " + (1.10m + 0.900m) + " " + 1.10m * 2.000m + " " + 10m / 4m + " " + 1m / 3m + " " + 2m / 3m + " "
            + (1.000m == 1m ? 1 : 0) + " " + (1.000m).GetHashCode().CompareTo(1m.GetHashCode()));
        T.P("bits " + T.Join(decimal.GetBits(-1.5m)) + " " + new decimal(1, 2, 3, true, 5) + " " + new decimal(new[] { -1, -1, -1, 0 }));
        T.P("from " + (decimal)0.1 + " " + (decimal)1e20 + " " + (decimal)123456.789f + " " + (decimal)long.MinValue + " "
            + (decimal)ulong.MaxValue + " " + T.Throws(() => _ = (decimal)T.Opaque(1e29)) + T.Throws(() => _ = (decimal)T.Opaque(double.NaN)));
        T.P("to " + (int)-3.9m + " " + (long)12345678901.99m + " " + (ulong)18446744073709551615m + " " + T.Bits((double)0.1m) + " "
            + T.Bits((float)3.14159m) + " " + T.Throws(() => _ = (int)T.Opaque(3000000000m)) + T.Throws(() => _ = (uint)T.Opaque(-1m)) + " "
            + (byte)255.5m);
        T.P("text " + 1234567.891m.ToString("N2", CultureInfo.InvariantCulture) + " " + 0.5m.ToString("P1", CultureInfo.InvariantCulture) + " "
            + 12.3m.ToString("F5") + " " + 12.3456m.ToString("0.##") + " " + 1e-10m + " " + 1.5m.ToString("E3") + " " + 1000m.ToString("#,##0.00")
            + " " + 42m.ToString("C", CultureInfo.InvariantCulture).Length);
        T.P("parse " + decimal.Parse("-1,234.50", CultureInfo.InvariantCulture) + " "
            + decimal.Parse("1e3", NumberStyles.Float, CultureInfo.InvariantCulture) + " "
            + (decimal.TryParse("79228162514264337593543950336", out _) ? 1 : 0) + " " + T.Throws(() => decimal.Parse("x")) + " "
            + decimal.Parse("0.00000000000000000000000000005", CultureInfo.InvariantCulture));
        decimal sum = 0; for (int i = 0; i < 1000; i++) sum += 0.1m; T.P("sum " + sum);
        decimal balance = 1000m; for (int i = 0; i < 30; i++) balance = decimal.Round(balance * 1.0375m, 2); T.P("interest " + balance);
        decimal pi = 0, k = 1; for (int i = 0; i < 200; i++, k = -k) pi += 4m * k / (2 * i + 1); T.P("pi " + pi);
        decimal x = 2m; for (int i = 0; i < 8; i++) x = (x + 2m / x) / 2m; T.P("sqrt2 " + x);
        decimal inc = 1.5m; inc++; ++inc; inc--; inc += 0.25m; inc %= 2; T.P("inc " + inc); decimal? nul = null;
        T.P("nul " + (nul + 1m == null ? 1 : 0) + (nul ?? 5m));
        T.P("minmax " + Math.Max(1.0m, 1.00m) + " " + Math.Min(-1m, 0m) + " " + decimal.Compare(1, 2) + " " + decimal.Add(1, 2) + " "
            + decimal.Remainder(7, 4) + " " + decimal.Negate(3));
    }
}
