// tests/cli/header.cs - exports of every kind that corertc --header writes; header_host.c calls them.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace A { public struct Point { public int X, Y; } }
namespace B { public struct Point { public double X, Y; } }

public enum Colour : byte { Red, Green = 7, Blue = 255 }
public enum Signed : sbyte { Low = -128, High = 127 }
public enum Large : uint { Small = 1, Top = 0xFFFFFFFF }
public enum Huge : long { Least = long.MinValue, Most = long.MaxValue }
public enum @class { @new, @int = 5 }

public struct Vec3 { public float X, Y, Z; }
public unsafe struct Node { public Node* Next; public Colour Colour; public Signed Signed; public Large Large; public Huge Huge; }
public struct Mixed { public byte First; public double Second; public bool Flag; public char Letter; public nint Number; public Vec3 Place; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] public struct Packed { public byte First; public int Second; public long Third; }
[StructLayout(LayoutKind.Sequential, Pack = 2)] public struct Pack2 { public byte First; public double Second; public byte Third; }
[StructLayout(LayoutKind.Explicit)] public struct Union { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; [FieldOffset(8)] public long Tail; }
[StructLayout(LayoutKind.Explicit)] public struct Halves { [FieldOffset(0)] public long All; [FieldOffset(0)] public int Low; [FieldOffset(4)] public int High; }
[StructLayout(LayoutKind.Explicit, Size = 40)] public struct Gaps { [FieldOffset(4)] public int A; [FieldOffset(16)] public short B; }
[StructLayout(LayoutKind.Explicit, Size = 16)] public struct FloatGap { [FieldOffset(0)] public float A; [FieldOffset(12)] public float B; }
public unsafe struct Buffer { public fixed ushort Items[5]; public byte End; }
[InlineArray(3)] public struct Three { private Vec3 element; }
public struct Holder { public Three Three; public int Auto { get; set; } public int @int, @delete; }
public unsafe struct Callbacks { public delegate* unmanaged<int, void*, double> Call; public delegate* unmanaged<Callbacks*, delegate* unmanaged<int>> Give; }
public struct Empty { }
public enum Flags : ulong { None, All = ulong.MaxValue }
public struct x_macros { public int errno, EOF, stdin, INT32_MAX, UINT_MAX, NULL; }
namespace Größe { public struct Maß { public int länge; } }
public struct Outer { public enum Kind { None, Some } public struct Inner { public Kind Kind; } public Inner Value; }

