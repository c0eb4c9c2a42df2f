// switch on dense and sparse integers, negative ranges, long, char, string (hashed and short), enum, with fall to default, goto
// case; switch expressions.
using System;

namespace switches;

enum Color : byte { Red = 1, Green = 5, Blue = 200 }
enum Big : long { Low = long.MinValue, Zero = 0, High = long.MaxValue }

static class Program
{
    static int Dense(int x)
    {
        switch (x)
        {
            case 0: return 10; case 1: return 11; case 2: case 3: return 23; case 4: goto case 0; case 5: goto default; case 6: return 16;
            case 8: return 18; default: return -1;
        }
    }
    static int Negative(int x)
    {
        switch (x)
        {
            case -3: return 1; case -2: return 2; case -1: return 3; case 0: return 4; case int.MinValue: return 5; case int.MaxValue: return 6;
        }
        return 0;
    }
    static int Sparse(int x)
    {
        switch (x)
        {
            case 1: return 1; case 100: return 2; case 10000: return 3; case 1000000: return 4; case 100000000: return 5; case -1: return 6;
            case 101: return 7; case 102: return 8; case 103: return 9; default: return 0;
        }
    }
    static int Long(long x)
    {
        switch (x)
        {
            case 0: return 1; case 1L << 32: return 2; case (1L << 32) + 1: return 3; case -1: return 4; case long.MaxValue: return 5;
            case long.MinValue: return 6; default: return 0;
        }
    }
    static int Unsigned(uint x)
    {
        switch (x)
        {
            case 0: return 1; case 0x80000000: return 2; case 0xffffffff: return 3; case 0xfffffffe: return 4; case 0xfffffffd: return 5;
            default: return 0;
        }
    }
    static int Char(char c)
    {
        switch (c)
        {
            case 'a': case 'e': case 'i': case 'o': case 'u': return 1; case >= '0' and <= '9': return 2; case '\n': return 3;
            case '\uffff': return 4; default: return 0;
        }
    }
    static int Text(string s)
    {
        switch (s)
        {
            case "": return 1; case "a": return 2; case "b": return 3; case "apple": return 4; case "banana": return 5; case "cherry": return 6;
            case "date": return 7; case "elderberry": return 8; case "fig": return 9; case "grape": return 10; case "Apple": return 11;
            case null: return 12; default: return 0;
        }
    }
    static int Few(string s) { switch (s) { case "yes": return 1; case "no": return 2; } return 0; }
    static int Span(ReadOnlySpan<char> s) => s switch { "one" => 1, "two" => 2, "three" => 3, "four" => 4, "five" => 5, "six" => 6, "seven" => 7,
        "" => 0, _ => -1 };
    static int Colors(Color c) => c switch { Color.Red => 1, Color.Green => 2, Color.Blue => 3, _ => (int)c + 1000 };
    static int Bigs(Big b) => b switch { Big.Low => 1, Big.Zero => 2, Big.High => 3, _ => 4 };
    static string Ranges(int n) => n switch { < -100 => "very low", < 0 => "low", 0 => "zero", 1 or 2 or 3 => "few", > 3 and < 10 => "some",
        >= 10 and not 13 => "many", 13 => "thirteen" };
    static int Bytes(byte b) { switch (b) { case 0: return 1; case 127: return 2; case 128: return 3; case 255: return 4; default: return 0; } }
    static int SBytes(sbyte b) { switch (b) { case -128: return 1; case -1: return 2; case 0: return 3; case 127: return 4; default: return 0; } }
    static int Bool(bool a, bool b) => (a, b) switch { (true, true) => 3, (true, false) => 2, (false, true) => 1, (false, false) => 0 };
    static int NoDefault(int x) => x switch { 1 => 10, 2 => 20 };
    static int Nullable(int? x) => x switch { null => -1, 0 => 0, > 0 and int y => y * 2, int z => -z };
    static int When(int x, int y)
    {
        switch (x) { case 1 when y > 5: return 1; case 1 when y < 0: return 2; case 1: return 3; case > 1 when x == y: return 4; default: return 5; }
    }
    static double Doubles(double d) => d switch { 0.0 => 1, 1.5 => 2, double.NaN => 3, double.PositiveInfinity => 4, _ => 5 };
    static int Machine(string input)
    {
        int state = 0, value = 0, total = 0;
        foreach (char c in input + ";")
        {
            switch (state)
            {
                case 0: if (char.IsDigit(c)) { value = c - '0'; state = 1; } else if (c == '-') state = 2; break;
                case 1: if (char.IsDigit(c)) value = value * 10 + c - '0'; else { total += value; state = 0; if (c == '!') goto case 3; } break;
                case 2: if (char.IsDigit(c)) { value = -(c - '0'); state = 1; } else state = 0; break;
                case 3: total *= 2; break;
            }
        }
        return total;
    }

