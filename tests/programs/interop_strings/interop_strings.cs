// Text to and from native code: every kind of string, both character sets, in, ref, out and returned, null, builders; and
// the values of one size with another meaning: flags, characters, dates, money, and every primitive by reference.
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace interop_strings;

static unsafe class Native
{
    const string Lib = "corert_interop_types";
    [DllImport(Lib)] public static extern int types_text_bytes(string s);
    [DllImport(Lib, EntryPoint = "types_text_bytes", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)] public static extern int Ansi(string s);
    [DllImport(Lib, EntryPoint = "types_text_bytes", CharSet = CharSet.Auto)] public static extern int Auto(string s);
    [DllImport(Lib, EntryPoint = "types_text_bytes", CharSet = CharSet.Unicode)] public static extern int LPStr([MarshalAs(UnmanagedType.LPStr)] string s);
    [DllImport(Lib, EntryPoint = "types_text_bytes", CharSet = CharSet.Unicode)] public static extern int LPUTF8Str([MarshalAs(UnmanagedType.LPUTF8Str)] string s);
    [DllImport(Lib, EntryPoint = "types_text_bytes")] public static extern int AnsiBStr([MarshalAs(UnmanagedType.AnsiBStr)] string s);
    [DllImport(Lib, CharSet = CharSet.Unicode)] public static extern int types_text_units(string s);
    [DllImport(Lib, EntryPoint = "types_text_units")] public static extern int LPWStr([MarshalAs(UnmanagedType.LPWStr)] string s);
    [DllImport(Lib, EntryPoint = "types_text_units")] public static extern int LPTStr([MarshalAs(UnmanagedType.LPTStr)] string s);
    [DllImport(Lib, EntryPoint = "types_text_units")] public static extern int BStr([MarshalAs(UnmanagedType.BStr)] string s);
    [DllImport(Lib, EntryPoint = "types_text_units")] public static extern int TBStr([MarshalAs(UnmanagedType.TBStr)] string s);
    [DllImport(Lib)] public static extern int types_bstr_bytes([MarshalAs(UnmanagedType.BStr)] string s);
    [DllImport(Lib, EntryPoint = "types_bstr_bytes")] public static extern int AnsiBStrBytes([MarshalAs(UnmanagedType.AnsiBStr)] string s);
    [DllImport(Lib)] public static extern string types_text_back(string s);
    [DllImport(Lib, CharSet = CharSet.Unicode)] public static extern string types_wide_back(string s);
    [DllImport(Lib, EntryPoint = "types_text_back", CharSet = CharSet.Unicode)] [return: MarshalAs(UnmanagedType.LPUTF8Str)] public static extern string Utf8Back([MarshalAs(UnmanagedType.LPStr)] string s);
    [DllImport(Lib, EntryPoint = "types_text_back")] public static extern StringBuilder BuilderBack(string s);
    [DllImport(Lib)] public static extern void types_text_replace(ref string s);
    [DllImport(Lib, CharSet = CharSet.Unicode)] public static extern void types_wide_replace(ref string s);
    [DllImport(Lib)] public static extern void types_text_clear(ref string s);
    [DllImport(Lib)] public static extern void types_text_out(out string s);
    [DllImport(Lib)] public static extern int types_text_peek(in string s);
    [DllImport(Lib)] public static extern int types_builder(StringBuilder s, int capacity);
    [DllImport(Lib, EntryPoint = "types_builder")] public static extern int BuilderIn([In] StringBuilder s, int capacity);
    [DllImport(Lib, EntryPoint = "types_is_null")] public static extern int BuilderNull(StringBuilder s);
    [DllImport(Lib, CharSet = CharSet.Unicode)] public static extern int types_wide_builder(StringBuilder s, int capacity);
    [DllImport(Lib, EntryPoint = "types_wide_builder")] public static extern int LPWStrBuilder([MarshalAs(UnmanagedType.LPWStr)] StringBuilder s, int capacity);

