// NativeLibrary and lazy binding of P/Invokes: names with and without prefix and suffix, full paths, libraries and entry
// points that are missing, the program itself, binding from several threads at once.
using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace interop_native_library;

static class Program
{
    [DllImport("corert_interop_calls", EntryPoint = "calls_add")] static extern int Plain(int a, int b);
    [DllImport("libcorert_interop_calls", EntryPoint = "calls_add")] static extern int Prefixed(int a, int b);
    [DllImport("corert_interop_calls.so", EntryPoint = "calls_add")] static extern int Suffixed(int a, int b);
    [DllImport("libcorert_interop_calls.so", EntryPoint = "calls_add")] static extern int Full(int a, int b);
    [DllImport("corert_interop_calls", EntryPoint = "calls_add"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)] static extern int Searched(int a, int b);
    [DllImport("corert_interop_calls", EntryPoint = "calls_add", ExactSpelling = true, CharSet = CharSet.Unicode, CallingConvention = CallingConvention.StdCall)] static extern int Spelled(int a, int b);
    [DllImport("corert_no_such_library")] static extern int nothing(int a);
    [DllImport("corert_interop_calls")] static extern int calls_no_such_entry(int a);
    [DllImport("corert_interop_calls")] static extern int calls_errno(int a);
    [DllImport("corert_interop_calls", SetLastError = true, EntryPoint = "calls_errno")] static extern int Errno(int a);
    [DllImport("corert_interop_calls", EntryPoint = "calls_sum9")] static extern int Raced(int a, int b, int c, int d, int e, int f, int g, int h, int i);
    [DllImport("libc")] static extern int abs(int a);
    [DllImport("libc.so.6", EntryPoint = "labs")] static extern long Versioned(long a);

    static string FirstLine(string text) { int n = text.IndexOf('\n'); return n < 0 ? text : text.Substring(0, n); }

    // The one word in which NativeAOT's class library differs.
    static string Text(Exception e) => e.Message.Replace("shared library", "native library");

    static void Names()
    {
        T.P("plain", Plain(1, 2)); T.P("prefixed", Prefixed(3, 4)); T.P("suffixed", Suffixed(5, 6)); T.P("full", Full(7, 8));
        T.P("searched", Searched(9, 10)); T.P("spelled", Spelled(11, 12)); T.P("libc", abs(-5)); T.P("versioned", Versioned(-6));
    }

    static void Missing()
    {
        for (int i = 0; i < 2; i++)
        {
            try { nothing(1); } catch (DllNotFoundException e) { T.P("library", FirstLine(e.Message)); T.P("hresult", e.HResult); }
            try { calls_no_such_entry(1); } catch (EntryPointNotFoundException e) { T.P("entry", Text(e)); T.P("hresult", e.HResult); }
        }
        try { nothing(1); } catch (TypeLoadException) { T.P("as TypeLoadException"); }
    }

    static void Errors()
    {
        int r = Errno(44), error = Marshal.GetLastPInvokeError(); T.P("errno", r); T.P("last error", error);
        Errno(45); calls_errno(55); error = Marshal.GetLastPInvokeError(); T.P("kept error", error);
        Marshal.SetLastPInvokeError(66); error = Marshal.GetLastPInvokeError(); T.P("set error", error);
        Errno(46); Errno(0); error = Marshal.GetLastPInvokeError(); T.P("zero", error);
    }

    static void Libraries()
    {
        IntPtr h = NativeLibrary.Load("libcorert_interop_calls.so"); T.P("loaded", h != IntPtr.Zero);
        T.P("again", NativeLibrary.Load("libcorert_interop_calls.so") == h);
        IntPtr add = NativeLibrary.GetExport(h, "calls_add"); T.P("export", add != IntPtr.Zero);
        unsafe { T.P("called", ((delegate* unmanaged<int, int, int>)add)(20, 22)); }
        T.P("try export", NativeLibrary.TryGetExport(h, "calls_mix", out IntPtr mix) && mix != IntPtr.Zero);
        T.P("try missing", NativeLibrary.TryGetExport(h, "calls_none", out mix)); T.P("zero", mix == IntPtr.Zero);
        T.P("data", Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(NativeLibrary.GetExport(h, "calls_version_text"))));
        try { NativeLibrary.GetExport(h, "calls_none"); } catch (EntryPointNotFoundException e) { T.P("missing", Text(e)); }
        try { NativeLibrary.Load("libcorert_none.so"); } catch (DllNotFoundException e) { T.P("no library", FirstLine(e.Message)); }
        T.P("try none", NativeLibrary.TryLoad("libcorert_none.so", out IntPtr none)); T.P("none", none == IntPtr.Zero);
        T.P("try some", NativeLibrary.TryLoad("libcorert_interop_calls.so", out IntPtr some) && some == h);
        try { NativeLibrary.Load(null); } catch (ArgumentNullException e) { T.P("null", e.ParamName); }
        try { NativeLibrary.GetExport(IntPtr.Zero, "x"); } catch (ArgumentNullException e) { T.P("zero handle", e.ParamName); }
        try { NativeLibrary.GetExport(h, null); } catch (ArgumentNullException e) { T.P("null name", e.ParamName); }
        string bad = Path.Combine(Path.GetTempPath(), "corert_not_elf_" + Environment.ProcessId + ".so");
        File.WriteAllText(bad, "this is no library");
        T.P("not a library", NativeLibrary.TryLoad(bad, out none)); File.Delete(bad);
        NativeLibrary.Free(some); NativeLibrary.Free(h); NativeLibrary.Free(IntPtr.Zero); T.P("freed, still bound", Plain(1, 1));
        IntPtr main = NativeLibrary.GetMainProgramHandle(); T.P("main", main != IntPtr.Zero);
        T.P("main has malloc", NativeLibrary.TryGetExport(main, "malloc", out _)); T.P("main lacks", NativeLibrary.TryGetExport(main, "corert_no_such_symbol", out _));
    }

    static void Threads()
    {
        int wrong = 0; var start = new ManualResetEventSlim(); var threads = new Thread[4];
        for (int i = 0; i < threads.Length; i++)
            (threads[i] = new Thread(() => { start.Wait(); for (int k = 0; k < 1000; k++) if (Raced(1, 2, 3, 4, 5, 6, 7, 8, 9) != 285) Interlocked.Increment(ref wrong); })).Start();
        start.Set(); foreach (Thread t in threads) t.Join();
        T.P("raced, wrong", wrong);
    }

    public static void Main() { Names(); Missing(); Errors(); Libraries(); Threads(); }
}
