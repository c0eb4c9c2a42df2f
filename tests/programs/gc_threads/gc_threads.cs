// Allocation torture: several threads change object graphs at random, each with a model of what its graph must be, while
// collections run. Short-lived, long-lived, large, pinned, finalizable and weakly referenced objects; some are handed to other threads.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace gc_threads;

class Node
{
    public long Tag;
    public Node Left, Right;
    public int[] Data;
    public string Text;
}

sealed class Finalizable
{
    public static int Made, Ran, Wrong;
    readonly Node inside;
    readonly long tag;
    public Finalizable(long tag) { this.tag = tag; inside = new Node { Tag = tag }; Interlocked.Increment(ref Made); }
    ~Finalizable() { if (inside.Tag != tag) Interlocked.Increment(ref Wrong); Interlocked.Increment(ref Ran); }
}

class Worker
{
    const int Slots = 400;
    static readonly ConcurrentQueue<(Node, long)> handed = new ConcurrentQueue<(Node, long)>();

    readonly int id;
    readonly int steps;
    uint seed;
    readonly Node[] graph = new Node[Slots];
    readonly long[] model = new long[Slots]; // the tag of the node at each slot, 0: none
    readonly WeakReference<Node>[] weak = new WeakReference<Node>[Slots];
    readonly byte[][] large = new byte[8][];
    readonly List<GCHandle> pins = new List<GCHandle>();
    public int Errors, Steps;

    public Worker(int id, int steps) { this.id = id; this.steps = steps; seed = (uint)(id * 7919 + 1); }

    int Next(int n) { seed = seed * 1664525 + 1013904223; return (int)((seed >> 8) % (uint)n); }
    void Expect(bool what) { if (!what) Errors++; }

    static Node Make(long tag, int depth)
    {
        var n = new Node { Tag = tag, Data = new int[1 + (int)(tag % 37)], Text = "t" + tag };
        for (int i = 0; i < n.Data.Length; i++) n.Data[i] = (int)(tag * 31 + i);
        if (depth > 0) { n.Left = Make(tag + 1, depth - 1); n.Right = Make(tag + 2, depth - 1); }
        return n;
    }

    static bool IsRight(Node n, long tag, int depth)
    {
        if (n == null || n.Tag != tag || n.Data.Length != 1 + (int)(tag % 37)) return false;
        for (int i = 0; i < n.Data.Length; i++) if (n.Data[i] != (int)(tag * 31 + i)) return false;
        if (n.Text != "t" + tag) return false;
        return depth == 0 ? n.Left == null : IsRight(n.Left, tag + 1, depth - 1) && IsRight(n.Right, tag + 2, depth - 1);
    }

    static int DepthOf(long tag) => (int)(tag % 4);

    void Step()
    {
        int at = Next(Slots);
        switch (Next(16))
        {
        case 0: case 1: case 2: case 3:
            {
                long tag = 1 + Next(1000000);
                Node n = Make(tag, DepthOf(tag));
                graph[at] = n;
                model[at] = tag;
                weak[at] = new WeakReference<Node>(n);
                break;
            }
        case 4: case 5:
            graph[at] = null;
            model[at] = 0;
            break;
        case 6: case 7: case 8: case 9:
            Expect(model[at] == 0 ? graph[at] == null : IsRight(graph[at], model[at], DepthOf(model[at])));
            break;
        case 10:
            if (weak[at] != null)
            {
                bool alive = weak[at].TryGetTarget(out Node target);
                if (model[at] != 0) Expect(alive && ReferenceEquals(target, graph[at]));
            }
            break;
        case 11:
            {
                int slot = Next(large.Length);
                if (large[slot] != null) foreach (byte b in large[slot].AsSpan(large[slot].Length - 20)) Expect(b == (byte)slot);
                large[slot] = new byte[20000 + Next(100000)];
                large[slot].AsSpan(large[slot].Length - 20).Fill((byte)slot);
                break;
            }
        case 12:
            if (pins.Count > 20)
            {
                int which = Next(pins.Count);
                Expect(Marshal.ReadInt32(pins[which].AddrOfPinnedObject()) == ((int[])pins[which].Target)[0]);
                pins[which].Free();
                pins.RemoveAt(which);
            }
            else
                pins.Add(GCHandle.Alloc(new int[] { Next(1000), 1, 2 }, GCHandleType.Pinned));
            break;
        case 13:
            new Finalizable(Next(100000));
            break;
        case 14:
            if (model[at] != 0) handed.Enqueue((graph[at], model[at]));
            if (handed.Count > 50 && handed.TryDequeue(out (Node n, long tag) got)) Expect(IsRight(got.n, got.tag, DepthOf(got.tag)));
            break;
        case 15:
            {
                object[] garbage = new object[50];
                for (int i = 0; i < garbage.Length; i++) garbage[i] = i % 2 == 0 ? new long[3] : (object)("g" + i);
                Expect((string)garbage[49] == "g49");
                break;
            }
        }
    }

    public void Run()
    {
        for (int i = 0; i < steps; i++)
        {
            Step();
            if (id == 0 && i % (steps / 8) == 0) GC.Collect(2, GCCollectionMode.Forced, true, i % 2 == 0);
        }
        for (int i = 0; i < Slots; i++) Expect(model[i] == 0 ? graph[i] == null : IsRight(graph[i], model[i], DepthOf(model[i])));
        foreach (GCHandle h in pins) h.Free();
        Steps = steps;
    }
}

static class Program
{
    internal static void Main()
    {
        var workers = new Worker[4];
        var threads = new Thread[4];
        for (int i = 0; i < 4; i++)
        {
            Worker w = workers[i] = new Worker(i, 12000);
            threads[i] = new Thread(w.Run);
            threads[i].Start();
        }
        foreach (Thread t in threads) t.Join();
        for (int i = 0; i < 4; i++) { T.P("steps", workers[i].Steps); T.P("errors", workers[i].Errors); }

        // Threads that come and go leave nothing behind that hurts.
        int sum = 0;
        for (int round = 0; round < 30; round++)
        {
            var small = new Worker(round + 10, 100);
            var t = new Thread(small.Run);
            t.Start();
            t.Join();
            sum += small.Errors;
        }
        T.P("short threads", sum);
        for (int i = 0; i < 3; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); }
        T.P("finalized", Finalizable.Ran > Finalizable.Made / 2 && Finalizable.Ran <= Finalizable.Made);
        T.P("wrong", Finalizable.Wrong);
    }
}