    [DllImport(Lib)] public static extern int types_flags(bool a, [MarshalAs(UnmanagedType.U1)] bool b, char c, [MarshalAs(UnmanagedType.U2)] char d);
    [DllImport(Lib)] public static extern int types_flag4_is(bool v);
    [DllImport(Lib)] [return: MarshalAs(UnmanagedType.I1)] public static extern bool types_flag1_give(int v);
    [DllImport(Lib)] public static extern bool types_flag4_give(int v);
    [DllImport(Lib, CharSet = CharSet.Unicode)] public static extern char types_wide_char(char c);
    [DllImport(Lib)] public static extern char types_narrow_char(char c);
    [DllImport(Lib)] public static extern void types_out_all(out bool a, [MarshalAs(UnmanagedType.U1)] out bool b, out char c, [MarshalAs(UnmanagedType.U2)] out char d, out DateTime date, [MarshalAs(UnmanagedType.Currency)] out decimal money);
    [DllImport(Lib)] public static extern uint types_decimal_low(decimal d, out int scale);
    [DllImport(Lib)] public static extern DateTime types_date(DateTime d);
    [DllImport(Lib)] public static extern long types_money_value([MarshalAs(UnmanagedType.Currency)] decimal d);

    [DllImport(Lib)] public static extern sbyte types_ref_i1(ref sbyte v, sbyte add);
    [DllImport(Lib)] public static extern byte types_ref_u1(ref byte v, byte add);
    [DllImport(Lib)] public static extern short types_ref_i2(ref short v, short add);
    [DllImport(Lib)] public static extern ushort types_ref_u2(ref ushort v, ushort add);
    [DllImport(Lib)] public static extern int types_ref_i4(ref int v, int add);
    [DllImport(Lib)] public static extern uint types_ref_u4(ref uint v, uint add);
    [DllImport(Lib)] public static extern long types_ref_i8(ref long v, long add);
    [DllImport(Lib)] public static extern ulong types_ref_u8(ref ulong v, ulong add);
    [DllImport(Lib)] public static extern float types_ref_r4(ref float v, float add);
    [DllImport(Lib)] public static extern double types_ref_r8(ref double v, double add);
    [DllImport(Lib)] public static extern IntPtr types_ref_ptr(ref IntPtr v, IntPtr add);
    [DllImport(Lib, EntryPoint = "types_ref_i4")] public static extern DayOfWeek RefEnum(ref DayOfWeek v, DayOfWeek add);
}

static class Program
{
    static void In()
    {
        string s = "na\u00efve \u20ac \U0001F600";
        T.P("default", Native.types_text_bytes(s));
        T.P("ansi", Native.Ansi(s));
        T.P("auto", Native.Auto(s));
        T.P("lpstr", Native.LPStr(s));
        T.P("utf8", Native.LPUTF8Str(s));
        T.P("ansi bstr", Native.AnsiBStr(s));
        T.P("unicode", Native.types_text_units(s));
        T.P("lpwstr", Native.LPWStr(s));
        T.P("lptstr", Native.LPTStr(s));
        T.P("bstr", Native.BStr(s));
        T.P("tbstr", Native.TBStr(s));
        T.P("bstr bytes", Native.types_bstr_bytes(s));
        T.P("ansi bstr bytes", Native.AnsiBStrBytes("abc"));
        T.P("null", Native.types_text_bytes(null) + " " + Native.types_text_units(null) + " " + Native.BStr(null) + " " + Native.AnsiBStr(null));
        T.P("empty", Native.types_text_bytes("") + " " + Native.types_text_units("") + " " + Native.BStr(""));
    }

