// DateTime, DateTimeOffset, DateOnly, TimeOnly, TimeSpan arithmetic and calendars, Guid, Version, seeded Random, Index helpers, Uri-
// free library pieces that need no culture.
using System;
using System.Globalization;
using System.Linq;

namespace time_guid_random;

static class Program
{
    internal static void Main()
    {
        var d = new DateTime(2024, 2, 28, 23, 59, 59, DateTimeKind.Utc);
        T.P("add " + d.AddSeconds(1).Day + d.AddDays(2).Month + d.AddMonths(12).Day + d.AddYears(-4).DayOfYear + " "
            + d.AddMilliseconds(1500).Ticks + " " + d.AddHours(-48.5).Ticks + " " + d.AddTicks(1).Ticks);
        T.P("parts " + d.Year + d.Month + d.Day + d.Hour + d.Minute + d.Second + (int)d.DayOfWeek + d.DayOfYear + (int)d.Kind + d.Date.Ticks + " "
            + d.TimeOfDay.Ticks + " " + d.ToBinary() + " " + (DateTime.FromBinary(d.ToBinary()) == d));
        T.P("leap " + DateTime.IsLeapYear(2000) + DateTime.IsLeapYear(1900) + DateTime.DaysInMonth(2023, 2) + DateTime.DaysInMonth(2024, 2)
            + new DateTime(2024, 1, 31).AddMonths(1).Day + T.Throws(() => new DateTime(2023, 2, 29)) + T.Throws(() => new DateTime(10000, 1, 1))
            + T.Throws(() => DateTime.MaxValue.AddDays(1)) + T.Throws(() => new DateTime(2020, 1, 1, 25, 0, 0)));
        T.P("diff " + (new DateTime(2024, 3, 1) - new DateTime(2023, 3, 1)).Days + (d - d.AddHours(5)).TotalMinutes
            + d.CompareTo(DateTime.MinValue) + (d > DateTime.UnixEpoch) + d.Subtract(DateTime.UnixEpoch).TotalSeconds + " "
            + DateTime.MaxValue.Ticks + d.Equals(new DateTime(d.Ticks)) + (DateTime.SpecifyKind(d, DateTimeKind.Local) == d));
        int days = 0;
        for (var x = new DateTime(1999, 12, 1); x < new DateTime(2001, 4, 1); x = x.AddMonths(1)) days = days * 3
            + DateTime.DaysInMonth(x.Year, x.Month);
        T.P("months", days); var o = new DateTimeOffset(2020, 5, 6, 7, 8, 9, TimeSpan.FromHours(5.5));
        T.P("offset " + o.UtcDateTime.Ticks + " " + o.ToUnixTimeSeconds() + o.ToOffset(TimeSpan.FromHours(-3)).Hour + (o == o.ToUniversalTime())
            + o.EqualsExact(o.ToUniversalTime()) + DateTimeOffset.FromUnixTimeMilliseconds(1234567890123).Millisecond
            + T.Throws(() => new DateTimeOffset(d, TimeSpan.FromHours(20))));
        var t = new TimeSpan(1, 2, 3, 4, 5);
        T.P("span " + t.Days + t.Hours + t.Minutes + t.Seconds + t.Milliseconds + " " + t.Ticks + " " + t.TotalDays.ToString("F6")
            + t.Negate().Ticks + t.Duration().Equals((-t).Duration()) + (t * 2.5).Ticks + " " + (t / 2).Ticks + " " + t / TimeSpan.FromHours(1)
            + " " + TimeSpan.FromMilliseconds(1.5).Ticks + TimeSpan.FromDays(1).Add(TimeSpan.FromMinutes(1)).TotalSeconds
            + TimeSpan.Zero.CompareTo(t) + T.Throws(() => _ = TimeSpan.MaxValue + t) + T.Throws(() => _ = -TimeSpan.MinValue)
            + T.Throws(() => TimeSpan.FromSeconds(double.NaN)));
        var dn = new DateOnly(2024, 2, 29);
        T.P("dateonly " + dn.AddYears(1).Day + dn.DayNumber + dn.AddDays(1).Month + (dn < new DateOnly(2024, 3, 1))
            + dn.ToDateTime(new TimeOnly(5, 6)).Ticks + " " + DateOnly.FromDayNumber(1).Day);
        var tn = new TimeOnly(23, 30);
        T.P("timeonly " + tn.AddMinutes(45).Ticks + " " + tn.AddHours(2, out int wrap).Hour + wrap + (new TimeOnly(1, 0) - tn).TotalHours
            + tn.IsBetween(new TimeOnly(22, 0), new TimeOnly(1, 0)));
        var g = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        T.P("guid " + g + g.CompareTo(Guid.Empty) + (g == new Guid(g.ToByteArray())) + T.Join(g.ToByteArray()) + (g < Guid.AllBitsSet) + g.Version
            + new Guid("ffffffff-ffff-4fff-8fff-ffffffffffff").Version + (Guid.NewGuid() != Guid.NewGuid()) + g.Equals((object)g));
        var v = new Version(1, 2, 3);
        T.P("version " + v + (v < new Version(1, 10)) + v.CompareTo(new Version(1, 2, 3, 0)) + v.Revision + new Version("2.0").ToString(1)
            + T.Throws(() => new Version(-1, 0)));
        var r = new Random(42);
        T.P("random " + r.Next() + " " + r.Next(100) + " " + r.Next(-5, 5) + " " + T.Bits(r.NextDouble()) + " " + r.NextInt64(1L << 40) + " "
            + T.Bits(r.NextSingle()));
        var bytes = new byte[6]; r.NextBytes(bytes); int[] deck = Enumerable.Range(0, 10).ToArray(); r.Shuffle(deck);
        T.P("random " + T.Join(bytes) + T.Join(deck) + T.Join(r.GetItems(new[] { "a", "b", "c" }, 4)) + T.Throws(() => r.Next(5, 1))); long sum = 0;
        for (int i = 0; i < 10000; i++) sum += r.Next(1000); T.P("sum", sum); T.P("shared " + (Random.Shared.Next(10) < 10));
        var cal = CultureInfo.InvariantCulture.Calendar;
        T.P("calendar " + cal.GetWeekOfYear(d, CalendarWeekRule.FirstFourDayWeek, DayOfWeek.Monday)
            + ISOWeek.GetWeekOfYear(new DateTime(2021, 1, 3)) + cal.GetDaysInYear(2024));
        T.P("now " + (DateTime.UtcNow > new DateTime(2020, 1, 1)) + (Environment.TickCount64 > 0)
            + (System.Diagnostics.Stopwatch.GetTimestamp() > 0) + (System.Diagnostics.Stopwatch.Frequency > 0));
        T.P("env " + (Environment.ProcessorCount > 0) + Environment.NewLine.Length
            + (Environment.GetEnvironmentVariable("NO_SUCH_VARIABLE_HERE") == null) + Environment.Is64BitProcess + (IntPtr.Size == 8)
            + OperatingSystem.IsLinux());
        T.P("tuple " + Tuple.Create(1, "a").Item2 + Math.Round(new Random(7).NextDouble(), 3) + Lazy()
            + string.Join(",", new Range(1, 3).GetOffsetAndLength(5)) + (BitConverter.ToString(new byte[] { 1, 255 })));
    }

    static string Lazy() => string.Concat(Enumerable.Repeat("-", 3));
}
