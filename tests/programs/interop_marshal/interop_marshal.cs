// Marshal on structs and classes: sizes and offsets against C's, StructureToPtr, PtrToStructure and DestroyStructure in their
// generic, Type and object forms, and what cannot be marshalled.
using System;
using System.Runtime.InteropServices;

namespace interop_marshal;

[StructLayout(LayoutKind.Sequential)] struct Person { public string Name; public bool IsOld; public char Initial; public short Age; }
[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)] struct WidePerson { public string Name; [MarshalAs(UnmanagedType.I1)] public bool IsOld; public char Initial; public double Weight; }
[StructLayout(LayoutKind.Sequential)] struct FixedText { public byte Lead; [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)] public string Text; public int Tail; }
[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)] struct FixedWide { public byte Lead; [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 6)] public string Text; public int Tail; }
[StructLayout(LayoutKind.Sequential)] struct Point { public int X, Y; }
[StructLayout(LayoutKind.Sequential)] struct ArraysInside
{
    public byte Lead;
    [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public int[] Numbers;
    [MarshalAs(UnmanagedType.ByValArray, SizeConst = 2)] public bool[] Flags;
    [MarshalAs(UnmanagedType.ByValArray, SizeConst = 2, ArraySubType = UnmanagedType.U1)] public bool[] Bytes;
    [MarshalAs(UnmanagedType.ByValArray, SizeConst = 4)] public char[] Letters;
    [MarshalAs(UnmanagedType.ByValArray, SizeConst = 2)] public Point[] Points;
}
[StructLayout(LayoutKind.Sequential)] struct Nested { public long Id; public Person Person; public FixedText Label; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] struct Packed { public byte Lead; public string Name; public bool Flag; public double D; }
[StructLayout(LayoutKind.Explicit)] struct Number { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; }
[StructLayout(LayoutKind.Sequential)] struct Tagged { public int Kind; public Number Value; public string Name; }
[StructLayout(LayoutKind.Sequential)] struct Small { public int A; [MarshalAs(UnmanagedType.U1)] public bool B, C; }
[StructLayout(LayoutKind.Sequential)] struct FloatFlag { public double D; public bool Flag; }
[StructLayout(LayoutKind.Sequential)] struct TwoFloats { public float A; public bool Flag; public float B; }
[StructLayout(LayoutKind.Sequential)] struct Money { public byte Lead; [MarshalAs(UnmanagedType.Currency)] public decimal Amount; public DateTime Date; }
[StructLayout(LayoutKind.Sequential)] class Base { public byte A; public string S; public byte B; }
[StructLayout(LayoutKind.Sequential)] class Derived : Base { public byte C; public long L; }
[StructLayout(LayoutKind.Sequential)] struct GuidHolder { public byte Lead; public Guid Guid; }
delegate int Callback(int v);
[StructLayout(LayoutKind.Sequential)] struct CallbackHolder { public int Number; public Callback Call; public string Name; }

[StructLayout(LayoutKind.Sequential, Size = 21)] struct Sized { public int A; public string S; }
[StructLayout(LayoutKind.Sequential, Size = 3)] struct SizedLess { public int A; public string S; }
[StructLayout(LayoutKind.Explicit)] struct Apart { [FieldOffset(0)] public int A; [FieldOffset(4)] public bool B; [FieldOffset(9)] public byte C; }
struct Empty { }
struct WithNullable { public byte A; public int? B; }
struct Generic<X> { public X A; }
struct WithGeneric { public byte A; public Generic<bool> B; }
unsafe struct WithFixed { public byte A; public fixed byte B[5]; public fixed int C[3]; }
struct WithDecimal { public byte A; public decimal B; }
struct WithWide { public byte A; public Int128 B; }
struct WithHandle { public Microsoft.Win32.SafeHandles.SafeFileHandle H; }

[StructLayout(LayoutKind.Auto)] struct Auto { public int A; public byte B; }
struct WithArray { public int[] A; }
struct WithObject { public object A; }
struct WithBadFlag { [MarshalAs(UnmanagedType.VariantBool)] public bool A; }
struct WithBadInt { [MarshalAs(UnmanagedType.Bool)] public int A; }
struct WithOffset { public DateTimeOffset A; }
struct WithAction { public Action<int> A; }
class NoLayout { public int A; }
[StructLayout(LayoutKind.Sequential)] class NoConstructor { public string S; public NoConstructor(string s) { S = s; } }
[StructLayout(LayoutKind.Sequential)] class WithConstructor { public string S; [MarshalAs(UnmanagedType.U1)] public bool B; [NonSerialized] public static int Made; public WithConstructor() { Made++; } }

static class Program
{
    [DllImport("corert_interop_types")] static extern int types_layout(int index);

    static int at;
    static void Same(string label, params int[] values)
    {
        string text = "";
        foreach (int v in values)
        {
            int c = types_layout(at++);
            text += " " + v + (c == v ? "" : " (C says " + c + ")");
        }
        T.P(label, text);
    }
    static int Off<X>(string field) => (int)Marshal.OffsetOf<X>(field);

    static void Layouts()
    {
        Same("Person", Marshal.SizeOf<Person>(), Off<Person>("Name"), Off<Person>("IsOld"), Off<Person>("Initial"), Off<Person>("Age"));
        Same("WidePerson", Marshal.SizeOf<WidePerson>(), Off<WidePerson>("IsOld"), Off<WidePerson>("Initial"), Off<WidePerson>("Weight"));
        Same("FixedText", Marshal.SizeOf(typeof(FixedText)), Off<FixedText>("Text"), Off<FixedText>("Tail"));
        Same("FixedWide", Marshal.SizeOf<FixedWide>(), Off<FixedWide>("Text"), Off<FixedWide>("Tail"));
        Same("ArraysInside", Marshal.SizeOf<ArraysInside>(), Off<ArraysInside>("Numbers"), Off<ArraysInside>("Flags"), Off<ArraysInside>("Bytes"), Off<ArraysInside>("Letters"), Off<ArraysInside>("Points"));
        Same("Nested", Marshal.SizeOf<Nested>(), (int)Marshal.OffsetOf(typeof(Nested), "Person"), Off<Nested>("Label"));
        Same("Packed", Marshal.SizeOf<Packed>(), Off<Packed>("Name"), Off<Packed>("Flag"), Off<Packed>("D"));
        Same("Tagged", Marshal.SizeOf<Tagged>(), Off<Tagged>("Value"), Off<Tagged>("Name"));
        Same("registers", Marshal.SizeOf<Small>(), Marshal.SizeOf<FloatFlag>(), Marshal.SizeOf<TwoFloats>());
        Same("Money", Marshal.SizeOf<Money>(), Off<Money>("Amount"), Off<Money>("Date"));
        Same("Derived", Marshal.SizeOf<Derived>(), Off<Derived>("C"), Off<Derived>("L"));
        Same("GuidHolder", Marshal.SizeOf<GuidHolder>(), Off<GuidHolder>("Guid"));
        Same("CallbackHolder", Marshal.SizeOf<CallbackHolder>(), Off<CallbackHolder>("Call"), Off<CallbackHolder>("Name"));
        T.P("end", types_layout(at));
    }

    static void Sizes()
    {
        T.P("sized", Marshal.SizeOf<Sized>() + " " + Marshal.SizeOf<SizedLess>() + " " + Marshal.SizeOf<Apart>() + " " + Marshal.SizeOf<Empty>());
        T.P("apart", Off<Apart>("B") + " " + Off<Apart>("C"));
        T.P("nullable", Marshal.SizeOf<WithNullable>() + " " + Off<WithNullable>("B"));
        T.P("generic inside", Marshal.SizeOf<WithGeneric>());
        T.P("fixed", Marshal.SizeOf<WithFixed>() + " " + Off<WithFixed>("C"));
        T.P("decimal", Marshal.SizeOf<WithDecimal>() + " " + Off<WithDecimal>("B"));
        T.P("wide", Marshal.SizeOf<WithWide>() + " " + Off<WithWide>("B"));
        T.P("handle", Marshal.SizeOf<WithHandle>());
        T.P("primitive", Marshal.SizeOf<int>() + " " + Marshal.SizeOf<bool>() + " " + Marshal.SizeOf<char>() + " " + Marshal.SizeOf<IntPtr>() + " " + Marshal.SizeOf<decimal>() + " " + Marshal.SizeOf<Guid>());
        T.P("objects", Marshal.SizeOf((object)new Person()) + " " + Marshal.SizeOf((object)new Point()) + " " + Marshal.SizeOf(new Derived()));
        T.P("values", Marshal.SizeOf(new Nested()) + " " + Marshal.SizeOf(5L));
    }

    static unsafe void Copies()
    {
        IntPtr p = Marshal.AllocHGlobal(256);
        new Span<byte>((void*)p, 256).Fill(0xcc);
        Marshal.StructureToPtr(new Person { Name = "one \u00e9", IsOld = true, Initial = 'x', Age = 3 }, p, false);
        T.P("bytes", *(int*)(p + 8) + " " + *(byte*)(p + 12) + " " + *(short*)(p + 14) + " " + Marshal.PtrToStringUTF8(*(IntPtr*)p));
        Person a = Marshal.PtrToStructure<Person>(p);
        T.P("read", a.Name + a.IsOld + a.Initial + a.Age);
        Marshal.StructureToPtr(new Person { Name = "two" }, p, true);
        object boxed = Marshal.PtrToStructure(p, typeof(Person));
        T.P("as object", ((Person)boxed).Name + ((Person)boxed).IsOld);
        Marshal.DestroyStructure<Person>(p);
        Marshal.StructureToPtr((object)new Nested { Id = 7, Person = new Person { Name = "in" }, Label = new FixedText { Text = "label", Tail = 9 } }, p, false);
        Nested n = Marshal.PtrToStructure<Nested>(p);
        T.P("nested", n.Id + n.Person.Name + n.Label.Text + n.Label.Tail);
        Marshal.DestroyStructure(p, typeof(Nested));
        Marshal.StructureToPtr(new Point { X = 1, Y = 2 }, p, false);
        T.P("plain", Marshal.PtrToStructure<Point>(p).Y + " " + ((Point)Marshal.PtrToStructure(p, typeof(Point))).X);
        Marshal.StructureToPtr((object)new Point { X = 3, Y = 4 }, p, true);
        T.P("plain object", Marshal.PtrToStructure<Point>(p).Y);
        Derived d = new Derived { A = 1, S = "base", C = 2, L = 1L << 40 }, e = new Derived();
        Marshal.StructureToPtr(d, p, false);
        Marshal.PtrToStructure(p, e);
        T.P("class", e.A + e.S + e.C + " " + e.L);
        Marshal.PtrToStructure<object>(p, e);
        T.P("class again", Marshal.PtrToStructure<Derived>(p).S);
        Marshal.DestroyStructure<Derived>(p);
        Marshal.StructureToPtr(new WithConstructor { S = "c", B = true }, p, false);
        WithConstructor w = Marshal.PtrToStructure<WithConstructor>(p);
        T.P("constructed", w.S + w.B + WithConstructor.Made);
        Marshal.DestroyStructure<WithConstructor>(p);
        T.P("null", Marshal.PtrToStructure<Derived>(IntPtr.Zero) == null);
        T.P("null object", Marshal.PtrToStructure(IntPtr.Zero, typeof(Person)) == null);
        T.P("null struct", T.Throws(() => Marshal.PtrToStructure<Person>(IntPtr.Zero)));
        T.P("into a struct", T.Throws(() => Marshal.PtrToStructure(p, (object)new Person())));
        Marshal.StructureToPtr(new ArraysInside { Lead = 1, Numbers = new[] { 7, 8, 9 }, Letters = new[] { 'p', 'q', 'r', 's' } }, p, false);
        ArraysInside i = Marshal.PtrToStructure<ArraysInside>(p);
        T.P("arrays", T.Join(i.Numbers) + T.Join(i.Letters) + i.Points.Length + T.Join(i.Flags));
        Marshal.StructureToPtr(new Money { Amount = 1.5m, Date = new DateTime(1900, 1, 1) }, p, false);
        T.P("money", *(long*)(p + 8) + " " + *(double*)(p + 16));
        Marshal.StructureToPtr(new CallbackHolder { Number = 4, Call = v => v * 3, Name = "x" }, p, false);
        CallbackHolder c = Marshal.PtrToStructure<CallbackHolder>(p);
        T.P("callback", c.Call(5) + c.Name);
        Marshal.DestroyStructure<CallbackHolder>(p);
        Marshal.FreeHGlobal(p);
    }

    static void Refused()
    {
        T.P("auto", T.Throws(() => Marshal.SizeOf<Auto>()) + " " + T.Throws(() => Marshal.SizeOf(typeof(Auto))) + " " + T.Throws(() => Marshal.OffsetOf<Auto>("A")));
        T.P("fields", T.Throws(() => Marshal.SizeOf<WithArray>()) + " " + T.Throws(() => Marshal.SizeOf<WithObject>()) + " " + T.Throws(() => Marshal.SizeOf<WithBadFlag>()) + " " +
            T.Throws(() => Marshal.SizeOf<WithBadInt>()) + " " + T.Throws(() => Marshal.SizeOf<WithOffset>()) + " " + T.Throws(() => Marshal.SizeOf<WithAction>()));
        T.P("types", T.Throws(() => Marshal.SizeOf<NoLayout>()) + " " + T.Throws(() => Marshal.SizeOf<string>()) + " " + T.Throws(() => Marshal.SizeOf<object>()) + " " + T.Throws(() => Marshal.SizeOf<DayOfWeek>()) + " " +
            T.Throws(() => Marshal.SizeOf<DateTime>()) + " " + T.Throws(() => Marshal.SizeOf<int[]>()) + " " + T.Throws(() => Marshal.SizeOf<Generic<int>>()) + " " + T.Throws(() => Marshal.SizeOf<int?>()) + " " + T.Throws(() => Marshal.SizeOf<Action>()));
        T.P("no field", T.Throws(() => Marshal.OffsetOf<Person>("Nobody")) + " " + T.Throws(() => Marshal.OffsetOf<Point>("Z")));
        T.P("null", T.Throws(() => Marshal.SizeOf((Type)null)) + " " + T.Throws(() => Marshal.SizeOf((object)null)) + " " + T.Throws(() => Marshal.StructureToPtr((object)null, 1, false)));
        IntPtr p = Marshal.AllocHGlobal(64);
        Marshal.StructureToPtr(new Derived(), p, false);
        T.P("no constructor", T.Throws(() => Marshal.PtrToStructure<NoConstructor>(p)) != 0);
        T.P("bad", T.Throws(() => Marshal.StructureToPtr(new Auto(), p, false)));
        T.P("too short", T.Throws(() => Marshal.StructureToPtr(new ArraysInside { Numbers = new int[1] }, p, false)));
        Marshal.FreeHGlobal(p);
    }

    public static void Main()
    {
        Layouts();
        Sizes();
        Copies();
        Refused();
    }
}
