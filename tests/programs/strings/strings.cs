// System.String: construction, concatenation, comparison, search, split, join, replace, trim, pad, case, interning of literals,
// enumeration, interpolation and its handlers.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace strings;

[InterpolatedStringHandler] ref struct Log
{
    readonly StringBuilder b = new();
    readonly bool on;
    public Log(int literal, int count, bool enabled, out bool ok) { b.Append("<" + literal + "," + count + ">"); on = ok = enabled; }
    public void AppendLiteral(string s) => b.Append('[').Append(s).Append(']');
    public void AppendFormatted<X>(X x) => b.Append('{').Append(x).Append('}');
    public void AppendFormatted(ReadOnlySpan<char> s) => b.Append("{span ").Append(s).Append("}");
    public void AppendFormatted<X>(X x, int alignment, string format) where X : IFormattable =>
        b.Append(alignment).Append(x.ToString(format, CultureInfo.InvariantCulture));
    public override string ToString() => on ? b.ToString() : "off";
}
struct Fmt : IFormattable, ISpanFormattable
{
    public int V; public string ToString(string f, IFormatProvider p) => "F" + (f ?? "none") + V;
    public bool TryFormat(Span<char> d, out int n, ReadOnlySpan<char> f, IFormatProvider p)
    {
        n = 0; return ToString(f.ToString(), p).TryCopyTo(d) && (n = ToString(f.ToString(), p).Length) > 0;
    }
}

static unsafe class Program
{
    static string Write(bool on, [InterpolatedStringHandlerArgument("on")] Log l) => l.ToString(); static int effects; static int Eff() => ++effects;
    static string N(string s) => s ?? "null";

