// Native code that calls delegates with values that need converting: structs with text, by value, by reference and
// returned, classes with layout, dates and money, arrays of text, flags and structs.
using System;
using System.Runtime.InteropServices;

namespace interop_received;

[StructLayout(LayoutKind.Sequential)] struct Person
{
    public string Name; public bool IsOld; public char Initial; public short Age;
    public override string ToString() => (Name ?? "(null)") + "|" + (IsOld ? "old" : "young") + "|" + Initial + "|" + Age;
}
[StructLayout(LayoutKind.Sequential)] struct FixedText { public byte Lead; [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)] public string Text; public int Tail; }
[StructLayout(LayoutKind.Sequential)] class Base { public byte A; public string S; public byte B; }
[StructLayout(LayoutKind.Sequential)] class Derived : Base { public byte C; public long L; }

delegate Person OnPerson(Person p, FixedText t);
delegate void OnReference(ref Person p, [In, Out] Derived d, ref DateTime date, [MarshalAs(UnmanagedType.Currency)] decimal money);
delegate int OnArrays([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] string[] texts, int count,
    [In, Out, MarshalAs(UnmanagedType.LPArray, SizeConst = 3)] bool[] flags, [In, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] Person[] people);

static class Native
{
    const string Lib = "corert_interop_types";
    [DllImport(Lib)] public static extern string types_call_person(OnPerson call, int age);
    [DllImport(Lib)] public static extern string types_call_reference(OnReference call);
    [DllImport(Lib)] public static extern string types_call_arrays(OnArrays call);
}

static class Program
{
    static Person Static(Person p, FixedText t) => new Person { Name = "static " + t.Text, Age = p.Age };

    public static void Main()
    {
        T.P("person", Native.types_call_person((p, t) =>
        {
            T.P("got", p + " " + t.Lead + t.Text + t.Tail);
            p.Name += "!";
            p.Age++;
            return p;
        }, 40));
        T.P("static", Native.types_call_person(Static, 41));
        T.P("reference", Native.types_call_reference((ref Person p, Derived d, ref DateTime date, decimal money) =>
        {
            T.P("got", p + " " + d.A + d.S + d.B + d.C + d.L + " " + date.Day + " " + (money == 2.5m));
            p.Name = "new \u00e9";
            p.Age = 50;
            d.L = -4;
            date = date.AddHours(6);
        }));
        T.P("arrays", Native.types_call_arrays((texts, count, flags, people) =>
        {
            T.P("got", T.Join(texts) + count + T.Join(flags) + T.Join(people));
            flags[0] = false;
            flags[1] = true;
            return texts.Length + people.Length;
        }));
    }
}
