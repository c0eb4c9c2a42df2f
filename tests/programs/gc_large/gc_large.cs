// Large objects, medium ones and pinned ones: contents, zeroing, addresses.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace gc_large;

struct Pair { public object Reference; public long Number; }

static unsafe class Program
{
    static uint seed = 777;
    static int Next(int n) { seed = seed * 1664525 + 1013904223; return (int)((seed >> 8) % (uint)n); }

    static bool IsZero(byte[] a) { foreach (byte b in a) if (b != 0) return false; return true; }
    static void Fill(byte[] a, int tag) { for (int i = 0; i < a.Length; i++) a[i] = (byte)(tag + i * 7); }
    static bool Check(byte[] a, int tag) { for (int i = 0; i < a.Length; i++) if (a[i] != (byte)(tag + i * 7)) return false; return true; }

    internal static void Main()
    {
        // Sizes around every limit of a heap of blocks and lines: always zeroed, also where dead objects lay.
        bool zero = true, intact = true;
        int[] sizes = { 0, 1, 7, 8, 100, 127, 128, 129, 255, 256, 1000, 4000, 8167, 8168, 8176, 8184, 8192, 16000, 32700, 32735, 32744, 32752, 32760, 32768, 33000, 65536, 85000, 100000, 300000 };
        var held = new Dictionary<int, byte[]>();
        for (int round = 0; round < 12; round++)
        {
            for (int i = 0; i < sizes.Length; i++)
            {
                int key = Next(60);
                if (held.TryGetValue(key, out byte[] old)) intact &= Check(old, key);
                var fresh = new byte[sizes[i]];
                zero &= IsZero(fresh);
                Fill(fresh, key);
                held[key] = fresh;
            }
            if (round % 3 == 0) GC.Collect(2, GCCollectionMode.Forced, true, true);
        }
        foreach (KeyValuePair<int, byte[]> e in held) intact &= Check(e.Value, e.Key);
        T.P("zeroed", zero);
        T.P("intact", intact);

        // Large arrays with references in them: of objects, of structs, arrays of arrays.
        var objects = new object[200000];
        for (int i = 0; i < objects.Length; i += 3) objects[i] = i;
        var pairs = new Pair[50000];
        for (int i = 0; i < pairs.Length; i++) pairs[i] = new Pair { Reference = i % 5 == 0 ? "s" + i : null, Number = i };
        var rows = new int[300][];
        for (int i = 0; i < rows.Length; i++) { rows[i] = new int[3000]; rows[i][i * 9] = i; }
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 20; i++) (new object[20000 + Next(20000)]).AsSpan().Fill(objects);
            GC.Collect(2, GCCollectionMode.Forced, true, true);
        }
        intact = true;
        for (int i = 0; i < objects.Length; i++) intact &= i % 3 == 0 ? (int)objects[i] == i : objects[i] == null;
        for (int i = 0; i < pairs.Length; i++) intact &= pairs[i].Number == i && (i % 5 == 0 ? (string)pairs[i].Reference == "s" + i : pairs[i].Reference == null);
        for (int i = 0; i < rows.Length; i++) intact &= rows[i][i * 9] == i;
        T.P("references in large arrays", intact);

        // Interior references keep large arrays: a span far inside, the array forgotten.
        Span<byte> tail = Tail();
        for (int i = 0; i < 10; i++) { byte[] g = new byte[500000]; g[3] = 1; GC.Collect(); }
        bool ones = true;
        foreach (byte b in tail) ones &= b == 0x5A;
        T.P("span into a large array", ones && tail.Length == 100);

        // The pinned heap: addresses stay, contents too.
        var pinned = new List<byte[]>();
        var at = new List<nint>();
        for (int i = 0; i < 200; i++)
        {
            byte[] p = GC.AllocateArray<byte>(50 + i * 20, pinned: true);
            zero &= IsZero(p);
            Fill(p, i);
            if (i % 2 == 0) { pinned.Add(p); at.Add((nint)Unsafe.AsPointer(ref p[0])); }
        }
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 2000; i++) (new byte[Next(3000)]).AsSpan().Fill(1);
            GC.Collect(2, GCCollectionMode.Forced, true, true);
        }
        intact = true;
        for (int i = 0; i < pinned.Count; i++)
            intact &= (nint)Unsafe.AsPointer(ref pinned[i][0]) == at[i] && Check(pinned[i], i * 2);
        T.P("pinned arrays", intact && zero);
        Pair[] pinnedPairs = GC.AllocateArray<Pair>(100, pinned: true);
        for (int i = 0; i < 100; i++) pinnedPairs[i].Reference = "p" + i;
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        intact = true;
        for (int i = 0; i < 100; i++) intact &= (string)pinnedPairs[i].Reference == "p" + i;
        T.P("references in a pinned array", intact);
        T.P("empty pinned", GC.AllocateArray<long>(0, true).Length + GC.AllocateUninitializedArray<long>(0).Length);
        byte[] raw = GC.AllocateUninitializedArray<byte>(100000);
        Fill(raw, 3);
        T.P("uninitialized", Check(raw, 3));
        T.P("negative", T.Throws(() => GC.AllocateArray<byte>(T.Opaque(-1))));
        T.P("negative", T.Throws(() => GC.AllocateUninitializedArray<byte>(T.Opaque(-1), true)));
        T.P("too large", T.Throws(() => { object o = new long[T.Opaque(int.MaxValue)]; GC.KeepAlive(o); }));
        T.P("string", new string('q', 200000).LastIndexOf('q'));

        // Far more than fits at once.
        long total = 0;
        for (int i = 0; i < 600; i++) { var big = new byte[1 << 20]; big[i] = 1; total += big.Length; }
        T.P("total", total);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Span<byte> Tail()
    {
        var big = new byte[400000];
        big.AsSpan(399900).Fill(0x5A);
        return big.AsSpan(399900);
    }
}
