// Handles that keep their owners alive, error numbers with every shape of call, HRESULT results, names of entry points,
// custom marshalers.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace interop_handles;

sealed class Handle : SafeHandle
{
    public Handle() : base(IntPtr.Zero, true) { }
    public Handle(IntPtr h) : base(IntPtr.Zero, true) { SetHandle(h); }
    public override bool IsInvalid => handle == IntPtr.Zero;
    public int Value => (int)handle;
    protected override bool ReleaseHandle() { Native.types_handle_close(handle); return true; }
}
sealed class Critical : CriticalHandle
{
    public Critical() : base(IntPtr.Zero) { }
    public Critical(IntPtr h) : base(IntPtr.Zero) { SetHandle(h); }
    public override bool IsInvalid => handle == IntPtr.Zero;
    public int Value => (int)handle;
    protected override bool ReleaseHandle() { Native.types_handle_close(handle); return true; }
}

[StructLayout(LayoutKind.Sequential)] struct WithHandle { public int A; public Handle H; public string Name; }

sealed class Number { public int Value; }
class NumberMarshaler : ICustomMarshaler
{
    public static List<string> Log = new List<string>();
    readonly string cookie;
    NumberMarshaler(string c) { cookie = c; }
    public static ICustomMarshaler GetInstance(string cookie) { Log.Add("new " + cookie); return new NumberMarshaler(cookie); }
    public unsafe IntPtr MarshalManagedToNative(object o)
    {
        int* p = (int*)Marshal.AllocCoTaskMem(8);
        Log.Add(cookie + " to native");
        p[0] = ((Number)o).Value;
        p[1] = 0;
        return (IntPtr)p;
    }
    public unsafe object MarshalNativeToManaged(IntPtr p) { Log.Add(cookie + " to managed"); return new Number { Value = *(int*)p }; }
    public void CleanUpNativeData(IntPtr p) { Log.Add(cookie + " cleanup"); Marshal.FreeCoTaskMem(p); }
    public void CleanUpManagedData(object o) => Log.Add(cookie + " cleanup managed");
    public int GetNativeDataSize() => 4;
}

static unsafe class Native
{
    const string Lib = "corert_interop_types";
    [DllImport(Lib)] public static extern Handle types_handle_open(int number);
    [DllImport(Lib, EntryPoint = "types_handle_open")] public static extern Critical CriticalOpen(int number);
    [DllImport(Lib)] public static extern void types_handle_close(IntPtr h);
    [DllImport(Lib)] public static extern int types_handle_count();
    [DllImport(Lib)] public static extern int types_handle_use(Handle h);
    [DllImport(Lib, EntryPoint = "types_handle_use")] public static extern int UseAbstract(SafeHandle h);
    [DllImport(Lib, EntryPoint = "types_handle_use")] public static extern int CriticalUse(Critical h);
    [DllImport(Lib, EntryPoint = "types_handle_use")] public static extern int RefUse(HandleRef h);
    [DllImport(Lib)] public static extern void types_handle_out(out Handle h, int number);
    [DllImport(Lib)] public static extern void types_handle_swap(ref Handle h, int change);
    [DllImport(Lib)] public static extern int types_handle_peek(in Handle h);
    [DllImport(Lib, EntryPoint = "types_handle_out")] public static extern void CriticalOut(out Critical h, int number);

    [DllImport(Lib)] public static extern int types_handle_in_struct(WithHandle w);
    [DllImport(Lib)] public static extern void types_handle_in_struct_at(ref WithHandle w, IntPtr change);

    [DllImport(Lib, SetLastError = true)] public static extern int types_set_errno(int value);
    [DllImport(Lib, EntryPoint = "types_set_errno")] public static extern int SetQuietly(int value);
    [DllImport(Lib, SetLastError = true)] public static extern string types_set_errno_text(string text, int value);
    [DllImport(Lib, EntryPoint = "types_set_errno", SetLastError = true)] [SuppressGCTransition] public static extern int SetFast(int value);
    [DllImport(Lib, EntryPoint = "types_handle_use")] [SuppressGCTransition] public static extern int UseFast(IntPtr h);

    [DllImport(Lib, PreserveSig = false)] public static extern int types_hresult(int hr, int value);
    [DllImport(Lib, PreserveSig = false)] public static extern string types_hresult_text(int hr);
    [DllImport(Lib, PreserveSig = false)] public static extern void types_hresult_void(int hr);
    [DllImport(Lib, EntryPoint = "types_hresult")] public static extern int HResult(int hr, int value, out int result);

    [DllImport(Lib)] public static extern int types_suffix();
    [DllImport(Lib, CharSet = CharSet.Unicode)] public static extern int types_suffixW();
    [DllImport(Lib, EntryPoint = "types_suffix", CharSet = CharSet.Unicode, ExactSpelling = true)] public static extern int Exact();
    [DllImport(Lib, EntryPoint = "types_suffi", CharSet = CharSet.Ansi)] public static extern int Missing();
    [DllImport("corert_no_such_library")] public static extern int Nothing();
    [DllImport("lib" + Lib + ".so", EntryPoint = "types_suffixA", CallingConvention = CallingConvention.Cdecl)] public static extern int FullName();

