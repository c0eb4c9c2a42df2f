// GCHandle of every kind, alone and in numbers, across moving collections.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace gc_handles;

class Node { public int Id; public Node Next; }
struct Mixed { public object O; public int I; }

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int depth, Action make)
    {
        Span<int> frame = stackalloc int[8];
        frame[depth & 7] = depth;
        if (depth == 0) { if (make != null) make(); return 0; }
        return Deep(depth - 1, make) + frame[depth & 7] - depth;
    }

    static void Run(Action make) { Deep(40, make); Deep(80, null); }

    static void Collect() => GC.Collect(2, GCCollectionMode.Forced, true, true);

    internal static unsafe void Main()
    {
        // Strong handles are all that keeps these objects.
        var strong = new GCHandle[500];
        var weak = new GCHandle[500];
        var track = new GCHandle[500];
        Run(() =>
        {
            for (int i = 0; i < strong.Length; i++)
            {
                var n = new Node { Id = i, Next = new Node { Id = i * 2 } };
                strong[i] = i % 2 == 0 ? GCHandle.Alloc(n) : default;
                weak[i] = GCHandle.Alloc(n, GCHandleType.Weak);
                track[i] = GCHandle.Alloc(n, GCHandleType.WeakTrackResurrection);
            }
        });
        Collect();
        Collect();
        bool right = true;
        int dead = 0;
        for (int i = 0; i < strong.Length; i++)
        {
            if (i % 2 == 0)
            {
                var n = (Node)strong[i].Target;
                right &= n.Id == i && n.Next.Id == i * 2 && ReferenceEquals(n, weak[i].Target) && ReferenceEquals(n, track[i].Target);
            }
            else if (weak[i].Target == null) { dead++; right &= track[i].Target == null; }
        }
        T.P("strong keep", right);
        T.P("weak do not", dead > 200);
        for (int i = 0; i < strong.Length; i++)
        {
            if (strong[i].IsAllocated) strong[i].Free();
            weak[i].Free();
            track[i].Free();
        }

        // Pinned objects stay where they are while all around them moves.
        var pins = new GCHandle[100];
        var at = new nint[100];
        Run(() =>
        {
            for (int i = 0; i < pins.Length; i++)
            {
                for (int k = 0; k < 30; k++) new Node();
                var data = new byte[64 + i];
                for (int k = 0; k < data.Length; k++) data[k] = (byte)(i + k);
                pins[i] = GCHandle.Alloc(data, GCHandleType.Pinned);
                at[i] = pins[i].AddrOfPinnedObject();
            }
        });
        Collect();
        Collect();
        right = true;
        for (int i = 0; i < pins.Length; i++)
        {
            right &= pins[i].AddrOfPinnedObject() == at[i];
            byte* p = (byte*)at[i];
            for (int k = 0; k < 64 + i; k++) right &= p[k] == (byte)(i + k);
            right &= ((byte[])pins[i].Target).Length == 64 + i;
        }
        T.P("pinned stay", right);
        for (int i = 0; i < pins.Length; i++) pins[i].Free();

        // Churn: slots are used again, values of live ones stay right.
        var churn = new GCHandle[3000];
        uint seed = 12345;
        int live = 0;
        for (int step = 0; step < 60000; step++)
        {
            seed = seed * 1664525 + 1013904223;
            int slot = (int)((seed >> 8) % (uint)churn.Length);
            if (churn[slot].IsAllocated)
            {
                if (((Node)churn[slot].Target).Id != slot) right = false;
                churn[slot].Free();
                live--;
            }
            else
            {
                churn[slot] = GCHandle.Alloc(new Node { Id = slot });
                live++;
            }
            if (step % 20000 == 0) Collect();
        }
        T.P("churn", right);
        for (int i = 0; i < churn.Length; i++) if (churn[i].IsAllocated) churn[i].Free();

        GCHandle h = GCHandle.Alloc("text");
        nint raw = GCHandle.ToIntPtr(h);
        T.P("round trip", (string)GCHandle.FromIntPtr(raw).Target);
        T.P("equal", h == GCHandle.FromIntPtr(raw) && h.Equals(GCHandle.FromIntPtr(raw)) && h.GetHashCode() == GCHandle.FromIntPtr(raw).GetHashCode());
        h.Target = new int[] { 5 };
        Collect();
        T.P("set", ((int[])h.Target)[0]);
        h.Target = null;
        T.P("null target", h.Target == null && h.IsAllocated);
        h.Free();
        T.P("freed", h.IsAllocated);
        T.P("free twice", T.Throws(() => h.Free()));
        T.P("target of none", T.Throws(() => { object o = h.Target; }));
        T.P("from zero", T.Throws(() => GCHandle.FromIntPtr(0)));
        T.P("not blittable", T.Throws(() => GCHandle.Alloc(new Mixed(), GCHandleType.Pinned)));
        T.P("not pinned", T.Throws(() => { GCHandle n = GCHandle.Alloc(new byte[1]); try { n.AddrOfPinnedObject(); } finally { n.Free(); } }));
        T.P("bad type", T.Throws(() => GCHandle.Alloc(new object(), (GCHandleType)9)));
        GCHandle none = GCHandle.Alloc(null, GCHandleType.Pinned);
        T.P("pinned null", none.AddrOfPinnedObject() == 0);
        none.Free();
        GCHandle s = GCHandle.Alloc("pinned text", GCHandleType.Pinned);
        T.P("pinned string", new string((char*)s.AddrOfPinnedObject()));
        s.Free();
        int boxed = 77;
        GCHandle b = GCHandle.Alloc((object)boxed, GCHandleType.Pinned);
        T.P("pinned box", *(int*)b.AddrOfPinnedObject());
        b.Free();
        fixed (byte* fixedAt = new byte[100])
        {
            for (int i = 0; i < 100; i++) fixedAt[i] = (byte)i;
            Run(() => { for (int i = 0; i < 10000; i++) new Node(); });
            Collect();
            int sum = 0;
            for (int i = 0; i < 100; i++) sum += fixedAt[i];
            T.P("fixed", sum);
        }
    }
}
