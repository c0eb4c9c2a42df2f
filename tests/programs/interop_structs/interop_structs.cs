// Structs and classes with layout whose native form differs from the managed one: by value, ref, in, out, returned, nested,
// in arrays; text, flags, characters, arrays and classes as fields; unions, packing, base classes, dates and money.
using System;
using System.Runtime.InteropServices;

namespace interop_structs;

[StructLayout(LayoutKind.Sequential)] struct Person
{
    public string Name; public bool IsOld; public char Initial; public short Age;
    public Person(string name, bool old, char initial, short age) { Name = name; IsOld = old; Initial = initial; Age = age; }
    public override string ToString() => (Name ?? "(null)") + "|" + (IsOld ? "old" : "young") + "|" + Initial + "|" + Age;
}
[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)] struct WidePerson
{
    public string Name; [MarshalAs(UnmanagedType.I1)] public bool IsOld; public char Initial; public double Weight;
}
[StructLayout(LayoutKind.Sequential)] struct FixedText
{
    public byte Lead; [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)] public string Text; public int Tail;
}
[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)] struct FixedWide
{
    public byte Lead; [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 6)] public string Text; public int Tail;
}
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
[StructLayout(LayoutKind.Explicit)] struct Number
{
    [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; [FieldOffset(0)] public byte B0; [FieldOffset(3)] public byte B3;
}
[StructLayout(LayoutKind.Sequential)] struct Tagged { public int Kind; public Number Value; public string Name; }
[StructLayout(LayoutKind.Explicit)] struct TaggedAt
{
    [FieldOffset(0)] public int Kind; [FieldOffset(4)] public float F; [FieldOffset(8)] public string Name;
}
[StructLayout(LayoutKind.Sequential)] struct Small { public int A; [MarshalAs(UnmanagedType.U1)] public bool B, C; }
[StructLayout(LayoutKind.Sequential)] struct FloatFlag { public double D; public bool Flag; }
[StructLayout(LayoutKind.Sequential)] struct TwoFloats { public float A; public bool Flag; public float B; }
[StructLayout(LayoutKind.Sequential)] struct Money
{
    public byte Lead; [MarshalAs(UnmanagedType.Currency)] public decimal Amount; public DateTime Date;
}
[StructLayout(LayoutKind.Sequential)] class Base { public byte A; public string S; public byte B; }
[StructLayout(LayoutKind.Sequential)] class Derived : Base
{
    public byte C; public long L;
    public override string ToString() => A + "," + (S ?? "(null)") + "," + B + "," + C + "," + L;
}
[StructLayout(LayoutKind.Sequential)] class Spot { public int X, Y; }
[StructLayout(LayoutKind.Sequential)] struct WithClass { public long Id; public PersonClass Person; public FixedText Label; }
[StructLayout(LayoutKind.Sequential)] class PersonClass { public string Name; public bool IsOld; public char Initial; public short Age; }
[StructLayout(LayoutKind.Sequential)] struct GuidHolder { public byte Lead; public Guid Guid; }
delegate int Callback(int v);
[StructLayout(LayoutKind.Sequential)] struct CallbackHolder { public int Number; public Callback Call; public string Name; }
enum Tiny : byte { One = 1, Two = 2 }
[StructLayout(LayoutKind.Sequential)] struct Generic<T> { public T A; public Tiny B, C; }

static unsafe class Native
{
    const string Lib = "corert_interop_types";
    [DllImport(Lib)] public static extern string types_person_text(Person p);
    [DllImport(Lib, EntryPoint = "types_person_text_at")] public static extern string PersonAt(ref Person p);
    [DllImport(Lib, EntryPoint = "types_person_text_at")] public static extern string PersonIn(in Person p);
    [DllImport(Lib, EntryPoint = "types_person_text_at")] public static extern string PersonClassIn(PersonClass p);
    [DllImport(Lib)] public static extern void types_person_change(ref Person p);
    [DllImport(Lib, EntryPoint = "types_person_change")] public static extern void PersonClassChange([In, Out] PersonClass p);
    [DllImport(Lib, EntryPoint = "types_person_fill")] public static extern void PersonClassKept(PersonClass p);
    [DllImport(Lib, EntryPoint = "types_person_fill")] public static extern void PersonClassOut([Out] PersonClass p);
    [DllImport(Lib)] public static extern void types_person_fill(out Person p);
    [DllImport(Lib)] public static extern Person types_person_make(string name, int age);
    [DllImport(Lib)] public static extern WidePerson types_wide_change(WidePerson p);
    [DllImport(Lib)] public static extern FixedText types_fixed_text(FixedText t);
    [DllImport(Lib)] public static extern void types_fixed_wide(ref FixedWide t);
    [DllImport(Lib)] public static extern int types_arrays_inside(ref ArraysInside a);
    [DllImport(Lib)] public static extern long types_arrays_by_value(ArraysInside a);
    [DllImport(Lib)] public static extern Nested types_nested(Nested n);
    [DllImport(Lib, EntryPoint = "types_nested")] public static extern WithClass NestedClass(WithClass n);
    [DllImport(Lib)] public static extern void types_packed(ref Packed p);
    [DllImport(Lib)] public static extern string types_tagged(Tagged t);
    [DllImport(Lib, EntryPoint = "types_tagged")] public static extern string TaggedAt(TaggedAt t);
    [DllImport(Lib)] public static extern int types_small(Small s);
    [DllImport(Lib, EntryPoint = "types_small")] public static extern int SmallGeneric(Generic<int> s);
    [DllImport(Lib)] public static extern Small types_small_make(int a);
    [DllImport(Lib)] public static extern FloatFlag types_float_flag(FloatFlag f, double add);
    [DllImport(Lib)] public static extern TwoFloats types_two_floats(float lead, TwoFloats f);
    [DllImport(Lib)] public static extern Money types_money(Money m);
    [DllImport(Lib)] public static extern int types_person_array([In, Out] Person[] people, int count);
    [DllImport(Lib, EntryPoint = "types_person_array")] public static extern int PersonArrayIn(Person[] people, int count);
    [DllImport(Lib)] public static extern int types_point_array([In, Out] Point[] points, int count);
    [DllImport(Lib)] public static extern string types_derived([In, Out] Derived d);
    [DllImport(Lib, EntryPoint = "types_derived")] public static extern string DerivedIn(Derived d);
    [DllImport(Lib)] public static extern Derived types_derived_make(int wanted);
    [DllImport(Lib)] public static extern void types_derived_replace(ref Derived d);
    [DllImport(Lib, EntryPoint = "types_point_move")] public static extern void PointMove(ref Point p);
    [DllImport(Lib, EntryPoint = "types_point_move")] public static extern void SpotMove(Spot p);
    [DllImport(Lib)] public static extern int types_guid(GuidHolder h);
    [DllImport(Lib)] public static extern int types_guid_at([MarshalAs(UnmanagedType.LPStruct)] Guid g);
    [DllImport(Lib)] public static extern string types_callback(ref CallbackHolder h);
}

static class Program
{
    static void People()
    {
        Person p = new Person("J\u00f8rn", true, 'J', 77);
        T.P("by value", Native.types_person_text(p));
        T.P("ref", Native.PersonAt(ref p));
        T.P("in", Native.PersonIn(in p));
        Native.types_person_change(ref p);
        T.P("changed", p.ToString());
        Native.types_person_fill(out Person q);
        T.P("out", q.ToString());
        T.P("null name", Native.types_person_text(default));
        T.P("returned", Native.types_person_make("Ann", 20).ToString());
        T.P("returned", Native.types_person_make(null, 60).ToString());
        for (int i = 0; i < 300; i++) p = Native.types_person_make(p.Name, i);
        T.P("many", p.ToString());
        WidePerson w = Native.types_wide_change(new WidePerson { Name = "\u00e9", IsOld = true, Initial = '\u20ab', Weight = 1.5 });
        T.P("wide", w.Name + "|" + w.IsOld + "|" + (int)w.Initial);
        T.D("weight", w.Weight);
        PersonClass c = new PersonClass { Name = "class", Age = 5, Initial = 'c' };
        T.P("class", Native.PersonClassIn(c));
        T.P("class null", Native.PersonClassIn(null));
        Native.PersonClassKept(c);
        T.P("in only", c.Name + c.Age);
        Native.PersonClassChange(c);
        T.P("in and out", c.Name + c.Age + c.Initial + c.IsOld);
        Native.PersonClassOut(c);
        T.P("out only", c.Name + c.Age + c.Initial + c.IsOld);
    }

    static void Inside()
    {
        FixedText t = Native.types_fixed_text(new FixedText { Lead = 1, Text = "abc" });
        T.P("fixed text", t.Text + " " + t.Lead + " " + t.Tail);
        T.P("cut", Native.types_fixed_text(new FixedText { Text = "123456789" }).Tail);
        T.P("null", Native.types_fixed_text(new FixedText()).Text);
        FixedWide fw = new FixedWide { Text = "ab\u20ac" };
        Native.types_fixed_wide(ref fw);
        T.P("fixed wide", fw.Text + " " + fw.Tail);
        ArraysInside a = new ArraysInside
        {
            Lead = 5, Numbers = new[] { 1, 2, 3, 4 }, Flags = new[] { true, false }, Bytes = new[] { false, true },
            Letters = new[] { 'w', 'x', 'y', 'z' }, Points = new[] { new Point { X = 2, Y = 3 }, new Point { X = 4, Y = 5 } },
        };
        T.P("by value", Native.types_arrays_by_value(a));
        T.P("kept", T.Join(a.Numbers) + T.Join(a.Flags));
        T.P("by reference", Native.types_arrays_inside(ref a));
        T.P("back", T.Join(a.Numbers) + T.Join(a.Flags) + T.Join(a.Bytes) + T.Join(a.Letters) + a.Points[0].X + " " + a.Points[1].X);
        ArraysInside none = new ArraysInside { Lead = 9 };
        T.P("null arrays", Native.types_arrays_inside(ref none));
        T.P("made", none.Numbers.Length + " " + none.Points.Length + T.Join(none.Flags));
        T.P("too short", T.Throws(() => Native.types_arrays_by_value(new ArraysInside { Numbers = new int[2] })));
    }

    static void Shapes()
    {
        Nested n = Native.types_nested(new Nested { Id = 41, Person = new Person("sixsix", false, 'x', 1), Label = new FixedText { Text = "lb", Lead = 6 } });
        T.P("nested", n.Id + " " + n.Person + " " + n.Label.Text + " " + n.Label.Lead);
        WithClass wc = Native.NestedClass(new WithClass { Id = 1, Person = new PersonClass { Name = "four" }, Label = new FixedText { Text = "q" } });
        T.P("class inside", wc.Id + " " + wc.Person.Name + " " + wc.Person.Age + " " + wc.Person.IsOld + " " + wc.Label.Text);
        Packed p = new Packed { Lead = 1, Name = "abcd", Flag = true, D = 0.5 };
        Native.types_packed(ref p);
        T.P("packed", p.Lead + " " + p.Name + " " + p.Flag);
        T.D("d", p.D);
        T.P("union", Native.types_tagged(new Tagged { Name = "int", Value = new Number { I = -3 } }));
        T.P("union", Native.types_tagged(new Tagged { Kind = 1, Name = "float", Value = new Number { F = 1.25f } }));
        T.P("union", Native.types_tagged(new Tagged { Kind = 2, Name = "bytes", Value = new Number { B0 = 7, B3 = 9 } }));
        T.P("explicit", Native.TaggedAt(new TaggedAt { Kind = 1, Name = "at", F = 2.5f }));
        T.P("small", Native.types_small(new Small { A = 3, B = true }));
        T.P("generic", Native.SmallGeneric(new Generic<int> { A = 4, B = Tiny.Two, C = Tiny.One }));
        Small s = Native.types_small_make(-2);
        T.P("small", s.A + " " + s.B + " " + s.C);
        FloatFlag f = Native.types_float_flag(new FloatFlag { D = 1.5, Flag = false }, 2);
        T.D("float", f.D);
        T.P("flag", f.Flag);
        TwoFloats two = Native.types_two_floats(0.25f, new TwoFloats { A = 1, Flag = true, B = 2 });
        T.F("a", two.A);
        T.F("b", two.B);
        T.P("flag", two.Flag);
        Money m = Native.types_money(new Money { Lead = 1, Amount = 12.3456m, Date = new DateTime(2020, 2, 28, 18, 0, 0) });
        T.P("money", m.Lead + " " + (m.Amount == 24.6912m) + " " + m.Date.Month + "/" + m.Date.Day + " " + m.Date.Hour);
        GuidHolder g = new GuidHolder { Lead = 1, Guid = new Guid(0x11223344, 0x5566, 0x7788, 1, 2, 3, 4, 5, 6, 7, 8) };
        T.P("guid", Native.types_guid(g));
        T.P("guid at", Native.types_guid_at(g.Guid));
        CallbackHolder h = new CallbackHolder { Number = 20, Call = v => v + 1, Name = "cb" };
        T.P("callback", Native.types_callback(ref h));
        T.P("same delegate", h.Number + " " + h.Call(1));
        h.Call = null;
        T.P("no callback", Native.types_callback(ref h));
        T.P("none", h.Call == null);
    }

    static void ArraysAndClasses()
    {
        Person[] people = { new Person("a", false, 'a', 1), new Person(null, true, 'b', 2), new Person("ccc", false, 'c', 3) };
        T.P("in", Native.PersonArrayIn(people, 3));
        T.P("same", people[2].Age);
        T.P("in out", Native.types_person_array(people, 3));
        T.P("new", people[0] + " " + people[1] + " " + people[2]);
        Point[] points = { new Point { X = 1, Y = 2 }, new Point { X = 3, Y = 4 } };
        T.P("points", Native.types_point_array(points, 2));
        T.P("written", points[0].Y + " " + points[1].Y);
        Derived d = new Derived { A = 1, S = "s", B = 2, C = 3, L = 4 };
        T.P("derived in", Native.DerivedIn(d));
        T.P("same", d.ToString());
        T.P("derived", Native.types_derived(d));
        T.P("back", d.ToString());
        T.P("made", Native.types_derived_make(1).ToString());
        T.P("none", Native.types_derived_make(0) == null);
        d = null;
        Native.types_derived_replace(ref d);
        T.P("new", d.ToString());
        Point p = new Point { X = 1, Y = 1 };
        Native.PointMove(ref p);
        T.P("moved", p.X + " " + p.Y);
        Spot s = new Spot { X = 2, Y = 2 };
        Native.SpotMove(s);
        Native.SpotMove(null);
        T.P("moved", s.X + " " + s.Y);
    }

    public static void Main()
    {
        People();
        Inside();
        Shapes();
        ArraysAndClasses();
    }
}
