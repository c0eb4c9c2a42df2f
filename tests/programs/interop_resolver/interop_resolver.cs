// Assembly objects and DllImportResolver: who is asked for which library, with which search path, what its answers lead to,
// exceptions of it, a second one; NativeLibrary.Load with an assembly; names and identity of assemblies.
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Threading;

namespace interop_resolver;

struct Local { public int X; }

class Local<T> { public T X; }

enum Colour { Red }

static class Program
{
    [DllImport("corert_resolver_real", EntryPoint = "calls_add")] static extern int Real(int a, int b);
    [DllImport("corert_resolver_real", EntryPoint = "calls_sum9")] static extern int RealAgain(int a, int b, int c, int d, int e, int f, int g, int h, int i);
    [DllImport("corert_resolver_searched", EntryPoint = "calls_add"), DefaultDllImportSearchPaths(DllImportSearchPath.System32 | DllImportSearchPath.SafeDirectories)] static extern int Searched(int a, int b);
    [DllImport("corert_resolver_directory", EntryPoint = "calls_add"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)] static extern int Directory(int a, int b);
    [DllImport("corert_interop_calls", EntryPoint = "calls_add")] static extern int Declined(int a, int b);
    [DllImport("corert_resolver_missing", EntryPoint = "calls_add")] static extern int Missing(int a, int b);
    [DllImport("corert_resolver_throws", EntryPoint = "calls_add")] static extern int Throws(int a, int b);
    [DllImport("corert_resolver_wrong", EntryPoint = "calls_no_such_entry")] static extern int WrongEntry(int a);
    [DllImport("corert_resolver_event", EntryPoint = "calls_add")] static extern int ByEvent(int a, int b);
    [DllImport("corert_resolver_raced", EntryPoint = "calls_add")] static extern int Raced(int a, int b);

    static readonly List<string> asked = new();
    static IntPtr library;
    static bool fail = true;