    internal static void Main()
    {
        string a = "Hello", e = "", n = null; T.P("concat " + a + ' ' + 5 + n + 'c' + 1.5 + true + e + 7L + 2.50m + null + (object)null);
        T.P(string.Concat("a", "b", "c", "d") + string.Concat(new[] { "x", null, "y" }) + string.Concat(1, "q", 2.5)
            + string.Concat(new List<int> { 1, 2 }));
        T.P(new string('z', 4) + new string(new[] { 'a', 'b', 'c' }, 1, 2) + new string((char[])null) + new string("span".AsSpan(1)) + "|");
        { sbyte* sb = stackalloc sbyte[] { 65, 66, 0 }; fixed (char* c = "ptr") T.P(new string(sb) + new string(c) + new string(c, 1, 2)); }
        T.P("index " + a[0] + a[^1] + a.Length + T.Throws(() => _ = a[T.Opaque(5)]) + T.Throws(() => _ = a[T.Opaque(-1)])
            + T.Throws(() => _ = T.Opaque(n).Length));
        T.P("sub " + a.Substring(1) + a.Substring(1, 3) + a.Substring(5) + "|" + T.Throws(() => a.Substring(6)) + T.Throws(() => a.Substring(2, 9))
            + T.Throws(() => a.Substring(-1)) + a.Remove(2) + a.Remove(1, 2) + a.Insert(2, "__"));
        T.P("equal " + (a == "Hel" + T.Opaque("lo")) + (a == "hello") + a.Equals("HELLO", StringComparison.OrdinalIgnoreCase) + (n == null)
            + string.Equals(n, n) + ReferenceEquals("lit", "lit") + ReferenceEquals(string.Empty, "")
            + ReferenceEquals(string.Intern("He" + T.Opaque("llo")), string.Intern("Hel" + T.Opaque("lo"))) + string.IsNullOrEmpty(e)
            + string.IsNullOrWhiteSpace(" \t") + (a != n) + a.Equals((object)"Hello"));
        string known = "another literal";
        T.P("interned " + ReferenceEquals(string.Intern(T.Opaque("a lit") + "eral"), "a literal")
            + ReferenceEquals(string.IsInterned(T.Opaque("another lit") + "eral"), known)
            + (string.IsInterned(T.Opaque("no lit") + "eral") == null) + ReferenceEquals(string.Intern(new string('a', T.Opaque(0))), ""));
        T.P("compare " + Math.Sign(string.CompareOrdinal("a", "b")) + Math.Sign(string.CompareOrdinal("B", "a"))
            + Math.Sign(string.Compare("a", "A", StringComparison.Ordinal)) + string.Compare("a", "A", StringComparison.OrdinalIgnoreCase)
            + Math.Sign("abc".CompareTo("abd")) + Math.Sign(string.Compare(null, "a"))
            + string.Compare("xaby", 1, "zab", 1, 2, StringComparison.Ordinal) + Math.Sign(string.CompareOrdinal("ab", "abc"))
            + Math.Sign(string.CompareOrdinal("\uffff", "a")));
        string s = "the cat sat on the mat";
        T.P("find " + s.IndexOf('t') + s.IndexOf("the", 1, StringComparison.Ordinal) + s.LastIndexOf("at", StringComparison.Ordinal)
            + s.IndexOf('z') + s.LastIndexOf('t', 10) + s.IndexOfAny(new[] { 'x', 'c' }) + s.Contains("sat") + s.Contains('q')
            + s.StartsWith("the", StringComparison.Ordinal) + s.EndsWith("mat", StringComparison.Ordinal) + s.StartsWith('t')
            + s.Contains("CAT", StringComparison.OrdinalIgnoreCase) + s.IndexOf("", StringComparison.Ordinal)
            + s.IndexOf("ON", StringComparison.OrdinalIgnoreCase) + "aaa".LastIndexOf("", StringComparison.Ordinal) + s.IndexOf('a', 6, 5));
        T.P("split " + T.Join("a,b,,c,".Split(',')) + T.Join("a,b,,c,".Split(',', StringSplitOptions.RemoveEmptyEntries))
            + T.Join(" a ; b ;; c".Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            + T.Join("a--b--c".Split("--")) + T.Join("a,b,c,d".Split(',', 2)) + T.Join("a b\tc".Split((char[])null))
            + T.Join("x1y2z".Split(new[] { '1', '2' })) + "".Split(',').Length + T.Join("abc".Split(""))
            + T.Join("a<>b<>".Split(new[] { "<>" }, StringSplitOptions.None)));
        T.P("join " + string.Join(", ", "a", "b") + string.Join('-', 1, 2.5, null) + string.Join("", new List<string>())
            + string.Join("+", new[] { "only" }) + string.Join("/", new object[] { 1, "x" }) + string.Join(",", new[] { "p", "q", "r" }, 1, 2));
        T.P("replace " + s.Replace("at", "og") + s.Replace('t', 'T') + "aaa".Replace("aa", "b") + "abc".Replace("b", null)
            + "abc".Replace("x", "y") + "AbAB".Replace("ab", "-", StringComparison.OrdinalIgnoreCase) + T.Throws(() => s.Replace("", "x"))
            + "a\r\nb".ReplaceLineEndings("|"));
        T.P("trim [" + "  x ".Trim() + "][" + "  x ".TrimStart() + "][" + "  x ".TrimEnd() + "][" + "--x-".Trim('-') + "]["
            + "abcXcba".Trim('a', 'b') + "]" + "x".PadLeft(3) + "x".PadRight(3, '.') + "xyz".PadLeft(2) + "5".PadLeft(4, '0'));
        T.P("case " + "MiXeD 1".ToUpperInvariant() + "MiXeD 1".ToLowerInvariant() + (int)"\u00e9".ToUpperInvariant()[0]
            + (int)"\u0391".ToLowerInvariant()[0] + "abc".ToUpper());
        int h = 0; foreach (char c in s) h = h * 31 + c;
        T.P("chars " + h + s.ToCharArray(4, 3).Length + string.Concat(System.Linq.Enumerable.Reverse(a)) + a.AsSpan(1, 2).ToString()
            + a.GetEnumerator().MoveNext() + string.Join(",", System.Linq.Enumerable.Distinct("hello")));
        int i = 42; double d = 3.14159; DateTime dt = new(2024, 2, 9, 5, 6, 7); T.P($"interp {i} {i:D5} {i,6} {i,-6}| {d:F2} {d,8:F1} {a,-7}| {n} {'c'} {{braces}} {i > 5} {(i > 5 ? "yes" : "no")} {dt:yyyy-MM-dd} {new Fmt { V = 3 }} {new Fmt { V = 4 }:abc} {new Fmt { V = 5 },8:x}| {1 + 2} {$"nested {i}"} {new[] { 1, 2 }.Length} {i:X} {-i:N1} {0.5:P0} {1e10} {i:000000}"); T.P($"""raw "quoted" {i} \n""" + $$"""{ {{i}} }""" + """
            multi
              line
            """.Replace("\n", "/") + @"verb\atim ""q""" + "\u0041\x42\t|\\\0|".Length); T.P(Write(true, $"lit {i} and {"s".AsSpan()} {Eff(),3:D2}") + Write(false, $"skip {Eff()}") + effects); T.P(string.Format(CultureInfo.InvariantCulture, "{0} {1:X4} {0,5} {2,-4}| {3} {{}}", 1, 255, "ab", null) + T.Throws(() => string.Format("{0} {1}", 1)) + T.Throws(() => string.Format("{", 1)) + string.Format("{0}{1}{2}{3}{4}", 1, 2, 3, 4, 5)); FormattableString fs = $"f {i} {d:F1}"; T.P(fs.Format + fs.ArgumentCount + FormattableString.Invariant(fs)); T.P(string.Create(CultureInfo.InvariantCulture, $"{1234.5:N2} {d}"));
        T.P("unicode " + "a\ud83d\ude00b".Length + char.IsSurrogatePair("a\ud83d\ude00b", 1) + char.ConvertToUtf32("\ud83d\ude00", 0) + char.ConvertFromUtf32(0x1F600).Length + Encoding.UTF8.GetByteCount("h\u00e9\u20ac\ud83d\ude00") + Encoding.UTF8.GetString(new byte[] { 0xe2, 0x82, 0xac }).Length + (int)Encoding.UTF8.GetString(new byte[] { 0xff, 0x41 })[0] + T.Join(Encoding.UTF8.GetBytes("\u20ac")) + T.Join(Encoding.Unicode.GetBytes("ab")) + T.Join(Encoding.ASCII.GetBytes("x\u00e9")) + Encoding.Latin1.GetString(new byte[] { 233 }).Length + new Rune(0x1F600).Utf16SequenceLength + T.Throws(() => new UTF8Encoding(false, true).GetString(new byte[] { 0xff }))); int runes = 0; foreach (Rune r in "x\ud83d\ude00\ud800y".EnumerateRunes()) runes = runes * 7 + r.Value; T.P("runes", runes); T.P("base64 " + Convert.ToBase64String(new byte[] { 1, 2, 3, 250 }) + T.Join(Convert.FromBase64String("AQID+g==")) + Convert.ToHexString(new byte[] { 171, 205 }) + T.Join(Convert.FromHexString("ABcd")) + T.Throws(() => Convert.FromBase64String("!!"))); string longS = ""; for (int k = 0; k < 300; k++) longS += (char)('a' + k % 26); T.P("long " + longS.Length + longS.IndexOf("xyzabc", StringComparison.Ordinal) + longS.LastIndexOf("mno", StringComparison.Ordinal) + longS.Split('a').Length + longS.Replace("abc", "X").Length + longS.ToUpperInvariant().IndexOf("QRS", 200, StringComparison.Ordinal) + (longS.GetHashCode() == (longS + "").GetHashCode()) + longS.Contains("zab") + string.CompareOrdinal(longS, 26, longS, 52, 100) + longS.TrimEnd('n', 'm').Length + longS.IndexOfAny("09z".ToCharArray()));
    }
}
