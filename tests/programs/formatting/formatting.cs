// Number formatting: every numeric type with standard and custom format strings, round trips, special values; formats of DateTime,
// TimeSpan and Guid.
using System;
using System.Globalization;

namespace formatting;

static class Program
{
    static string F<X>(X v, string f) where X : IFormattable
    {
        try { return v.ToString(f, CultureInfo.InvariantCulture); } catch (FormatException) { return "bad"; }
    }
    static void Row<X>(string name, X v, params string[] formats) where X : IFormattable
    {
        string s = name + ":"; foreach (string f in formats) s += " " + f + "=" + F(v, f); T.P(s);
    }

    internal static void Main()
    {
        string[] ints = { "", "G", "D", "D8", "N", "N0", "N3", "X", "x8", "B", "C0", "E", "e2", "F", "F1", "P", "P0", "G3", "R", "000", "#,##0",
            "0.00", "#", "0;(0);zero", "#%", "00-00", "0.0e+00", "'lit'0", "\\#0", "Z" };
        foreach (int v in new[] { 0, 1, -1, 42, -1234567, int.MaxValue, int.MinValue }) Row("int " + v, v, ints);
        foreach (long v in new[] { 0L, 123456789012345, long.MaxValue, long.MinValue }) Row("long " + v, v, "", "D20", "N0", "X", "E3", "G5", "#,#");
        Row("byte", (byte)200, "", "X2", "D4", "B8", "N1", "P"); Row("sbyte", (sbyte)-128, "", "X", "D4", "x2");
        Row("short", (short)-32768, "", "X", "N0"); Row("ushort", (ushort)65535, "", "X6", "E1");
        Row("uint", uint.MaxValue, "", "X", "N0", "G4", "B"); Row("ulong", ulong.MaxValue, "", "X", "N0", "G4", "D25", "E10");
        Row("nint", (nint)(-5), "", "X", "D3"); Row("nuint", (nuint)5, "", "D3");
        string[] floats = { "", "G", "G3", "G17", "R", "F", "F0", "F3", "F20", "N2", "E", "E2", "e0", "P1", "0.###", "0000.0", "#,##0.##", "0.0E0",
            "00.0e+000", "#;neg #;nil", "C2" };
        foreach (double v in new[] { 0.0, -0.0, 1, -1, 0.1, 0.5, 1.5, 2.5, 123456.789, -0.001234, 1e15, 1e16, 123456789012345680.0, 1e-5, 1e-4, 1e21,
            1.7976931348623157e308, 5e-324, 2.2250738585072014e-308, 0.30000000000000004, 9007199254740993, 4.35, 1e22, 1e23, double.NaN,
            double.PositiveInfinity, double.NegativeInfinity }) Row("double", v, floats);
        foreach (float v in new[] { 0f, 0.1f, 1.1f, 16777216f, 1e10f, 3.4028235e38f, 1e-45f, 1.17549435e-38f, 0.3f, 123.456f, float.NaN,
            float.NegativeInfinity }) Row("float", v, "", "G", "G9", "F2", "E4", "R", "0.####", "N1");
        foreach (decimal v in new[] { 0m, 1.50m, -1234567.891m, 79228162514264337593543950335m, 0.0000001m }) Row("decimal", v, "", "G", "G4", "F1",
            "N2", "E3", "P0", "C1", "0.0", "#,##0.00;(#,##0.00)", "D");
        uint seed = 1; string digest = ""; uint hash = 17;
        for (int i = 0; i < 3000; i++)
        {
            seed = seed * 1664525 + 1013904223; ulong bits = (ulong)seed << 32; seed = seed * 1664525 + 1013904223; bits |= seed;
            double d = BitConverter.UInt64BitsToDouble(bits); if (!double.IsFinite(d)) continue; string t = d.ToString(CultureInfo.InvariantCulture);
            if (double.Parse(t, CultureInfo.InvariantCulture) != d) digest += "!"; foreach (char c in t) hash = (hash ^ c) * 16777619;
            float f = BitConverter.UInt32BitsToSingle(seed);
            if (float.IsFinite(f))
            {
                t = f.ToString(CultureInfo.InvariantCulture); if (float.Parse(t, CultureInfo.InvariantCulture) != f) digest += "?";
                foreach (char c in t) hash = (hash ^ c) * 16777619;
            }
        }
        T.P("round trips " + digest + hash);
        var dt = new DateTime(2024, 2, 29, 13, 4, 5, 67, 89, DateTimeKind.Utc);
        Row("date", dt, "yyyy-MM-dd", "HH:mm:ss.fffffff", "s", "O", "o", "u", "yy/M/d", "h:m tt", "fff", "K", "yyyyMMddTHHmmssZ", "R", "dd MMM",
            "dddd", "ss.FFF");
        Row("date", new DateTime(2001, 12, 3), "s", "o", "yyyy", "FFF", "hh"); var ts = new TimeSpan(3, 4, 5, 6, 789);
        Row("span", ts, "", "c", "g", "G", "hh\\:mm", "d\\.hh", "%s", "fff"); Row("span", -ts, "", "g"); Row("span", TimeSpan.FromTicks(1), "c");
        var g = new Guid("01234567-89ab-cdef-0123-456789abcdef"); Row("guid", g, "", "N", "B", "P", "X", "D");
        Row("offset", new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.FromMinutes(-330)), "o", "zzz", "HH:mm K");
        Row("dateonly", new DateOnly(2020, 3, 4), "yyyy-MM-dd", "o"); Row("timeonly", new TimeOnly(5, 6, 7), "HH:mm", "o");
        Row("version", new Version(1, 2, 3, 4), ""); Row("int128", Int128.MinValue, "", "X", "N0"); Row("half", (Half)1.3, "", "F3", "E2");
        Row("char", new System.Text.Rune('x'), "");
        Span<char> buf = stackalloc char[8];
        T.P("span " + 12345.TryFormat(buf, out int n) + n + 123456789.TryFormat(buf, out n) + n
            + 1.25.TryFormat(buf, out n, "F1", CultureInfo.InvariantCulture) + buf[..n].ToString() + true.TryFormat(buf, out n)
            + g.TryFormat(buf, out n) + n);
        Span<byte> u8 = stackalloc byte[16];
        T.P("utf8 " + (-77).TryFormat(u8, out n, default, null) + n + u8[0] + System.Buffers.Text.Utf8Formatter.TryFormat(3.5, u8, out n) + n);
        var nfi = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~",
            NumberGroupSizes = new[] { 2, 3 } };
        T.P("nfi " + (-1234567.891).ToString("N2", nfi) + (-5).ToString(nfi) + double.Parse("~1,5", nfi).ToString(CultureInfo.InvariantCulture));
    }
}
