// Arrays as parameters: plain ones are seen in place, others are converted in, out or both ways; by reference with a length
// that native code gives; null and empty; more than one dimension.
using System;
using System.Runtime.InteropServices;

namespace interop_arrays;

static unsafe class Native
{
    const string Lib = "corert_interop_types";
    [DllImport(Lib)] public static extern int types_sum(int[] a, int count);
    [DllImport(Lib, EntryPoint = "types_sum")] public static extern int SumIn([In, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] int[] a, int count);
    [DllImport(Lib, EntryPoint = "types_is_null")] public static extern int IsNull(int[] a);
    [DllImport(Lib, EntryPoint = "types_is_null")] public static extern int IsNullText(string[] a);
    [DllImport(Lib, EntryPoint = "types_is_null")] public static extern int IsNullGrid(int[,] a);
    [DllImport(Lib)] public static extern int types_bool_array([In, Out] bool[] a, int count);
    [DllImport(Lib, EntryPoint = "types_bool_array")] public static extern int BoolIn(bool[] a, int count);
    [DllImport(Lib, EntryPoint = "types_bool_array")] public static extern int BoolOut([Out] bool[] a, int count);
    [DllImport(Lib)] public static extern int types_bool1_array([In, Out, MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.U1)] bool[] a, int count);
    [DllImport(Lib)] public static extern int types_char_array([In, Out] char[] a, int count);
    [DllImport(Lib, EntryPoint = "types_char_array")] public static extern int CharIn(char[] a, int count);
    [DllImport(Lib, CharSet = CharSet.Unicode)] public static extern int types_wide_array(char[] a, int count);
    [DllImport(Lib)] public static extern int types_text_array([In, Out] string[] a, int count);
    [DllImport(Lib)] public static extern int types_text_array_read(string[] a, int count);
    [DllImport(Lib, EntryPoint = "types_text_array")] public static extern int TextOut([Out] string[] a, int count);
    [DllImport(Lib, CharSet = CharSet.Unicode)] public static extern int types_wide_text_array(string[] a, int count);
    [DllImport(Lib, EntryPoint = "types_wide_text_array")] public static extern int WideText([MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPWStr)] string[] a, int count);
    [DllImport(Lib)] public static extern void types_array_replace([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] ref int[] a, ref int count);
    [DllImport(Lib, EntryPoint = "types_array_replace")] public static extern void ReplaceConst([MarshalAs(UnmanagedType.LPArray, SizeConst = 3)] ref int[] a, ref int count);
    [DllImport(Lib)] public static extern void types_text_array_out([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] out string[] a, out int count);
    [DllImport(Lib)] public static extern void types_array_none(ref int[] a);
    [DllImport(Lib)] public static extern int types_grid(int[,] a, int rows, int columns);
    [DllImport(Lib, EntryPoint = "types_sum")] public static extern int SumByte(DayOfWeek[] a, int count);
}

static class Program
{
    static void Plain()
    {
        int[] a = { 1, 2, 3 };
        T.P("sum", Native.types_sum(a, 3));
        T.P("in place", T.Join(a));
        T.P("sum in", Native.SumIn(a, 3));
        T.P("in place", T.Join(a));
        T.P("null", Native.IsNull(null) + " " + Native.IsNull(new int[0]) + " " + Native.types_sum(null, 5));
        T.P("enums", Native.SumByte(new[] { DayOfWeek.Friday, DayOfWeek.Monday }, 2));
        T.P("grid", Native.types_grid(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }, 2, 3));
        T.P("no grid", Native.IsNullGrid(null) + " " + Native.IsNullGrid(new int[0, 3]));
    }

    static void Flags()
    {
        bool[] b = { true, false, true };
        T.P("in", Native.BoolIn(b, 3));
        T.P("same", T.Join(b));
        T.P("in out", Native.types_bool_array(b, 3));
        T.P("new", T.Join(b));
        T.P("out", Native.BoolOut(b, 3));
        T.P("new", T.Join(b));
        T.P("bytes", Native.types_bool1_array(b, 3));
        T.P("new", T.Join(b));
        T.P("null", Native.types_bool_array(null, 1));
        T.P("empty", Native.types_bool_array(new bool[0], 0));
    }

    static void Text()
    {
        char[] c = { 'x', 'y', 'z' };
        T.P("char in", Native.CharIn(c, 3));
        T.P("same", new string(c));
        T.P("char", Native.types_char_array(c, 3));
        T.P("new", new string(c));
        c = new[] { '\u00e9', 'b' };
        T.P("wide", Native.types_wide_array(c, 2));
        T.P("new", new string(c));
        T.P("null", Native.types_char_array(null, 1));
        string[] s = { "one", null, "tr\u00e8s" };
        T.P("read", Native.types_text_array_read(s, 3));
        T.P("wide", Native.types_wide_text_array(s, 3) + " " + Native.WideText(s, 3));
        T.P("in out", Native.types_text_array(s, 3));
        T.P("new", T.Join(s));
        T.P("out", Native.TextOut(s, 2));
        T.P("new", (s[2] == null) + T.Join(s));
        T.P("null", Native.types_text_array_read(null, 1) + " " + Native.IsNullText(null) + " " + Native.IsNullText(new string[0]));
    }

    static void References()
    {
        int[] a = { 1, 2 };
        int n = 2;
        Native.types_array_replace(ref a, ref n);
        T.P("ref", T.Join(a) + " " + n);
        Native.types_array_replace(ref a, ref n);
        T.P("again", T.Join(a) + " " + n);
        a = null;
        n = 0;
        Native.types_array_replace(ref a, ref n);
        T.P("from null", T.Join(a) + " " + n);
        n = 2;
        Native.ReplaceConst(ref a, ref n);
        T.P("constant", T.Join(a) + " " + n);
        Native.types_array_none(ref a);
        T.P("none", a == null);
        Native.types_text_array_out(out string[] s, out n);
        T.P("out", n + " " + s[0] + " " + (s[1] == null) + " " + s[2]);
    }

    public static void Main()
    {
        Plain();
        Flags();
        Text();
        References();
    }
}