public static unsafe class Exports
{
    /// <summary>Adds two numbers, see <see cref="Exports.Scale"/>; a&lt;b is allowed.</summary>
    /// <param name="a">The first.</param>
    /// <returns>Their sum.</returns>
    [UnmanagedCallersOnly(EntryPoint = "x_add")] public static int Add(int a, int b) => a + b;
    [UnmanagedCallersOnly(EntryPoint = "x_all")]
    public static double All(sbyte a, byte b, short c, ushort d, int e, uint f, long g, ulong h, nint i, nuint j, float k, double l) =>
        (double)a + b + c + d + e + f + g + h + i + j + k + l;
    [UnmanagedCallersOnly(EntryPoint = "x_scale")] public static Vec3 Scale(Vec3 v, float by) => new Vec3 { X = v.X * by, Y = v.Y * by, Z = v.Z * by };
    [UnmanagedCallersOnly(EntryPoint = "x_points")] public static double Points(A.Point a, B.Point* b) => a.X + a.Y + b->X + b->Y;
    [UnmanagedCallersOnly(EntryPoint = "x_node")]
    public static Node* Fill(Node* n)
    {
        *n = new Node { Next = n, Colour = Colour.Blue, Signed = Signed.Low, Large = Large.Top, Huge = Huge.Least };
        return n;
    }
    [UnmanagedCallersOnly(EntryPoint = "x_mixed")]
    public static void Mix(Mixed* m) => *m = new Mixed { First = 1, Second = 2, Flag = true, Letter = 'x', Number = -5, Place = new Vec3 { Z = 9 } };
    [UnmanagedCallersOnly(EntryPoint = "x_packed")] public static void Pack(Packed* p, Pack2* q)
    {
        *p = new Packed { First = 1, Second = 2, Third = 3 };
        *q = new Pack2 { First = 4, Second = 5, Third = 6 };
    }
    [UnmanagedCallersOnly(EntryPoint = "x_unions")]
    public static void Unions(Union* u, Halves* h, Gaps* g)
    {
        *u = new Union { F = 1, Tail = 2 };
        *h = new Halves { All = 0x0000000500000004 };
        *g = new Gaps { A = 6, B = 7 };
    }
    [UnmanagedCallersOnly(EntryPoint = "x_gap")] public static void Gap(FloatGap* g) => *g = new FloatGap { A = g->B, B = g->A };
#if PASS_GAP
    [UnmanagedCallersOnly(EntryPoint = "x_refused")] public static float Refused(FloatGap g) => g.A;
#endif
    [UnmanagedCallersOnly(EntryPoint = "x_buffer")] public static int Sum(Buffer* b) => b->Items[0] + b->Items[4] + b->End;
    [UnmanagedCallersOnly(EntryPoint = "x_holder")] public static void Hold(Holder* h)
    {
        h->Three[2].Y = 3;
        h->Auto = 4;
        h->@int = 5;
        h->@delete = 6;
    }
    [UnmanagedCallersOnly(EntryPoint = "x_call")] public static double Call(Callbacks* c, void* context) => c->Call(20, context) + c->Give(c)();
    [UnmanagedCallersOnly(EntryPoint = "x_function")] public static delegate* unmanaged<int, int, int> Function() => &Add;
    [UnmanagedCallersOnly(EntryPoint = "x_words")] public static int Words(int @int, int @class, int Colour, Colour c, int unix, @class @new) => @int + @class + Colour + (int)c + unix + (int)@new;
    // By value: registers for some, memory for others.
    [UnmanagedCallersOnly(EntryPoint = "x_by_value")]
    public static double ByValue(Union u, Halves h, Packed p, Pack2 q, Buffer b, Three t, Gaps g, Mixed m) =>
        u.F + u.Tail + h.High + p.First + p.Second + p.Third + q.First + q.Second + q.Third + b.Items[4] + b.End + t[2].Z + g.B + m.Place.Z;
    [UnmanagedCallersOnly(EntryPoint = "x_give_union")] public static Union GiveUnion() => new Union { F = 1.5f, Tail = 3 };
    [UnmanagedCallersOnly(EntryPoint = "x_give_packed")] public static Packed GivePacked() => new Packed { First = 1, Second = 2, Third = 3 };
    [UnmanagedCallersOnly(EntryPoint = "x_give_pack2")] public static Pack2 GivePack2() => new Pack2 { First = 1, Second = 2, Third = 3 };
    [UnmanagedCallersOnly(EntryPoint = "x_give_buffer")] public static Buffer GiveBuffer() { Buffer b = default; b.Items[3] = 7; b.End = 8; return b; }
    [UnmanagedCallersOnly(EntryPoint = "x_outer")] public static Outer.Kind Nested(Outer o) => o.Value.Kind;
    [UnmanagedCallersOnly(EntryPoint = "x_pair")] public static int Pair(KeyValuePair<int, short>* p) => p->Key + p->Value;
    [UnmanagedCallersOnly(EntryPoint = "x_empty")] public static int Nothing(Empty* e, char c, bool* b) => c + (*b ? 1 : 0);
    // Macros of C, a type and a constant with the name of a function, letters that C has not.
    [UnmanagedCallersOnly(EntryPoint = "x_macros")] public static int Macros(x_macros m, int errno, int stdout) => m.errno + m.EOF + m.INT32_MAX + errno + stdout;
    [UnmanagedCallersOnly(EntryPoint = "Flags_All")] public static Flags All(Flags f) => ~f;
    [UnmanagedCallersOnly(EntryPoint = "exports")] public static int OwnName(Größe.Maß m) => m.länge;
    [UnmanagedCallersOnly(EntryPoint = "delete")] public static int Delete() => 11;
    [UnmanagedCallersOnly(EntryPoint = "quo\"te\\*/\n??/")] public static int Quote() => 13;
    [UnmanagedCallersOnly(EntryPoint = "odd.name")] public static int Odd() => 12;
    [UnmanagedCallersOnly(EntryPoint = "x_text")] public static int Text(byte* utf8) => Marshal.PtrToStringUTF8((IntPtr)utf8).Length;
}
