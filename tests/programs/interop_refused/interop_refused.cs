// What has no native form: the exception of the call, with the method's name and the parameter's number.
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace interop_refused;

[StructLayout(LayoutKind.Auto)] struct Auto { public int A; }
struct WithArray { public int[] A; }
struct Generic<X> { public X A; }
class NoLayout { public int A; }
abstract class AbstractHandle : SafeHandle { protected AbstractHandle() : base(IntPtr.Zero, true) { } }

static class Native
{
    const string Lib = "corert_interop_types";
    const string Name = "types_is_null";
    [DllImport(Lib, EntryPoint = Name)] public static extern int Object(object a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int Unknown([MarshalAs(UnmanagedType.IUnknown)] object a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int Dispatch([MarshalAs(UnmanagedType.IDispatch)] object a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int Interface(IDisposable a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int Class(int first, NoLayout second);
    [DllImport(Lib, EntryPoint = Name)] public static extern int ByRefText([MarshalAs(UnmanagedType.VBByRefStr)] ref string s);
    [DllImport(Lib, EntryPoint = Name)] public static extern int VariantBool([MarshalAs(UnmanagedType.VariantBool)] bool b);
    [DllImport(Lib, EntryPoint = Name)] public static extern int AutoLayout(Auto a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int Nullable(int? a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int GenericFlag(Generic<bool> a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int BadField(WithArray a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int AbstractRef(ref SafeHandle h);
    [DllImport(Lib, EntryPoint = Name)] public static extern AbstractHandle AbstractResult(int a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int[] ArrayResult(int a);
    [DllImport(Lib, EntryPoint = Name)] public static extern ref int RefResult(int a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int Delegates(Action[] a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int Jagged(int[][] a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int SafeArray([MarshalAs(UnmanagedType.SafeArray)] int[] a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int GenericDelegate(Action<int> a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int IntAsBool([MarshalAs(UnmanagedType.Bool)] int a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int BoolAsInt([MarshalAs(UnmanagedType.I4)] bool a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int StructPointer([MarshalAs(UnmanagedType.LPStruct)] Generic<int> a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int TypeObject(Type a);
    [DllImport(Lib, EntryPoint = Name)] public static extern int FineDelegate(Delegate a);
}

static class Program
{
    static void Try(string label, Func<int> call)
    {
        try { T.P(label, call()); }
        catch (MarshalDirectiveException e) { T.P(label, "MarshalDirectiveException" + (e.Message.Contains("parameter #") ? e.Message.Substring(e.Message.IndexOf('#'), 2) : e.Message.Contains("return value") ? " result" : "")); }
        catch (TypeLoadException e) { T.P(label, "TypeLoadException " + e.Message.Contains("'a'")); }
    }

    public static void Main()
    {
        Try("object", () => Native.Object(null));
        Try("unknown", () => Native.Unknown(null));
        Try("dispatch", () => Native.Dispatch(null));
        Try("interface", () => Native.Interface(null));
        Try("class", () => Native.Class(1, null));
        Try("by reference", () => { string s = "x"; return Native.ByRefText(ref s); });
        Try("variant bool", () => Native.VariantBool(true));
        Try("auto", () => Native.AutoLayout(default));
        Try("nullable", () => Native.Nullable(1));
        Try("generic", () => Native.GenericFlag(default));
        Try("abstract", () => { SafeHandle h = null; return Native.AbstractRef(ref h); });
        Try("abstract result", () => Native.AbstractResult(1) == null ? 0 : 1);
        Try("array result", () => Native.ArrayResult(1).Length);
        Try("ref result", () => Native.RefResult(1));
        Try("delegates", () => Native.Delegates(null));
        Try("jagged", () => Native.Jagged(null));
        Try("safe array", () => Native.SafeArray(null));
        Try("generic delegate", () => Native.GenericDelegate(null));
        Try("int as bool", () => Native.IntAsBool(1));
        Try("bool as int", () => Native.BoolAsInt(true));
        Try("struct pointer", () => Native.StructPointer(default));
        Try("type", () => Native.TypeObject(null));
        Try("any delegate", () => Native.FineDelegate(null));
        try { Native.BadField(default); }
        catch (TypeLoadException) { T.P("field", "TypeLoadException"); }
    }
}
