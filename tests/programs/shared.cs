// What the conformance programs share: printing that needs little of the class library, and exception kinds as numbers
// (programs run without reflection, so no type name may be printed).
using System;
using System.Collections.Generic;
using System.IO;

static class T
{
    public static void P(string text) => Console.WriteLine(text);
    public static void P(string label, int v) => Console.WriteLine(label + " " + v.ToString());
    public static void P(string label, uint v) => Console.WriteLine(label + " " + v.ToString());
    public static void P(string label, long v) => Console.WriteLine(label + " " + v.ToString());
    public static void P(string label, ulong v) => Console.WriteLine(label + " " + v.ToString());
    public static void P(string label, bool v) => Console.WriteLine(label + (v ? " true" : " false"));
    public static void P(string label, string v) => Console.WriteLine(label + " " + (v ?? "(null)"));

    // Floating point by its bits: exact, and independent of number formatting. NaN sign and payload are not compared.
    public static void D(string label, double v) => Console.WriteLine(label + " " + Bits(v));
    public static void F(string label, float v) => Console.WriteLine(label + " " + Bits(v));
    public static string Bits(double v) => double.IsNaN(v) ? "nan" : Hex((ulong)BitConverter.DoubleToInt64Bits(v), 16);
    public static string Bits(float v) => float.IsNaN(v) ? "nan" : Hex((uint)BitConverter.SingleToInt32Bits(v), 8);

    public static string Hex(ulong v, int digits)
    {
        char[] text = new char[digits];
        for (int i = digits - 1; i >= 0; i--)
        {
            int d = (int)(v & 15);
            text[i] = (char)(d < 10 ? '0' + d : 'a' + d - 10);
            v >>= 4;
        }
        return new string(text);
    }

    // An opaque identity: keeps constant folding away from operands.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    public static X Opaque<X>(X value) => value;

    public static string Join<X>(IEnumerable<X> items)
    {
        string text = "";
        foreach (X item in items) text = text.Length == 0 ? "" + item : text + "," + item;
        return "[" + text + "]";
    }

    // The kind of an exception, derived classes before their bases.
    public static int Kind(Exception e)
    {
        if (e == null) return 0;
        if (e is NullReferenceException) return 1;
        if (e is IndexOutOfRangeException) return 2;
        if (e is DivideByZeroException) return 3;
        if (e is OverflowException) return 4;
        if (e is InvalidCastException) return 5;
        if (e is ArrayTypeMismatchException) return 6;
        if (e is ArgumentNullException) return 7;
        if (e is ArgumentOutOfRangeException) return 8;
        if (e is ArgumentException) return 9;
        if (e is ObjectDisposedException) return 17;
        if (e is System.Runtime.CompilerServices.SwitchExpressionException) return 24;
        if (e is InvalidOperationException) return 10;
        if (e is PlatformNotSupportedException) return 18;
        if (e is NotSupportedException) return 11;
        if (e is NotImplementedException) return 12;
        if (e is FormatException) return 13;
        if (e is KeyNotFoundException) return 14;
        if (e is TypeInitializationException) return 15;
        if (e is AggregateException) return 16;
        if (e is NotFiniteNumberException) return 20;
        if (e is ArithmeticException) return 19;
        if (e is RankException) return 21;
        if (e is OperationCanceledException) return 22;
        if (e is InvalidProgramException) return 23;
        if (e is EndOfStreamException) return 25;
        if (e is IOException) return 26;
        if (e is ApplicationException) return 27;
        if (e is OutOfMemoryException) return 28;
        return 99;
    }

    // Runs the action and gives the kind of what it threw, 0 for nothing.
    public static int Throws(Action action)
    {
        try { action(); }
        catch (Exception e) { return Kind(e); }
        return 0;
    }
}
