// Many objects of all shapes kept alive through every kind of reference while garbage is made and collections are forced: arrays of
// structs with references, closures, boxed values, interior references, strings, big arrays, deep lists.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace gc_graph;

class Node { public Node Left, Right; public int V; public string S; public object Box; }
struct Cell { public int A; public string S; public Node N; public (object, long) T; }
class Wide { public object A, B; public long C; public object D; public double E; public object F, G, H; public int I; public string J; }
sealed class Final { public static int Made; public byte[] Pad = new byte[50]; public Final() => Made++; }

static class Program
{
    static uint seed = 12345; static int Next(int n) { seed = seed * 1664525 + 1013904223; return (int)(seed >> 8) % n; } static Node root;
    static Cell[] cells; static readonly Dictionary<int, List<string>> map = new(); static object[] boxes; static string[] strings;
    [ThreadStatic] static Node local; static Wide[] wides;
    static Node Build(int depth, int id) => depth == 0 ? null : new Node { V = id, S = "n" + id, Box = id, Left = Build(depth - 1, id * 2),
        Right = Build(depth - 1, id * 2 + 1) };
    static long Check(Node n)
    {
        if (n == null) return 1; if (n.S.Length < 2 || (int)n.Box != n.V) throw new InvalidOperationException("broken " + n.V);
        return (n.V + Check(n.Left) * 3 + Check(n.Right) * 5) % 1000000007;
    }
    static void Garbage(int n)
    {
        object keep = null;
        for (int i = 0; i < n; i++)
        {
            switch (i % 6)
            {
                case 0: keep = new byte[Next(500)]; break; case 1: keep = new Node { V = i }; break; case 2: keep = "g" + i; break;
                case 3: keep = new object[Next(20)]; break; case 4: keep = new List<int> { i }; break; default: keep = (i, keep); break;
            }
        }
        GC.KeepAlive(keep);
    }
    [MethodImpl(MethodImplOptions.NoInlining)] static ref int Interior(int n) { var a = new int[n]; a[n / 2] = n; return ref a[n / 2]; }
    [MethodImpl(MethodImplOptions.NoInlining)] static Span<string> Slice(int n)
    {
        var a = new string[n]; for (int i = 0; i < n; i++) a[i] = "s" + i; return a.AsSpan(n / 2);
    }
    static Func<int> Closure(int k)
    {
        var data = new int[k]; for (int i = 0; i < k; i++) data[i] = i; string tag = "t" + k;
        return () => { int t = tag.Length; foreach (int x in data) t += x; return t; };
    }
    static int Churn(int depth)
    {
        var a = new Node { V = depth, Box = depth }; var s = "d" + depth; if (depth % 50 == 0) { Garbage(300); GC.Collect(); }
        int r = depth == 0 ? 0 : Churn(depth - 1); return r + a.V + (int)a.Box + s.Length;
    }

