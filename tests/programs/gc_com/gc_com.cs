// ComWrappers: a managed object lives while native code has counted references to it, and no longer. The collector asks managed
// code about each wrapper while all threads stand still.
using System;
using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace gc_com;

class Thing { public int Id; public byte[] Data = new byte[30]; }

unsafe class Wrappers : ComWrappers
{
    static ComInterfaceEntry* entries;

    protected override ComInterfaceEntry* ComputeVtables(object obj, CreateComInterfaceFlags flags, out int count)
    {
        if (entries == null)
        {
            GetIUnknownImpl(out nint query, out nint add, out nint release);
            nint* vtable = (nint*)NativeMemory.Alloc(4 * (nuint)sizeof(nint));
            vtable[0] = query;
            vtable[1] = add;
            vtable[2] = release;
            vtable[3] = (nint)(delegate* unmanaged<nint, int>)&IdOf;
            entries = (ComInterfaceEntry*)NativeMemory.Alloc((nuint)sizeof(ComInterfaceEntry));
            entries[0].IID = new Guid("00000000-0000-0000-C000-000000000046");
            entries[0].Vtable = (nint)vtable;
        }
        count = 1;
        return entries;
    }

    [UnmanagedCallersOnly]
    static int IdOf(nint self) => ComInterfaceDispatch.GetInstance<Thing>((ComInterfaceDispatch*)self).Id;

    protected override object CreateObject(nint external, CreateObjectFlags flags) => null;
    protected override void ReleaseObjects(IEnumerable objects) { }
}

static unsafe class Program
{
    const int Count = 60;
    static readonly Wrappers wrappers = new Wrappers();
    static readonly nint[] native = new nint[Count];
    static readonly WeakReference[] weak = new WeakReference[Count];

    static uint Add(nint p) => ((delegate* unmanaged<nint, uint>)(*(nint**)p)[1])(p);
    static uint Release(nint p) => ((delegate* unmanaged<nint, uint>)(*(nint**)p)[2])(p);
    static int Id(nint p) => ((delegate* unmanaged<nint, int>)(*(nint**)p)[3])(p);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int depth, Action make)
    {
        Span<int> frame = stackalloc int[8];
        frame[depth & 7] = depth;
        if (depth == 0) { if (make != null) make(); return 0; }
        return Deep(depth - 1, make) + frame[depth & 7] - depth;
    }

    static void Run(Action make) { Deep(40, make); Deep(80, null); }

    static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Forced, true, true);
            GC.WaitForPendingFinalizers();
        }
    }

    static int Alive() { int n = 0; foreach (WeakReference w in weak) if (w.IsAlive) n++; return n; }

    internal static void Main()
    {
        Run(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                var t = new Thing { Id = i * 3 };
                weak[i] = new WeakReference(t);
                native[i] = wrappers.GetOrCreateComInterfaceForObject(t, CreateComInterfaceFlags.CallerDefinedIUnknown);
            }
        });
        Collect();
        T.P("alive", Alive());
        bool right = true;
        for (int i = 0; i < Count; i++) right &= Id(native[i]) == i * 3;
        T.P("calls", right);
        T.P("add", Add(native[0]));
        T.P("release", Release(native[0]));
        Run(() => { for (int i = 0; i < Count; i++) right &= wrappers.GetOrCreateComInterfaceForObject(weak[i].Target, CreateComInterfaceFlags.CallerDefinedIUnknown) == native[i]; });
        T.P("the same again", right);
        for (int i = 0; i < Count; i++) Release(native[i]);
        Run(() =>
        {
            for (int i = 0; i < Count; i += 2) { Release(native[i]); native[i] = 0; }
        });
        Collect();
        int alive = Alive();
        T.P("half is alive", alive >= Count / 2 && alive < Count / 2 + 10);
        for (int i = 1; i < Count; i += 2) right &= Id(native[i]) == i * 3 && weak[i].IsAlive;
        T.P("the right half", right);
        Run(() => { for (int i = 1; i < Count; i += 2) Release(native[i]); });
        Collect();
        T.P("few are alive", Alive() < 10);
    }
}