    static void Back()
    {
        T.P("back", Native.types_text_back("\u00e9t\u00e9"));
        T.P("back null", Native.types_text_back(null));
        T.P("wide back", Native.types_wide_back("abc\u20ac"));
        T.P("wide back null", Native.types_wide_back(null));
        T.P("utf8 back", Native.Utf8Back("\u00fc"));
        T.P("builder back", Native.BuilderBack("sb").ToString());
        T.P("builder back null", Native.BuilderBack(null) == null);
        string s = "ref";
        Native.types_text_replace(ref s);
        Native.types_text_replace(ref s);
        T.P("ref", s);
        Native.types_text_clear(ref s);
        T.P("cleared", s);
        Native.types_text_replace(ref s);
        T.P("from null", s);
        Native.types_wide_replace(ref s);
        T.P("wide", s);
        Native.types_text_out(out s);
        T.P("out", s);
        T.P("in", Native.types_text_peek("peek"));
        for (int i = 0; i < 1000; i++) s = Native.types_text_back("loop");
        T.P("loop", s);
    }

    static void Builders()
    {
        StringBuilder b = new StringBuilder("start \u00e9", 40);
        T.P("builder", Native.types_builder(b, 40));
        T.P("text", b.ToString());
        b = new StringBuilder("xyz", 30);
        T.P("in builder", Native.BuilderIn(b, 30));
        T.P("null", Native.BuilderNull(null));
        b = new StringBuilder("four", 16);
        T.P("wide builder", Native.types_wide_builder(b, 16));
        T.P("text", b.ToString());
        T.P("lpwstr builder", Native.LPWStrBuilder(b, 4));
        T.P("text", b.ToString());
    }

    static void Values()
    {
        T.P("flags", Native.types_flags(true, true, 'a', '\u0100'));
        T.P("flag", Native.types_flag4_is(T.Opaque(true)));
        T.P("give", Native.types_flag1_give(2) + " " + Native.types_flag1_give(0) + " " + Native.types_flag4_give(256) + " " + Native.types_flag4_give(0));
        T.P("char", (int)Native.types_wide_char('\u20ac') + " " + Native.types_narrow_char('c'));
        Native.types_out_all(out bool a, out bool b, out char c, out char d, out DateTime date, out decimal money);
        T.P("out", a + " " + b + " " + c + " " + (int)d + " " + date.Day + " " + date.Hour + " " + (money == 1.2345m));
        T.P("decimal", Native.types_decimal_low(-123.45m, out int scale));
        T.P("scale", scale);
        DateTime next = Native.types_date(new DateTime(1999, 12, 31, 12, 0, 0));
        T.P("date", next.Year + " " + next.Month + " " + next.Hour);
        T.P("money", Native.types_money_value(2.5m));
        sbyte i1 = -1; byte u1 = 255; short i2 = -300; ushort u2 = 65535; int i4 = int.MaxValue; uint u4 = 1; long i8 = long.MinValue; ulong u8 = 3; float r4 = 1.5f; double r8 = -2; IntPtr p = 7;
        T.P("i1", Native.types_ref_i1(ref i1, 5) + " " + i1);
        T.P("u1", Native.types_ref_u1(ref u1, 2) + " " + u1);
        T.P("i2", Native.types_ref_i2(ref i2, 1) + " " + i2);
        T.P("u2", Native.types_ref_u2(ref u2, 2) + " " + u2);
        T.P("i4", Native.types_ref_i4(ref i4, -1) + " " + i4);
        T.P("u4", Native.types_ref_u4(ref u4, uint.MaxValue) + " " + u4);
        T.P("i8", Native.types_ref_i8(ref i8, 1) + " " + i8);
        T.P("u8", Native.types_ref_u8(ref u8, 4) + " " + u8);
        T.F("r4", Native.types_ref_r4(ref r4, 1));
        T.F("r4", r4);
        T.D("r8", Native.types_ref_r8(ref r8, 0.5));
        T.D("r8", r8);
        T.P("ptr", Native.types_ref_ptr(ref p, 1) + " " + p);
        DayOfWeek day = DayOfWeek.Monday;
        T.P("enum", (int)Native.RefEnum(ref day, DayOfWeek.Tuesday) + " " + (int)day);
    }

    public static void Main()
    {
        In();
        Back();
        Builders();
        Values();
    }
}
