// LibraryImport: code that the SDK's generator writes, in an assembly without runtime marshalling, where P/Invokes take bits:
// bool is one byte, char two, structs without references go as they are.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

[assembly: DisableRuntimeMarshalling]

namespace interop_import;

struct Point { public int X, Y; }
struct Flags { public int A; public bool B, C; }

[NativeMarshalling(typeof(PersonMarshaller))]
struct Person { public string Name; public bool IsOld; public char Initial; public short Age; }

[CustomMarshaller(typeof(Person), MarshalMode.Default, typeof(PersonMarshaller))]
static unsafe class PersonMarshaller
{
    public struct Native { public byte* Name; public int IsOld; public byte Initial; public short Age; }
    public static Native ConvertToUnmanaged(Person p) => new Native
    {
        Name = Utf8StringMarshaller.ConvertToUnmanaged(p.Name), IsOld = p.IsOld ? 1 : 0, Initial = (byte)p.Initial, Age = p.Age,
    };
    public static Person ConvertToManaged(Native n) => new Person
    {
        Name = Utf8StringMarshaller.ConvertToManaged(n.Name), IsOld = n.IsOld != 0, Initial = (char)n.Initial, Age = n.Age,
    };
    public static void Free(Native n) => Utf8StringMarshaller.Free(n.Name);
}

sealed class Handle : SafeHandle
{
    public Handle() : base(IntPtr.Zero, true) { }
    public override bool IsInvalid => handle == IntPtr.Zero;
    public int Value => (int)handle;
    protected override bool ReleaseHandle() { Generated.types_handle_close(handle); return true; }
}

static unsafe partial class Generated
{
    const string Lib = "corert_interop_types";
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial int types_text_bytes(string s);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf16)] public static partial int types_text_units(string s);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial string types_text_back(string s);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf16)] public static partial string types_wide_back(string s);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial void types_text_replace(ref string s);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial void types_text_out(out string s);
    [LibraryImport(Lib)] public static partial int types_sum(int[] a, int count);
    [LibraryImport(Lib, EntryPoint = "types_sum")] public static partial int SumSpan(ReadOnlySpan<int> a, int count);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial int types_text_array_read(string[] a, int count);
    [LibraryImport(Lib)] public static partial int types_bool_array([In, Out, MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.Bool)] bool[] a, int count);
    [LibraryImport(Lib)] [return: MarshalAs(UnmanagedType.Bool)] public static partial bool types_flag4_give(int v);
    [LibraryImport(Lib)] public static partial int types_flag4_is([MarshalAs(UnmanagedType.Bool)] bool v);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial string types_person_text(Person p);
    [LibraryImport(Lib)] public static partial void types_person_change(ref Person p);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial Person types_person_make(string name, int age);
    [LibraryImport(Lib)] public static partial int types_point_array([In, Out] Point[] points, int count);
    [LibraryImport(Lib, SetLastError = true)] public static partial int types_set_errno(int value);
    [LibraryImport(Lib)] public static partial Handle types_handle_open(int number);
    [LibraryImport(Lib)] public static partial int types_handle_use(Handle h);
    [LibraryImport(Lib)] public static partial void types_handle_out(out Handle h, int number);
    [LibraryImport(Lib)] public static partial void types_handle_close(IntPtr h);
    [LibraryImport(Lib)] public static partial int types_handle_count();
    [LibraryImport(Lib)] public static partial int types_raw([MarshalAs(UnmanagedType.U1)] bool flag, [MarshalAs(UnmanagedType.U2)] char letter, ref Point p);
    [LibraryImport(Lib)] [SuppressGCTransition] public static partial int types_suffixA();
}

static unsafe class Raw
{
    const string Lib = "corert_interop_types";
    [DllImport(Lib)] public static extern int types_raw(bool flag, char letter, Point* p);
    [DllImport(Lib)] public static extern bool types_flag1_give(int v);
    [DllImport(Lib)] public static extern char types_wide_char(char c);
    [DllImport(Lib)] public static extern int types_small(Flags f);
    [DllImport(Lib)] public static extern Flags types_small_make(int a);
    [DllImport(Lib, EntryPoint = "types_text_bytes")] public static extern int Text(string s);
    [DllImport(Lib, EntryPoint = "types_sum")] public static extern int Array(int[] a, int n);
}

static class Program
{
    static void Text()
    {
        T.P("utf8", Generated.types_text_bytes("\u00e9\u20ac"));
        T.P("utf16", Generated.types_text_units("\u00e9\u20ac"));
        T.P("null", Generated.types_text_bytes(null) + " " + Generated.types_text_units(null));
        T.P("back", Generated.types_text_back("\u00fc") + Generated.types_wide_back("xyz"));
        string s = "ref";
        Generated.types_text_replace(ref s);
        T.P("ref", s);
        Generated.types_text_out(out s);
        T.P("out", s);
    }

    static void Values()
    {
        int[] a = { 4, 5, 6 };
        T.P("array", Generated.types_sum(a, 3) + " " + T.Join(a) + " " + Generated.SumSpan(a.AsSpan(1), 2));
        T.P("texts", Generated.types_text_array_read(new[] { "p", null, "q" }, 3));
        bool[] b = { true, false };
        T.P("flags", Generated.types_bool_array(b, 2) + " " + T.Join(b));
        T.P("flag", Generated.types_flag4_give(256) + " " + Generated.types_flag4_is(true));
        Person p = new Person { Name = "gen", IsOld = true, Initial = 'g', Age = 9 };
        T.P("person", Generated.types_person_text(p));
        Generated.types_person_change(ref p);
        T.P("changed", p.Name + p.IsOld + p.Initial + p.Age);
        T.P("made", Generated.types_person_make("made", 51).Name);
        Point[] points = { new Point { X = 2, Y = 3 } };
        T.P("points", Generated.types_point_array(points, 1) + " " + points[0].Y);
        Point q = new Point { X = 5 };
        T.P("raw", Generated.types_raw(true, '\u0153', ref q) + " " + q.X + " " + Generated.types_suffixA());
    }

    static void Handles()
    {
        T.P("errno", Generated.types_set_errno(21) + " " + Marshal.GetLastPInvokeError());
        using (Handle h = Generated.types_handle_open(11))
        {
            T.P("handle", h.Value + " " + Generated.types_handle_use(h));
            Generated.types_handle_out(out Handle o, 12);
            T.P("out", o.Value + " " + Generated.types_handle_count());
            o.Dispose();
        }
        T.P("closed", Generated.types_handle_count());
    }

    static unsafe void Bits()
    {
        Point p = new Point { X = 1 };
        T.P("raw", Raw.types_raw(true, '\u20ac', &p) + " " + p.X);
        T.P("bool", Raw.types_flag1_give(1) + " " + Raw.types_flag1_give(0));
        T.P("char", (int)Raw.types_wide_char('\u20ac'));
        T.P("struct", Raw.types_small(new Flags { A = 2, B = true, C = true }));
        Flags f = Raw.types_small_make(5);
        T.P("struct", f.A + " " + f.B + " " + f.C);
        try { T.P("text", Raw.Text("x")); }
        catch (MarshalDirectiveException) { T.P("text", "MarshalDirectiveException"); }
        try { T.P("array", Raw.Array(new int[1], 1)); }
        catch (MarshalDirectiveException) { T.P("array", "MarshalDirectiveException"); }
    }

    public static void Main()
    {
        Text();
        Values();
        Handles();
        Bits();
    }
}
