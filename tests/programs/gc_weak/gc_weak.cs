// Weak references: short and long ones, their targets' life and death, reuse.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace gc_weak;

class Node { public int Id; public Node Next; public byte[] Data = new byte[40]; }

class Lazarus
{
    public static Lazarus Kept;
    public static List<bool> Seen = new List<bool>();
    public int Id = 9;
    public WeakReference Short, Long;
    public static WeakReference LastShort, LastLong;
    ~Lazarus() { Seen.Add(LastShort.Target == null); Seen.Add(LastLong.Target == this); Kept = this; }
}

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

    static int Dead(WeakReference[] all) { int n = 0; foreach (WeakReference w in all) if (!w.IsAlive) n++; return n; }

    internal static void Main()
    {
        var dying = new WeakReference[300];
        var typed = new WeakReference<Node>[300];
        var longOnes = new WeakReference[300];
        Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                var n = new Node { Id = i };
                dying[i] = new WeakReference(n);
                longOnes[i] = new WeakReference(n, trackResurrection: true);
                typed[i] = new WeakReference<Node>(n);
            }
        });
        GC.Collect();
        T.P("short die", Dead(dying) > 250);
        T.P("long die", Dead(longOnes) > 250);
        int gone = 0;
        foreach (WeakReference<Node> w in typed) if (!w.TryGetTarget(out _)) gone++;
        T.P("typed die", gone > 250);
        T.P("same ones", Dead(dying) == gone);

        // A list of live objects between dead ones: identities and contents stay.
        var kept = new List<Node>();
        var weak = new WeakReference<Node>[2000];
        Run(() =>
        {
            for (int i = 0; i < weak.Length; i++)
            {
                var n = new Node { Id = i };
                n.Data[i % 40] = (byte)i;
                if (i % 10 == 0) kept.Add(n);
                weak[i] = new WeakReference<Node>(n);
            }
        });
        for (int round = 0; round < 3; round++) GC.Collect(2, GCCollectionMode.Forced, true, true);
        bool right = true;
        int alive = 0;
        for (int i = 0; i < weak.Length; i++)
        {
            if (weak[i].TryGetTarget(out Node n))
            {
                alive++;
                right &= n.Id == i && n.Data[i % 40] == (byte)i;
                if (i % 10 == 0) right &= ReferenceEquals(n, kept[i / 10]);
            }
            else if (i % 10 == 0) right = false;
        }
        T.P("kept ones are the same", right);
        T.P("others die", alive < 500);
        GC.KeepAlive(kept);

        Run(() =>
        {
            var l = new Lazarus();
            Lazarus.LastShort = new WeakReference(l, false);
            Lazarus.LastLong = new WeakReference(l, true);
        });
        GC.Collect();
        GC.WaitForPendingFinalizers();
        T.P("short is empty in the finalizer", Lazarus.Seen.Count > 0 && Lazarus.Seen[0]);
        T.P("long is not", Lazarus.Seen.Count > 1 && Lazarus.Seen[1]);
        T.P("long after resurrection", Lazarus.LastLong.Target == Lazarus.Kept && Lazarus.Kept.Id == 9);
        T.P("short after resurrection", Lazarus.LastShort.Target == null);
        T.P("tracks", Lazarus.LastLong.TrackResurrection && !Lazarus.LastShort.TrackResurrection);

        var w1 = new WeakReference(null);
        T.P("empty", w1.IsAlive);
        object o = new object();
        w1.Target = o;
        GC.Collect();
        T.P("set", ReferenceEquals(w1.Target, o));
        w1.Target = null;
        T.P("cleared", w1.Target == null);
        var w2 = new WeakReference<string>("literal");
        GC.Collect();
        T.P("frozen target", w2.TryGetTarget(out string text) ? text : "gone");
        w2.SetTarget(new string('x', 3) + T.Opaque(1));
        T.P("set typed", w2.TryGetTarget(out text) ? text : "gone");
        w2.SetTarget(null);
        T.P("null typed", w2.TryGetTarget(out _));
        GC.KeepAlive(o);

        // Many weak references that die themselves give their handles back.
        for (int round = 0; round < 5; round++)
        {
            Run(() => { for (int i = 0; i < 20000; i++) new WeakReference(kept); });
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        T.P("done");
    }
}
