// A heap of 48 MiB (file env) that is filled again and again to the last byte with objects of all sizes. Whatever could be allocated
// must be intact afterwards, and when it is dropped everything works on.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace gc_oom;

class Link { public Link Next; public long Tag; public byte[] Data; }

static class Program
{
    static uint seed = 99;
    static int Next(int n) { seed = seed * 1664525 + 1013904223; return (int)((seed >> 8) % (uint)n); }

    static int SizeOf(int kind) => kind switch { 0 => Next(100), 1 => Next(3000), 2 => 8000 + Next(20000), 3 => 30000 + Next(500000), _ => 1000000 };

    // A list that grows until memory ends; gives its length. Each link knows what it must hold.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool Fill(int kind, out int links)
    {
        Link head = null;
        int count = 0;
        bool thrown = false;
        try
        {
            while (count < 3000000)
            {
                var l = new Link { Next = head, Tag = count };
                byte[] data = new byte[SizeOf(kind)];
                if (data.Length > 0) data[data.Length - 1] = (byte)count;
                l.Data = data;
                head = l;
                count++;
            }
        }
        catch (OutOfMemoryException) { thrown = true; }
        bool right = thrown;
        int n = count;
        for (Link l = head; l != null; l = l.Next)
        {
            n--;
            right &= l.Tag == n && (l.Data.Length == 0 || l.Data[l.Data.Length - 1] == (byte)n);
        }
        links = count;
        return right && n == 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int depth, Action make)
    {
        Span<int> frame = stackalloc int[8];
        frame[depth & 7] = depth;
        if (depth == 0) { if (make != null) make(); return 0; }
        return Deep(depth - 1, make) + frame[depth & 7] - depth;
    }

    internal static void Main()
    {
        for (int round = 0; round < 2; round++)
        {
            for (int kind = 0; kind < 5; kind++)
            {
                bool right = false;
                int links = 0;
                Deep(30, () => right = Fill(kind, out links));
                Deep(60, null);
                T.P("filled", right && links > 2);
            }
        }
        T.P("one too large", T.Throws(() => GC.KeepAlive(new byte[T.Opaque(100 << 20)])));
        T.P("pinned too large", T.Throws(() => GC.KeepAlive(GC.AllocateArray<byte>(T.Opaque(100 << 20), true))));
        T.P("string too large", T.Throws(() => GC.KeepAlive(new string('a', T.Opaque(60 << 20)))));

        // Out of memory in the middle of something of the class library's.
        bool done = false;
        Deep(30, () => done = FillList());
        Deep(60, null);
        T.P("list", done);
        Deep(30, () => done = FillMap());
        Deep(60, null);
        T.P("dictionary", done);
        GC.Collect();
        Deep(30, () => { var after = new byte[10 << 20]; after[5 << 20] = 1; T.P("and on", after.Length); });
        T.P("used", GC.GetTotalMemory(true) < 48 << 20);
    }

    // Prints nothing: there is no memory for a text either.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool FillList()
    {
        var list = new List<long>();
        bool thrown = false;
        try { while (true) list.Add(list.Count); }
        catch (OutOfMemoryException) { thrown = true; }
        bool whole = true;
        for (int i = 0; i < list.Count; i++) whole &= list[i] == i;
        return thrown && whole && list.Count > 1000;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool FillMap()
    {
        var map = new Dictionary<int, string>();
        bool thrown = false;
        try { for (int i = 0; ; i++) map.Add(i, new string('x', 1000)); }
        catch (OutOfMemoryException) { thrown = true; }
        bool whole = true;
        foreach (KeyValuePair<int, string> e in map) whole &= e.Value.Length == 1000;
        return thrown && whole && map.Count > 1000;
    }
}