    [DllImport(Lib, EntryPoint = "types_guid_at")] public static extern int ReadNumber([MarshalAs(UnmanagedType.CustomMarshaler, MarshalTypeRef = typeof(NumberMarshaler), MarshalCookie = "in")] Number n);
    [DllImport(Lib, EntryPoint = "types_derived_make")] [return: MarshalAs(UnmanagedType.CustomMarshaler, MarshalTypeRef = typeof(NumberMarshaler), MarshalCookie = "back")] public static extern Number MakeNumber(int wanted);
}

static class Program
{
    static void Handles()
    {
        Handle h = Native.types_handle_open(21);
        T.P("opened", h.Value + " " + Native.types_handle_count());
        T.P("use", Native.types_handle_use(h) + " " + Native.UseAbstract(h));
        T.P("in", Native.types_handle_peek(in h));
        Native.types_handle_out(out Handle o, 5);
        T.P("out", o.Value + " " + Native.types_handle_count());
        Handle before = o;
        Native.types_handle_swap(ref o, 0);
        T.P("kept", ReferenceEquals(before, o));
        Native.types_handle_swap(ref o, 6);
        T.P("swapped", o.Value + " " + ReferenceEquals(before, o) + " " + Native.types_handle_count());
        before.SetHandleAsInvalid();
        o.Dispose();
        h.Dispose();
        T.P("closed", Native.types_handle_count());
        T.P("disposed", T.Throws(() => Native.types_handle_use(h)) != 0); // without reflection not an ObjectDisposedException, which names the type
        T.P("null", T.Throws(() => Native.types_handle_use(null)));
        Handle none = null;
        T.P("ref null", T.Throws(() => Native.types_handle_swap(ref none, 1)));
        Critical c = Native.CriticalOpen(31);
        T.P("critical", c.Value + " " + Native.CriticalUse(c));
        Native.CriticalOut(out Critical d, 32);
        T.P("critical out", d.Value);
        c.Dispose();
        d.Dispose();
        T.P("count", Native.types_handle_count());
        T.P("handle ref", Native.RefUse(new HandleRef(h, 8)));
    }

    static void Fields()
    {
        Handle h = Native.types_handle_open(41);
        WithHandle w = new WithHandle { A = 1, H = h, Name = "abc" };
        T.P("field", Native.types_handle_in_struct(w));
        Native.types_handle_in_struct_at(ref w, 0);
        T.P("field kept", w.A + " " + ReferenceEquals(w.H, h));
        T.P("field changed", T.Throws(() => Native.types_handle_in_struct_at(ref w, 7)));
        IntPtr p = Marshal.AllocHGlobal(64);
        T.P("outside a call", T.Throws(() => Marshal.StructureToPtr(w, p, false)));
        Marshal.FreeHGlobal(p);
        h.Dispose();
        T.P("closed", Native.types_handle_count() + " " + (T.Throws(() => Native.types_handle_in_struct(w)) != 0));
    }

    static void Errors()
    {
        // writing to the console sets the error number too
        int r = Native.types_set_errno(7);
        int error = Marshal.GetLastPInvokeError(), win32 = Marshal.GetLastWin32Error();
        int quiet = Native.SetQuietly(9), kept = Marshal.GetLastPInvokeError();
        T.P("error", r + " " + error + " " + win32 + " " + quiet + " " + kept);
        string text = Native.types_set_errno_text("t\u00e9", 11);
        error = Marshal.GetLastPInvokeError();
        T.P("text", text + " " + error);
        T.P("fast", Native.SetFast(13) + " " + Marshal.GetLastPInvokeError() + " " + Native.UseFast(4));
        Marshal.SetLastPInvokeError(3);
        T.P("set", Marshal.GetLastPInvokeError());
        T.P("ok", Native.types_set_errno(0) + " " + Marshal.GetLastPInvokeError());
    }

    static void Results()
    {
        T.P("fine", Native.types_hresult(0, 21));
        T.P("also", Native.types_hresult(1, 22));
        T.P("text", Native.types_hresult_text(0));
        Native.types_hresult_void(0);
        T.P("memory", T.Throws(() => Native.types_hresult(unchecked((int)0x8007000E), 1)));
        T.P("argument", T.Throws(() => Native.types_hresult_void(unchecked((int)0x80070057))));
        T.P("text fails", T.Throws(() => Native.types_hresult_text(unchecked((int)0x80004001))));
        try { Native.types_hresult_void(unchecked((int)0x80041234)); }
        catch (COMException e) { T.P("other", T.Hex((uint)e.HResult, 8)); }
        T.P("plain", Native.HResult(-5, 4, out int r) + " " + r);
    }

    static void Names()
    {
        T.P("names", Native.types_suffix() + " " + Native.types_suffixW() + " " + Native.Exact() + " " + Native.FullName());
        try { Native.Missing(); }
        catch (EntryPointNotFoundException e) { T.P("missing", e.Message.Contains("types_suffi")); }
        try { Native.Nothing(); }
        catch (DllNotFoundException e) { T.P("no library", e.Message.Contains("corert_no_such_library")); }
    }

    static void Custom()
    {
        T.P("read", Native.ReadNumber(new Number { Value = 77 }));
        T.P("read", Native.ReadNumber(new Number { Value = 78 }));
        T.P("none", Native.MakeNumber(0) == null);
        T.P("log", T.Join(NumberMarshaler.Log));
    }

    public static void Main()
    {
        Handles();
        Fields();
        Errors();
        Results();
        Names();
        Custom();
    }
}
