// Parse and TryParse of every numeric type with number styles, overflow and malformed input; Convert; bool, char, Guid, DateTime and
// TimeSpan parsing.
using System;
using System.Globalization;

namespace parsing;

static class Program
{
    static string P<X>(string s, NumberStyles st) where X : System.Numerics.INumberBase<X>
    {
        try { X v = X.Parse(s, st, CultureInfo.InvariantCulture); return v is double d ? T.Bits(d) : v is float f ? T.Bits(f) : ""
            + v; } catch (Exception e) { return "E" + T.Kind(e); }
    }
    static string I(string s) => P<sbyte>(s, NumberStyles.Integer) + " " + P<byte>(s, NumberStyles.Integer) + " "
        + P<short>(s, NumberStyles.Integer) + " " + P<ushort>(s, NumberStyles.Integer) + " " + P<int>(s, NumberStyles.Integer) + " "
        + P<uint>(s, NumberStyles.Integer) + " " + P<long>(s, NumberStyles.Integer) + " " + P<ulong>(s, NumberStyles.Integer) + " "
        + P<Int128>(s, NumberStyles.Integer);

    internal static void Main()
    {
        foreach (string s in new[] { "0", "-0", "+7", "  12  ", "127", "128", "-128", "-129", "255", "256", "32767", "-32768", "65535", "2147483647",
            "2147483648", "-2147483648", "4294967295", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
            "18446744073709551616", "", " ", "abc", "1a", "1 2", "--1", "1.0", "1e3", "0x10", "٣", "12\0",
            "00000000000000000000000000000000000012" }) T.P("int '" + s.Replace("\0", "0").Replace("٣", "arabic") + "' " + I(s));
        foreach (string s in new[] { "ff", "FF", "0000ffff", "fffffffff", "g", "-1", "80000000", "ffffffffffffffff" }) T.P("hex " + s + " "
            + P<int>(s, NumberStyles.HexNumber) + " " + P<byte>(s, NumberStyles.HexNumber) + " " + P<ulong>(s, NumberStyles.HexNumber) + " "
            + P<short>(s, NumberStyles.HexNumber));
        T.P("bin " + P<int>("1011", NumberStyles.BinaryNumber) + P<byte>("100000000", NumberStyles.BinaryNumber));
        foreach (string s in new[] { "1,234", "(5)", "5-", "$7", "1,2,3", "1,234.00", "1.50", "-1e2", "12e1" }) T.P("styles " + s + " "
            + P<int>(s, NumberStyles.AllowThousands) + " " + P<int>(s, NumberStyles.Number) + " " + P<int>(s, NumberStyles.Currency) + " "
            + P<int>(s, NumberStyles.Any) + " " + P<int>(s, NumberStyles.AllowParentheses | NumberStyles.AllowTrailingSign) + " "
            + P<decimal>(s, NumberStyles.Any));
        foreach (string s in new[] { "0", "-0", "1", "-1.5", ".5", "5.", "1e10", "1E-10", "1e400", "-1e400", "1e-400", "NaN", "Infinity",
            "-Infinity", "∞", "1,000.5", "abc", "", "1e", "0.1", "0.30000000000000004", "4.9406564584124654e-324", "2.4703282292062327e-324",
            "2.4703282292062328e-324", "1.7976931348623158e308", "1.7976931348623159e308", "9007199254740993",
            "9007199254740992.99999999999999999999", "123456789012345678901234567890", "0.000000000000000000000000000000000000000000000000001",
            "3.4028235677973366e38", "1.00000005960464477539062500001", "8.98846567431158e307", " 7 ", "6.02214076e23",
            "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880" }) T.P("float '" + s.Replace("∞", "inf") + "' " + P<double>(s, NumberStyles.Float | NumberStyles.AllowThousands) + " " + P<float>(s, NumberStyles.Float | NumberStyles.AllowThousands) + " " + P<decimal>(s, NumberStyles.Float | NumberStyles.AllowThousands).Replace("E4", "ovf"));
        T.P("try " + int.TryParse("12", out int i) + i + int.TryParse("x", out i) + i + int.TryParse((string)null, out i)
            + double.TryParse("1.5", NumberStyles.Float, CultureInfo.InvariantCulture, out double d) + d + bool.TryParse("TRUE ", out bool b) + b
            + bool.TryParse("1", out b) + char.TryParse("ab", out char c) + char.Parse("q") + T.Throws(() => bool.Parse("maybe"))
            + T.Throws(() => int.Parse(null)) + int.Parse("12345".AsSpan(1, 3)) + long.TryParse("99999999999999999999", out long l) + l
            + int.TryParse("7"u8, null, out i) + i);
        T.P("convert " + Convert.ToInt32("42") + Convert.ToInt32(2.5) + Convert.ToInt32(3.5) + Convert.ToInt32(-2.5) + Convert.ToByte(255.4)
            + T.Throws(() => Convert.ToByte(255.5)) + T.Throws(() => Convert.ToInt32(long.MaxValue)) + Convert.ToInt32("ff", 16)
            + Convert.ToInt32("-5") + Convert.ToInt64("777", 8) + Convert.ToString(255, 2) + Convert.ToString(-1L, 16) + Convert.ToBoolean("True")
            + Convert.ToBoolean(0.0) + Convert.ToChar(65) + Convert.ToDouble("1.25", CultureInfo.InvariantCulture) + Convert.ToDecimal(1.1)
            + Convert.ToInt32((object)null) + Convert.ToString((object)null).Length + T.Throws(() => Convert.ToInt32("x"))
            + T.Throws(() => Convert.ToDateTime(5)) + Convert.ChangeType(5, TypeCode.Double) + Convert.ToUInt64(1e19)
            + Convert.GetTypeCode(1.5m).GetHashCode() + Convert.ToInt16('A') + ((IConvertible)5).ToDouble(null) + Convert.ToSByte("-5"));
        T.P("guid " + Guid.Parse("{01234567-89AB-cdef-0123-456789abcdef}") + Guid.TryParse("nope", out Guid g) + g
            + (Guid.ParseExact("0123456789abcdef0123456789abcdef", "N") == new Guid("01234567-89ab-cdef-0123-456789abcdef"))
            + T.Throws(() => Guid.Parse("x")));
        T.P("date " + DateTime.ParseExact("2024-02-29 05:06", "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture).Ticks + " "
            + DateTime.TryParseExact("2023-02-29", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            + DateTime.Parse("2020-01-02T03:04:05.678Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal).Ticks + " "
            + DateTime.Parse("01/02/2020", CultureInfo.InvariantCulture).DayOfYear
            + DateTimeOffset.Parse("2020-01-02T03:04:05+02:00", CultureInfo.InvariantCulture).UtcTicks + " "
            + T.Throws(() => DateTime.Parse("never", CultureInfo.InvariantCulture))
            + TimeSpan.Parse("1.02:03:04.5", CultureInfo.InvariantCulture).Ticks + " "
            + TimeSpan.TryParse("25:00", CultureInfo.InvariantCulture, out var ts) + ts.Ticks
            + TimeSpan.ParseExact("05:06", "mm\\:ss", CultureInfo.InvariantCulture).TotalSeconds + T.Throws(() => TimeSpan.Parse("x"))
            + DateOnly.Parse("2020-05-06", CultureInfo.InvariantCulture).DayNumber
            + TimeOnly.ParseExact("07:08", "HH:mm", CultureInfo.InvariantCulture).Ticks + Version.Parse("1.2.3").Build
            + T.Throws(() => Version.Parse("1")));
        uint seed = 5; uint hash = 1;
        for (int k = 0; k < 2000; k++)
        {
            seed = seed * 1664525 + 1013904223; string t = (seed % 1000000) + "." + (seed >> 7) + "e" + ((int)(seed >> 20) % 300 - 150);
            ulong bits = BitConverter.DoubleToUInt64Bits(double.Parse(t, CultureInfo.InvariantCulture));
            uint fb = BitConverter.SingleToUInt32Bits(float.Parse(t, CultureInfo.InvariantCulture));
            hash = (hash * 31 + (uint)bits) ^ (uint)(bits >> 32) ^ fb;
        }
        T.P("many", hash);
    }
}
