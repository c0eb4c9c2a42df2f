// Collections of every kind: queues by priority, sorted views, bit arrays, immutable and frozen ones.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Collections.Frozen;
using System.Linq;

namespace wide_collections;
static class Program
{
    readonly record struct Point(int X, int Y) : IComparable<Point>
    {
        public int CompareTo(Point o) => (X, Y).CompareTo((o.X, o.Y));
        public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y);
    }

    sealed class ByRow : IComparer<Point>
    {
        public int Compare(Point a, Point b) => a.Y != b.Y ? a.Y.CompareTo(b.Y) : a.X.CompareTo(b.X);
    }

    static int Dijkstra(int[, ] cost, Point from, Point to, out List<Point> path)
    {
        var best = new Dictionary<Point, (int Cost, Point? Prev)>
        {
            [from] = (0, null)
        };
        var q = new PriorityQueue<Point, (int, Point)>();
        q.Enqueue(from, (0, from));
        Point[] dirs = [new(1, 0), new(0, 1), new(-1, 0), new(0, -1)];
        while (q.TryDequeue(out var p, out var pri))
        {
            if (pri.Item1 > best[p].Cost)
                continue;
            if (p == to)
                break;
            foreach (var d in dirs)
            {
                var n = p + d;
                if (n.X < 0 || n.Y < 0 || n.X >= cost.GetLength(0) || n.Y >= cost.GetLength(1))
                    continue;
                int c = pri.Item1 + cost[n.X, n.Y];
                if (!best.TryGetValue(n, out var old) || c < old.Cost)
                {
                    best[n] = (c, p);
                    q.Enqueue(n, (c, n));
                }
            }
        }

        path = new();
        for (Point? p = to; p is { } v; p = best[v].Prev)
            path.Add(v);
        path.Reverse();
        return best[to].Cost;
    }

    public static void Main()
    {
        var r = new Random(1234);
        var grid = new int[30, 25];
        for (int x = 0; x < 30; x++)
            for (int y = 0; y < 25; y++)
                grid[x, y] = r.Next(1, 10);
        Console.WriteLine(Dijkstra(grid, new(0, 0), new(29, 24), out var path) + " " + path.Count + " " + string.Join(";", path.Take(5).Select(p => $"{p.X},{p.Y}")));
        var sorted = new SortedSet<Point>(path, new ByRow());
        var view = sorted.GetViewBetween(new(0, 5), new(29, 9));
        Console.WriteLine($"{sorted.Count} {view.Count} {view.Min.X},{view.Min.Y} {view.Max.X},{view.Max.Y}");
        sorted.ExceptWith(view.ToList());
        Console.WriteLine(sorted.Count + " " + view.Count);
        var ll = new LinkedList<int>(Enumerable.Range(0, 10));
        for (var n = ll.First; n != null;)
        {
            var next = n.Next;
            if (n.Value % 3 == 0)
                ll.Remove(n);
            else if (n.Value % 4 == 0)
                ll.AddAfter(n, n.Value * 100);
            n = next;
        }

        Console.WriteLine(string.Join(" ", ll));
        var bits = new BitArray(1000, true);
        bits[0] = bits[1] = false;
        for (int i = 2; i * i < 1000; i++)
            if (bits[i])
                for (int j = i * i; j < 1000; j += i)
                    bits[j] = false;
        int primes = 0;
        foreach (bool b in bits)
            if (b)
                primes++;
        Console.WriteLine(primes + " " + new BitArray(bits).Not().HasAllSet());
        var imm = ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty;
        foreach (var g in Enumerable.Range(0, 50).GroupBy(i => "k" + i * i % 7))
            imm = imm.Add(g.Key, [..g]);
        foreach (var(k, v)in imm)
            Console.Write($"{k}:{v.Length}/{v.Sum()} ");
        Console.WriteLine();
        var ib = ImmutableList.CreateRange(Enumerable.Range(0, 200));
        var ib2 = ib;
        for (int i = 0; i < 100; i++)
            ib2 = ib2.RemoveAt(i).Insert(0, -i);
        Console.WriteLine($"{ib.Sum()} {ib2.Sum()} {ib2.Count} {ib2.IndexOf(150)}");
        var ih = ImmutableHashSet.CreateRange(Enumerable.Range(0, 300).Select(i => i * 7 % 101));
        Console.WriteLine(ih.Count + " " + ih.Union([1000, 5]).Count + " " + ih.SymmetricExcept([1, 2, 2000]).Count);
        var fz = Enumerable.Range(0, 100).ToFrozenDictionary(i => "name" + i, i => i);
        Console.WriteLine(fz["name42"] + " " + fz.ContainsKey("name100") + " " + fz.Values.Sum());
        var od = new OrderedDictionary<string, int>
        {
            ["z"] = 1,
            ["a"] = 2
        };
        od.Insert(1, "m", 5);
        od.Remove("z");
        Console.WriteLine(string.Join(" ", od.Select(p => p.Key + p.Value)) + " " + od.IndexOf("a"));
        var sl = new SortedList<string, int>(StringComparer.OrdinalIgnoreCase)
        {
            {
                "b",
                1
            },
            {
                "A",
                2
            },
            {
                "c",
                3
            }
        };
        Console.WriteLine(string.Join(",", sl.Keys) + sl.IndexOfKey("B"));
        var hs = new HashSet<(int, string)>();
        for (int i = 0; i < 500; i++)
            hs.Add((i % 37, "x" + i % 11));
        Console.WriteLine(hs.Count + " " + hs.Contains((3, "x3")));
        var ht = new Hashtable();
        for (int i = 0; i < 100; i++)
            ht[i] = "v" + i;
        ht.Remove(50);
        int hc = 0;
        foreach (DictionaryEntry e in ht)
            hc += (int)e.Key + ((string)e.Value).Length;
        Console.WriteLine(ht.Count + " " + hc);
        var st = new Stack<int>();
        var q2 = new Queue<int>();
        for (int i = 0; i < 1000; i++)
        {
            st.Push(i);
            q2.Enqueue(i);
            if (i % 3 == 0)
            {
                st.Pop();
                q2.Dequeue();
            }
        }

        Console.WriteLine(st.Sum() + " " + q2.Sum());
        try
        {
            foreach (var x in hs)
                hs.Remove(x);
            hs.Add((1, "z"));
            foreach (var x in hs)
                hs.Add((2, "q"));
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }

        try
        {
            _ = fz["nope"];
        }
        catch (KeyNotFoundException e)
        {
            Console.WriteLine(e.Message);
        }

        var arr = new int[]
        {
            5,
            3,
            9,
            1,
            7
        };
        var keys = new string[]
        {
            "e",
            "c",
            "i",
            "a",
            "g"
        };
        Array.Sort(arr, keys);
        Console.WriteLine(string.Join("", keys) + Array.BinarySearch(arr, 7) + Array.BinarySearch(arr, 8));
        var al = new ArrayList
        {
            3,
            1,
            2
        };
        al.Sort();
        al.Insert(1, 9);
        Console.WriteLine(string.Join(",", al.ToArray()));
    }
}