    internal static void Main()
    {
        root = Build(14, 1); local = Build(8, 1); cells = new Cell[2000]; boxes = new object[3000]; strings = new string[5000]; wides = new Wide[300];
        var funcs = new List<Func<int>>(); var lists = new LinkedList<string>();
        for (int i = 0; i < cells.Length; i++) cells[i] = new Cell { A = i, S = "c" + i, N = new Node { V = -i, S = "x" + i }, T = (i * 2, i) };
        for (int i = 0; i < boxes.Length; i++) boxes[i] = i % 4 == 0 ? i : i % 4 == 1 ? (object)(double)i : i % 4 == 2 ? (i, "b" + i) : new[] { i };
        for (int i = 0; i < strings.Length; i++) strings[i] = new string((char)('a' + i % 26), i % 40);
        for (int i = 0; i < 500; i++)
        {
            if (!map.TryGetValue(i % 37, out var l)) map[i % 37] = l = new(); l.Add("m" + i); funcs.Add(Closure(i % 50)); lists.AddLast("l" + i);
        }
        for (int i = 0; i < wides.Length; i++) wides[i] = new Wide { A = i, B = "b", C = i, D = new int[3], E = i / 2.0, F = (object)'f', G = null,
            H = new Final(), I = i, J = "j" + i };
        long c0 = Check(root), c1 = Check(local);
        ref int interior = ref Interior(1001); Span<string> slice = Slice(100); var pinned = GCHandle.Alloc(new byte[64], GCHandleType.Pinned);
        Marshal.WriteByte(pinned.AddrOfPinnedObject(), 5, 99); var weakTarget = new Node { V = 321 }; var weak = new WeakReference<Node>(weakTarget);
        var strong = GCHandle.Alloc(new Node { V = 55 }); Span<Cell> sc = cells.AsSpan(500, 10);
        for (int round = 0; round < 25; round++)
        {
            Garbage(20000); if (round % 5 == 0) GC.Collect(); if (round % 7 == 3) GC.Collect(0);
            for (int k = 0; k < 200; k++)
            {
                int i = Next(cells.Length); cells[i] = new Cell { A = i, S = "c" + i, N = new Node { V = -i, S = "x" + i }, T = (i * 2, i) };
                int j = Next(boxes.Length); boxes[j] = boxes[j]; var n = root;
                while (n.Left != null && Next(4) != 0) n = Next(2) == 0 ? n.Left : n.Right ?? n.Left; n.S = "n" + n.V; n.Box = n.V;
                if (n.Left != null) { var t = Build(3, n.Left.V); t.Left.Left = n.Left.Left?.Left ?? t.Left.Left; n.Left.S = "n" + n.Left.V; }
            }
            if (Check(root) != c0 || Check(local) != c1) { T.P("tree broken", round); break; } var big = new object[200000]; big[199999] = round;
            big[5] = "five"; if (round == 24) { GC.Collect(); T.P("big " + big[199999] + big[5]); }
        }
        T.P("tree " + c0 + " " + c1); int bad = 0;
        for (int i = 0; i < cells.Length; i++) if (cells[i].A != i || cells[i].S != "c" + i || cells[i].N.V != -i || cells[i].N.S != "x"
            + i || (int)cells[i].T.Item1 != i * 2) bad++;
        for (int i = 0; i < boxes.Length; i++)
        {
            object b = boxes[i];
            bool ok = i % 4 == 0 ? (int)b == i : i % 4 == 1 ? (double)b == i : i % 4 == 2 ? (((int, string))b).Item2 == "b" + i : ((int[])b)[0] == i;
            if (!ok) bad++;
        }
        for (int i = 0; i < strings.Length; i++) if (strings[i].Length != i % 40 || (i % 40 > 0
            && strings[i][i % 40 - 1] != (char)('a' + i % 26))) bad++;
        foreach (var w in wides) if ((int)w.A != w.I || w.C != w.I || (char)w.F != 'f' || w.J != "j"
            + w.I || ((int[])w.D).Length != 3 || ((Final)w.H).Pad.Length != 50) bad++;
        T.P("bad", bad); long fs = 0; foreach (var f in funcs) fs += f(); int ms = 0;
        foreach (var kv in map) foreach (string s in kv.Value) ms += s.Length;
        T.P("sums " + fs + " " + ms + " " + lists.Count + lists.Last.Value + Final.Made);
        T.P("interior " + interior + slice[49] + slice.Length + sc[9].S + Marshal.ReadByte(pinned.AddrOfPinnedObject(), 5)
            + (weak.TryGetTarget(out var wt) && wt.V == 321) + ((Node)strong.Target).V);
        pinned.Free(); strong.Free(); GC.KeepAlive(weakTarget); T.P("churn", Churn(400)); Node head = null;
        for (int i = 0; i < 300000; i++) head = new Node { Left = head, V = i }; GC.Collect(); int len = 0;
        for (var n = head; n != null; n = n.Left) len++; T.P("deep list", len); var jag = new int[200][][];
        for (int i = 0; i < 200; i++)
        {
            jag[i] = new int[20][]; for (int j = 0; j < 20; j++) jag[i][j] = new[] { i, j }; if (i % 50 == 0) GC.Collect();
        }
        long js = 0; foreach (var x in jag) foreach (var y in x) js += y[0] * y[1]; T.P("jagged", js); GC.AddMemoryPressure(1000);
        GC.RemoveMemoryPressure(1000); var arr = GC.AllocateUninitializedArray<byte>(5000); var parr = GC.AllocateArray<int>(100, true);
        T.P("alloc " + arr.Length + parr[99]);
    }
}
