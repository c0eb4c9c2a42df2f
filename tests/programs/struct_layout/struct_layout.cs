// Layout: sequential, packed, explicit unions, sizes, offsets by address, fixed buffers, automatic layout never observed by value,
// default equality of structs.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace struct_layout;

[StructLayout(LayoutKind.Sequential)] struct Seq { public byte A; public int B; public byte C; public long D; public short E; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] struct Pack1 { public byte A; public int B; public byte C; public long D; public short E; }
[StructLayout(LayoutKind.Sequential, Pack = 2)] struct Pack2 { public byte A; public int B; public byte C; public double D; }
[StructLayout(LayoutKind.Sequential, Pack = 4)] struct Pack4 { public int A; public long B; }
[StructLayout(LayoutKind.Sequential, Size = 40)] struct Sized { public int A; }
[StructLayout(LayoutKind.Explicit)] struct Union
{
    [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; [FieldOffset(0)] public byte B0; [FieldOffset(1)] public byte B1;
    [FieldOffset(2)] public short S1; [FieldOffset(3)] public byte B3;
}
[StructLayout(LayoutKind.Explicit, Size = 24)] struct Gap { [FieldOffset(4)] public int A; [FieldOffset(16)] public long B; }
[StructLayout(LayoutKind.Explicit)] struct DoubleBits
{
    [FieldOffset(0)] public double D; [FieldOffset(0)] public ulong U; [FieldOffset(4)] public uint High;
}
[StructLayout(LayoutKind.Explicit)] struct WithRef
{
    [FieldOffset(0)] public string S; [FieldOffset(8)] public int I; [FieldOffset(8)] public float F; [FieldOffset(16)] public object O;
}
[StructLayout(LayoutKind.Explicit)] class UnionClass
{
    [FieldOffset(0)] public long L; [FieldOffset(0)] public int Lo; [FieldOffset(4)] public int Hi; [FieldOffset(8)] public string S;
}
[StructLayout(LayoutKind.Explicit, Pack = 1)] struct Unaligned
{
    [FieldOffset(1)] public int A; [FieldOffset(5)] public long B; [FieldOffset(13)] public double C;
}
unsafe struct Fixed { public int Head; public fixed byte Bytes[13]; public fixed int Ints[4]; public fixed char Chars[3]; public long Tail; }
struct Bools { public bool A; public char B; public bool C; }
struct Nest { public byte A; public Seq B; public byte C; }
struct Gen<X> { public byte A; public X V; public byte B; }
struct NoRefs { public int A; public double B; public byte C; }
struct Refs { public string S; public int I; public object O; }
struct Floats { public float F; public double D; }
class Base { public byte A; public string S; public int B; }
class Derived : Base { public byte C; public long D; public object O; public short E; }
class Last : Derived { public byte Z; public double Q; }

static unsafe class Program
{
    static int At<X, Y>(ref X s, ref Y f) => (int)Unsafe.ByteOffset(ref Unsafe.As<X, byte>(ref s), ref Unsafe.As<Y, byte>(ref f));

    internal static void Main()
    {
        Seq s = default; Pack1 p1 = default; Pack2 p2 = default; Pack4 p4 = default; Gap g = default; Nest n = default; Fixed f = default;
        Unaligned un = default;
        T.P("sizes " + sizeof(Seq) + " " + sizeof(Pack1) + " " + sizeof(Pack2) + " " + sizeof(Pack4) + " " + sizeof(Sized) + " " + sizeof(Union)
            + " " + sizeof(Gap) + " " + sizeof(DoubleBits) + " " + sizeof(Unaligned) + " " + sizeof(Fixed) + " " + sizeof(Bools) + " "
            + sizeof(Nest) + " " + Unsafe.SizeOf<Gen<byte>>() + " " + Unsafe.SizeOf<Gen<long>>() + " " + Unsafe.SizeOf<Gen<short>>() + " "
            + Unsafe.SizeOf<WithRef>() + " " + Unsafe.SizeOf<(byte, int)>() + " " + Unsafe.SizeOf<int?>() + " " + Unsafe.SizeOf<long?>() + " "
            + Unsafe.SizeOf<byte?>());
        T.P("seq " + At(ref s, ref s.A) + At(ref s, ref s.B) + At(ref s, ref s.C) + " " + At(ref s, ref s.D) + " " + At(ref s, ref s.E));
        T.P("pack1 " + At(ref p1, ref p1.B) + At(ref p1, ref p1.C) + At(ref p1, ref p1.D) + " " + At(ref p1, ref p1.E) + " pack2 "
            + At(ref p2, ref p2.B) + At(ref p2, ref p2.C) + At(ref p2, ref p2.D) + " pack4 " + At(ref p4, ref p4.B) + " gap " + At(ref g, ref g.A)
            + At(ref g, ref g.B) + " nest " + At(ref n, ref n.B) + " " + At(ref n, ref n.C));
        Union u = default; u.F = 1f; T.P("union " + u.I + " " + u.B3 + " " + u.S1); u.B1 = 0x12; u.B0 = 0x34; T.P("union", u.I); u.I = -1;
        T.P("union " + u.S1 + u.B3 + float.IsNaN(u.F));
        DoubleBits d = default; d.D = -1.5; T.P("double " + T.Hex(d.U, 16) + " " + T.Hex(d.High, 8)); d.High = 0x40000000; T.D("double", d.D);
        un.A = 0x11223344; un.B = -5; un.C = 2.5; un.A++; un.B *= 3; T.P("unaligned " + un.A + " " + un.B + " " + un.C); byte* raw = (byte*)&un;
        T.P("raw " + raw[1] + " " + raw[5] + " " + raw[12]);
        var w = new WithRef { S = "keep", I = 5, O = "obj" }; w.F = 2f; var w2 = w; GC.Collect(); T.P("with ref " + w2.S + w2.I + w2.O);
        var wa = new WithRef[3]; wa[1] = w; wa[2] = wa[1]; GC.Collect(); T.P("with ref " + wa[2].S + wa[2].O + (wa[0].S == null));
        var uc = new UnionClass { L = 0x0000000500000007, S = "uc" }; uc.Hi++; T.P("union class " + uc.Lo + uc.Hi + uc.S + uc.L);
        for (int i = 0; i < 13; i++) f.Bytes[i] = (byte)(i * 20); for (int i = 0; i < 4; i++) f.Ints[i] = i * 1000; f.Chars[2] = 'z'; f.Head = 1;
        f.Tail = 99; var f2 = f; f2.Bytes[3]++;
        T.P("fixed " + f.Bytes[12] + " " + f.Ints[3] + f.Chars[2] + f.Head + f.Tail + " " + f.Bytes[3] + " " + f2.Bytes[3] + " "
            + (int)((byte*)&f.Tail - (byte*)&f));
        T.P("equals " + new NoRefs { A = 1, B = 2, C = 3 }.Equals(new NoRefs { A = 1, B = 2, C = 3 })
            + new NoRefs { A = 1 }.Equals(new NoRefs { A = 2 }) + new Refs { S = "a" + s.A, I = 5 }.Equals(new Refs { S = "a0", I = 5 })
            + new Refs { S = "a" }.Equals(new Refs { S = "b" }) + new Refs { O = 5 }.Equals(new Refs { O = 5 }) + new NoRefs().Equals(null)
            + new NoRefs().Equals(5));
        T.P("equals float " + new Floats { F = 0f, D = 0.0 }.Equals(new Floats { F = -0f, D = -0.0 })
            + new Floats { F = float.NaN }.Equals(new Floats { F = float.NaN }) + " hash "
            + (new NoRefs { A = 1, B = 2 }.GetHashCode() == new NoRefs { A = 1, B = 2 }.GetHashCode())
            + (new Refs { S = "s", I = 1 }.GetHashCode() == new Refs { S = "s", I = 1 }.GetHashCode()));
        var l = new Last { A = 1, S = "s", B = 2, C = 3, D = 4, O = "o", E = 5, Z = 6, Q = 0.5 }; GC.Collect();
        T.P("class " + l.A + l.S + l.B + l.C + l.D + l.O + l.E + l.Z + l.Q); Base b = l; b.B = 77; T.P("class", l.B);
        var many = new Gen<Gen<string>>[4]; for (int i = 0; i < 4; i++) many[i].V.V = "g" + i; GC.Collect();
        T.P("generic " + many[3].V.V + many[0].V.V + many[2].A);
        T.P("marshal " + Marshal.SizeOf<Seq>() + " " + Marshal.SizeOf<Pack1>() + " " + Marshal.SizeOf<Union>());
        Span<byte> span = MemoryMarshal.AsBytes(new Span<Seq>(ref s)); span.Fill(0xff); T.P("bytes " + span.Length + " " + s.B + s.D + s.E);
        ref var re = ref MemoryMarshal.AsRef<Union>(span); re.I = 7; T.P("asref", s.A);
    }
}
