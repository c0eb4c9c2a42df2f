// tests/host/Exports.cs - exports beyond single values: attributes, boundary arithmetic, long
// parameter lists, callbacks that call back.
using System;
using System.Runtime.InteropServices;

namespace System.Runtime.InteropServices
{
    // Modules made for other engines bring their own; its full name is what counts.
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class NativeCallableAttribute : Attribute
    {
        public string EntryPoint;
        public CallingConvention CallingConvention;
    }
}

public static unsafe class Exports
{
    static int total;

    [NativeCallable(EntryPoint = "native_callable_add", CallingConvention = CallingConvention.Cdecl)]
    public static int NativeCallableAdd(int a, int b) => a + b;

    [NativeCallable(EntryPoint = "native_callable_void")]
    public static void NativeCallableVoid() => total++;

    [UnmanagedCallersOnly(EntryPoint = "total")]
    public static int Total() => total;

    // Narrow results must wrap, whatever the upper bits of the arguments are.
    [UnmanagedCallersOnly(EntryPoint = "neg_i1")]
    public static sbyte NegI1(sbyte v) => (sbyte)-v;

    [UnmanagedCallersOnly(EntryPoint = "inc_u1")]
    public static byte IncU1(byte v) => (byte)(v + 1);

    [UnmanagedCallersOnly(EntryPoint = "inc_i2")]
    public static short IncI2(short v) => (short)(v + 1);

    [UnmanagedCallersOnly(EntryPoint = "widen_i1")]
    public static long WidenI1(sbyte v) => v;

    [UnmanagedCallersOnly(EntryPoint = "widen_u2")]
    public static long WidenU2(ushort v) => v;

    [UnmanagedCallersOnly(EntryPoint = "widen_u4")]
    public static long WidenU4(uint v) => v;

    [UnmanagedCallersOnly(EntryPoint = "is_set")]
    public static byte IsSet(byte flag) => flag != 0 ? (byte)1 : (byte)0;

    // The callback's result is one byte; the rest of its register is anything.
    [UnmanagedCallersOnly(EntryPoint = "widen_result_i1")]
    public static long WidenResultI1(delegate* unmanaged<sbyte> f) => f();

    [UnmanagedCallersOnly(EntryPoint = "widen_result_u2")]
    public static long WidenResultU2(delegate* unmanaged<ushort> f) => f();

    [UnmanagedCallersOnly(EntryPoint = "thirty")]
    public static double Thirty(
        sbyte a0, double d0, short a1, float f0, int a2, double d1, long a3, float f1, byte a4, double d2,
        ushort a5, float f2, uint a6, double d3, ulong a7, float f3, sbyte a8, double d4, short a9, float f4,
        int a10, double d5, long a11, float f5, byte a12, double d6, ushort a13, float f6, uint a14, double d7) =>
        1 * a0 + 2 * d0 + 3 * a1 + 4 * f0 + 5 * a2 + 6 * d1 + 7 * a3 + 8 * f1 + 9 * a4 + 10 * d2 +
        11 * a5 + 12 * f2 + 13 * (double)a6 + 14 * d3 + 15 * (double)a7 + 16 * f3 + 17 * a8 + 18 * d4 + 19 * a9 +
        20 * f4 + 21 * a10 + 22 * d5 + 23 * a11 + 24 * f5 + 25 * a12 + 26 * d6 + 27 * a13 + 28 * f6 +
        29 * (double)a14 + 30 * d7;

    // A struct that no longer fits the registers goes to the stack whole; later words still use them.
    [UnmanagedCallersOnly(EntryPoint = "split")]
    public static long Split(long a, long b, long c, long d, long e, ll v, long f, ld w, double g) =>
        a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * v.a + 7 * v.b + 8 * f + 9 * w.a + (long)(10 * w.b) + (long)(11 * g);

    [UnmanagedCallersOnly(EntryPoint = "big_result")]
    public static lll BigResult(long a, long b, long c, long d, long e, long f, long g) =>
        new lll { a = a + 2 * b, b = c + 2 * d + 4 * e, c = f + 2 * g };

    [UnmanagedCallersOnly(EntryPoint = "fields")]
    public static long Fields(nest n, udd u, fixi x, inf y) =>
        (long)n.a.a + 2 * (long)n.a.b + 3 * n.b.a + 4 * n.b.b + 5 * (long)u.c + 6 * (long)u.b0 + 7 * (long)u.b1 +
        8 * x.a[0] + 9 * x.a[3] + 10 * (long)y[0] + 11 * (long)y[2];

    // Host and module on top of each other, `depth` times.
    [UnmanagedCallersOnly(EntryPoint = "ping")]
    public static int Ping(delegate* unmanaged<int, int> pong, int depth) => depth == 0 ? 0 : 1 + pong(depth - 1);

    [UnmanagedCallersOnly(EntryPoint = "sort")]
    public static void Sort(int* values, int count, delegate* unmanaged<int, int, int> compare)
    {
        nint f = (nint)compare;
        new Span<int>(values, count).Sort((a, b) => ((delegate* unmanaged<int, int, int>)f)(a, b));
    }

    [UnmanagedCallersOnly(EntryPoint = "export_address")]
    public static void* ExportAddress()
    {
        delegate* unmanaged<long, double> f = &Halve;
        return f;
    }

    [UnmanagedCallersOnly]
    static double Halve(long v) => v / 2.0;
}