    static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        lock (asked) asked.Add(name + " " + (assembly == typeof(Program).Assembly) + " " + (path.HasValue ? ((int)path.Value).ToString() : "none"));
        GC.Collect();
        switch (name)
        {
            case "corert_interop_calls": case "corert_resolver_missing": case "corert_resolver_event": return IntPtr.Zero;
            case "corert_resolver_throws": if (fail) throw new FormatException("not now"); break;
        }
        return library;
    }

    static void Asked() { foreach (string s in asked) T.P("asked", s); asked.Clear(); }

    static void Resolver()
    {
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), Resolve);
        T.P("real", Real(1, 2)); Asked();
        T.P("again", RealAgain(1, 2, 3, 4, 5, 6, 7, 8, 9)); T.P("bound", Real(3, 4)); asked.Clear(); // CoreCLR asks once a function, the module cell once a library
        T.P("searched", Searched(5, 6)); Asked();
        T.P("directory", Directory(7, 8)); Asked();
        T.P("declined", Declined(9, 10)); Asked();
        for (int i = 0; i < 2; i++)
            try { Missing(1, 2); } catch (DllNotFoundException e) { T.P("missing", e.Message.Contains("corert_resolver_missing")); Asked(); }
        for (int i = 0; i < 2; i++)
            try { Throws(1, 2); } catch (FormatException e) { T.P("thrown", e.Message); Asked(); }
        fail = false; T.P("then", Throws(3, 4)); Asked();
        try { WrongEntry(1); } catch (EntryPointNotFoundException e) { T.P("entry", e.Message.Contains("calls_no_such_entry") && e.Message.Contains("corert_resolver_wrong")); }
        asked.Clear();
        try { NativeLibrary.SetDllImportResolver(typeof(Program).Assembly, Resolve); } catch (InvalidOperationException e) { T.P("second", e.Message); }
        try { NativeLibrary.SetDllImportResolver(typeof(Local).Assembly, (n, a, p) => IntPtr.Zero); } catch (InvalidOperationException e) { T.P("third", e.HResult); }
        try { NativeLibrary.SetDllImportResolver(null, Resolve); } catch (ArgumentNullException e) { T.P("null", e.ParamName); }
        try { NativeLibrary.SetDllImportResolver(typeof(Program).Assembly, null); } catch (ArgumentNullException e) { T.P("null", e.ParamName); }
        NativeLibrary.SetDllImportResolver(typeof(object).Assembly, (n, a, p) => throw new FormatException("nobody asks")); T.P("other assembly", Real(5, 6));
    }

    static void Event()
    {
        Assembly seen = null; string name = null;
        Func<Assembly, string, IntPtr> handler = (a, n) => { seen = a; name = n; return library; };
        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(typeof(Program).Assembly);
        T.P("context", context != null); context.ResolvingUnmanagedDll += handler;
        T.P("by event", ByEvent(20, 22)); T.P("name", name); T.P("same", seen == typeof(Program).Assembly && ReferenceEquals(seen, Assembly.GetExecutingAssembly())); Asked();
        context.ResolvingUnmanagedDll -= handler;
    }

    static void Load()
    {
        Assembly own = typeof(Program).Assembly;
        foreach (DllImportSearchPath? path in new DllImportSearchPath?[] { null, DllImportSearchPath.AssemblyDirectory, DllImportSearchPath.SafeDirectories, 0 })
        {
            IntPtr h = NativeLibrary.Load("corert_interop_calls", own, path); T.P("loaded", h == library);
            T.P("try", NativeLibrary.TryLoad("libcorert_interop_calls", own, path, out h) && h == library);
            T.P("try none", NativeLibrary.TryLoad("corert_resolver_none", own, path, out h)); T.P("zero", h == IntPtr.Zero);
        }
        try { NativeLibrary.Load("corert_resolver_none", own, null); } catch (DllNotFoundException e) { T.P("none", e.Message.Contains("corert_resolver_none")); }
        try { NativeLibrary.Load("x", null, null); } catch (ArgumentNullException e) { T.P("null", e.ParamName); }
        T.P("resolver not asked", asked.Count);
    }

    static void Threads()
    {
        int wrong = 0; var start = new ManualResetEventSlim(); var threads = new Thread[4];
        for (int i = 0; i < threads.Length; i++)
            (threads[i] = new Thread(() => { start.Wait(); for (int k = 0; k < 500; k++) if (Raced(k, 1) != k + 1 || typeof(Local).Assembly != Assembly.GetExecutingAssembly()) Interlocked.Increment(ref wrong); })).Start();
        start.Set(); foreach (Thread t in threads) t.Join();
        T.P("raced, wrong", wrong); T.P("asked at all", asked.Count > 0 && asked[0] == "corert_resolver_raced True none");
    }

    static Assembly Of<U>() => typeof(U).Assembly;

    static void Identity()
    {
        Assembly own = typeof(Program).Assembly, core = typeof(object).Assembly; object anonymous = new { A = 1 }; Action lambda = () => { };
        T.P("executing", ReferenceEquals(own, Assembly.GetExecutingAssembly())); Assembly entry = Assembly.GetEntryAssembly(); T.P("entry", ReferenceEquals(own, entry) || entry.GetName().Name == "oracle"); // scripts/record.sh
        T.P("of type", ReferenceEquals(own, Assembly.GetAssembly(typeof(Local)))); T.P("equal", own == Assembly.GetExecutingAssembly() && own.Equals((object)Of<Colour>()) && own != core && !own.Equals(null) && !own.Equals((object)core));
        T.P("hash", own.GetHashCode() == Assembly.GetExecutingAssembly().GetHashCode());
        T.P("own types", Of<Local>() == own && Of<Local<int>>() == own && Of<Local<string>>() == own && typeof(Local<>).Assembly == own && Of<Local[]>() == own && Of<Local[,]>() == own && typeof(Local*).Assembly == own && anonymous.GetType().Assembly == own);
        T.P("core types", Of<int>() == core && Of<string>() == core && Of<string[]>() == core && Of<int?>() == core && Of<Local?>() == core && Of<List<Local>>() == core && Of<List<string>>() == core && typeof(List<>).Assembly == core && Of<Dictionary<Local, Colour>>() == core && lambda.GetType().Assembly == core);
        T.P("from objects", new Local<Local>().GetType().Assembly == own && new Local[0].GetType().Assembly == own && new object[0].GetType().Assembly == core && ((object)Colour.Red).GetType().Assembly == own && "".GetType().Assembly == core);
        Assembly linked = typeof(LinkedList<int>).Assembly, console = typeof(Console).Assembly; T.P("others", linked != own && linked != core && console != core && console != linked);
        foreach (Assembly a in new[] { core, linked, console })
        {
            AssemblyName n = a.GetName(); T.P("name", n.Name); T.P("full", a.FullName); T.P("text", a.ToString()); T.P("version", n.Version.ToString()); T.P("culture", n.CultureName); T.P("token", Convert.ToHexString(n.GetPublicKeyToken()));
            T.P("key", n.GetPublicKey().Length); T.P("flags", (int)n.Flags); T.P("name's full", n.FullName);
        }
        AssemblyName mine = own.GetName(); T.P("mine", own.FullName.Substring(own.FullName.IndexOf(','))); T.P("version", mine.Version.ToString()); T.P("culture", mine.CultureName + "."); T.P("same text", own.FullName == mine.FullName && own.ToString() == own.FullName && own.FullName.StartsWith(mine.Name + ", "));
        T.P("key", mine.GetPublicKey().Length + " " + mine.GetPublicKeyToken().Length); T.P("flags", (int)mine.Flags);
        T.P("collectible", own.IsCollectible); T.P("dynamic", own.IsDynamic); T.P("image", own.ImageRuntimeVersion);
        T.P("copies", !ReferenceEquals(own.GetName(), own.GetName())); T.P("framework", AppContext.TargetFrameworkName == null || AppContext.TargetFrameworkName.StartsWith(".NETCoreApp,Version=v")); T.P("friendly", AppDomain.CurrentDomain.FriendlyName.Length > 0);
        bool found = false; foreach (Assembly a in AppDomain.CurrentDomain.GetAssemblies()) found |= ReferenceEquals(a, own); T.P("loaded", found);
    }

    public static void Main() { library = NativeLibrary.Load("libcorert_interop_calls.so"); Identity(); Resolver(); Event(); Load(); Threads(); }
}