    internal static void Main()
    {
        for (int i = -2; i < 11; i++) T.P("dense " + i, Dense(i));
        T.P("dense max", Dense(int.MaxValue)); T.P("dense min", Dense(int.MinValue));
        foreach (int i in new[] { -4, -3, -2, -1, 0, 1, int.MinValue, int.MaxValue }) T.P("negative " + i, Negative(i));
        foreach (int i in new[] { 0, 1, 2, 99, 100, 101, 102, 103, 104, 10000, 1000000, 100000000, -1, -2 }) T.P("sparse " + i, Sparse(i));
        foreach (long i in new[] { 0L, 1, 1L << 32, (1L << 32) + 1, (1L << 32) + 2, -1, long.MaxValue, long.MinValue }) T.P("long " + i, Long(i));
        foreach (uint i in new[] { 0u, 1u, 0x80000000, 0xffffffff, 0xfffffffe, 0xfffffffd, 0xfffffffc }) T.P("unsigned " + i, Unsigned(i));
        foreach (char c in "abu09\n\uffff ") T.P("char " + (int)c, Char(c));
        foreach (string s in new[] { "", "a", "b", "c", "apple", "banana", "cherry", "date", "elderberry", "fig", "grape", "Apple", "applf", "zzz",
            null }) T.P("text " + Text(s) + Few(s));
        T.P("few " + Few("yes") + Few("no") + Few("n") + Few("YES")); T.P("built", Text(new string("ban".ToCharArray()) + "ana"));
        T.P("span " + Span("one") + Span("two") + Span("seven") + Span("") + Span("eight") + Span("xthreey".AsSpan(1, 5)));
        foreach (int i in new[] { 0, 1, 5, 200, 255 }) T.P("color", Colors((Color)i));
        T.P("big " + Bigs(Big.Low) + Bigs(Big.Zero) + Bigs(Big.High) + Bigs((Big)1));
        foreach (int i in new[] { -101, -1, 0, 1, 3, 4, 9, 10, 13, 14 }) T.P("range " + Ranges(i));
        T.P("bytes " + Bytes(0) + Bytes(127) + Bytes(128) + Bytes(255) + Bytes(1) + SBytes(-128) + SBytes(-1) + SBytes(0) + SBytes(127) + SBytes(5));
        T.P("bool " + Bool(true, true) + Bool(true, false) + Bool(false, true) + Bool(false, false));
        T.P("nodefault " + NoDefault(1) + NoDefault(2) + T.Throws(() => NoDefault(3)));
        T.P("nullable " + Nullable(null) + Nullable(0) + Nullable(4) + Nullable(-7));
        T.P("when " + When(1, 6) + When(1, -1) + When(1, 3) + When(7, 7) + When(7, 8) + When(0, 0));
        T.P("doubles " + Doubles(-0.0) + Doubles(1.5) + Doubles(double.NaN) + Doubles(double.PositiveInfinity) + Doubles(2));
        T.P("machine", Machine("12,-5 7!30 -x 4"));
        int big = 0; for (int i = 0; i < 40; i++) big = big * 31 + Many(i); T.P("many", big);
    }

    static int Many(int x)
    {
        switch (x)
        {
            case 0: return 3; case 1: return 1; case 2: return 4; case 3: return 1; case 4: return 5; case 5: return 9; case 6: return 2;
            case 7: return 6; case 8: return 5; case 9: return 3;
            case 10: return 5; case 11: return 8; case 12: return 9; case 13: return 7; case 14: return 9; case 15: return 3; case 16: return 2;
            case 17: return 3; case 18: return 8; case 19: return 4;
            case 20: return 6; case 21: return 2; case 22: return 6; case 23: return 4; case 24: return 3; case 25: return 3; case 26: return 8;
            case 27: return 3; case 28: return 2; case 29: return 7;
            default: return x * x;
        }
    }
}
