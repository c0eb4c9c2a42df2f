// A seeded walk over an object graph: references in structs, boxes, closures, by-refs into objects; then on four threads.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace wide_objects;
static class Program
{
    class Obj
    {
        public Obj A, B;
        public object Any;
        public int Id;
        public S In;
        public string Name;
        public Obj[] Many;
        public virtual int Visit(Func<Obj, int> f) => f(this);
    }

    sealed class Fin : Obj
    {
        public static int N;
        ~Fin()
        {
            N++;
            if (A != null && A.Id < 0)
                N += 1000000;
        }

        public override int Visit(Func<Obj, int> f) => f(this) + 1;
    }

    struct S
    {
        public object X;
        public int P;
        public string Y;
        public (Obj, long, string) T;
    }

    struct Key(int a, string b) : IEquatable<Key>
    {
        public readonly int A = a;
        public readonly string B = b;
        public bool Equals(Key o) => A == o.A && B == o.B;
        public override int GetHashCode() => A * 31 + B.Length;
        public override bool Equals(object o) => o is Key k && Equals(k);
    }

    static ref S Slot(Obj[] heap, int i) => ref heap[i].In;
    static ref Obj Choose(Obj o, int k)
    {
        if (k % 3 == 0)
            return ref o.A;
        if (k % 3 == 1)
            return ref o.B;
        if (o.Many is { Length: > 0 } m)
            return ref m[k % m.Length];
        return ref o.A;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Swap(ref Obj a, ref Obj b, Func<Obj> make)
    {
        var t = a;
        a = make();
        b = t ?? a;
    }

    static long Hash(Obj o, int d)
    {
        if (o == null || d == 0)
            return 1;
        long h = o.Id * 31L + (o.Name?.Length ?? 0) * 7 + o.In.P;
        h = h * 31 + (o.Any switch
        {
            int i => i,
            string s => s.Length,
            long[] l => l.Length + l[0],
            S s => s.P + (s.Y?.Length ?? 3),
            List<Obj> l => l.Count,
            null => 5,
            _ => 9
        });
        return h * 17 + Hash(o.A, d - 1) * 3 + Hash(o.B, d - 1) * 5 + (o.Many?.Length ?? 0) + Hash(o.In.T.Item1, d - 2 < 0 ? 0 : d - 2);
    }

    static long Run(int seed, int steps)
    {
        var r = new Random(seed);
        int id = 0;
        Obj Make()
        {
            Obj o = r.Next(10) == 0 ? new Fin() : new Obj();
            o.Id = id++;
            o.Name = "n" + o.Id;
            return o;
        }

        var heap = new Obj[64];
        for (int i = 0; i < 64; i++)
            heap[i] = Make();
        var dict = new Dictionary<Key, S>();
        var weak = new List<WeakReference<Obj>>();
        var lists = new List<List<S>>();
        object[] boxes = new object[32];
        long sum = 0;
        Func<int, long> clo = x => x;
        var sd = new SortedDictionary<string, Obj[]>(StringComparer.Ordinal);
        for (int s = 0; s < steps; s++)
        {
            int i = r.Next(64), j = r.Next(64);
            switch (r.Next(16))
            {
                case 0:
                    heap[i] = Make();
                    break;
                case 1:
                    heap[i].A = heap[j];
                    break;
                case 2:
                    heap[i].B = heap[j].A ?? Make();
                    break;
                case 3:
                    heap[i].Any = r.Next(6) switch
                    {
                        0 => s,
                        1 => "str" + s,
                        2 => new long[]
                        {
                            s,
                            2
                        },
                        3 => new S
                        {
                            P = s,
                            Y = "y" + s,
                            X = heap[j]
                        },
                        4 => new List<Obj>
                        {
                            heap[j],
                            null
                        },
                        _ => null
                    };
                    break;
                case 4:
                {
                    ref var sl = ref Slot(heap, i);
                    sl.X = "slot" + s;
                    sl.T = (heap[j], s, sl.Y = "t" + s % 10);
                    sl.P++;
                    break;
                }

                case 5:
                {
                    ref var f = ref Choose(heap[i], s);
                    f = Make();
                    f.A = heap[j];
                    break;
                }

                case 6:
                    Swap(ref Choose(heap[i], s), ref heap[j].B, Make);
                    break;
                case 7:
                {
                    ref var v = ref CollectionsMarshal.GetValueRefOrAddDefault(dict, new Key(i % 7, "k" + j % 5), out _);
                    v.P += new string ('z', s % 9).Length;
                    v.Y = "d" + v.P;
                    v.X = heap[i];
                    break;
                }

                case 8:
                    heap[i].Many = r.Next(3) == 0 ? null : Enumerable.Range(0, r.Next(6)).Select(k => heap[(j + k) % 64]).ToArray();
                    break;
                case 9:
                    boxes[i % 32] = new S
                    {
                        P = s,
                        X = boxes[j % 32],
                        Y = "b"
                    };
                    if (boxes[j % 32] is S q)
                    {
                        sum += q.P;
                        boxes[j % 32] = q.X is S ? null : q;
                    }

                    break;
                case 10:
                    lists.Add(Enumerable.Range(0, 4).Select(k => new S { P = k, T = (heap[i], k, "l" + k) }).ToList());
                    if (lists.Count > 6)
                    {
                        sum += lists[0].Sum(x => x.P + x.T.Item3.Length);
                        lists.RemoveAt(0);
                    }

                    break;
                case 11:
                {
                    var prev = clo;
                    var o = heap[i];
                    string cap = "c" + s;
                    clo = s % 20 == 0 ? x => x + o.Id : x => prev(x) % 1000003 + cap.Length + o.Id;
                    sum += clo(3);
                    break;
                }

                case 12:
                    weak.Add(new(heap[i]));
                    if (weak.Count > 20)
                        weak.RemoveRange(0, 10);
                    foreach (var w in weak)
                        if (w.TryGetTarget(out var t))
                            sum += t.Id < 0 ? 1000000 : 0;
                    break;
                case 13:
                {
                    var a = sd.TryGetValue("s" + i % 9, out var e) ? e : [];
                    Array.Resize(ref a, a.Length % 5 + 1);
                    a[^1] = heap[j];
                    sd["s" + i % 9] = a;
                    sum += a.Length;
                    break;
                }

                case 14:
                    try
                    {
                        if (heap[i].Any is string st)
                            throw new Exception(st);
                        sum += heap[i].Visit(x => x.Id);
                    }
                    catch (Exception e)when (e.Message.Length > 5)
                    {
                        sum += e.Message.Length;
                    }
                    catch
                    {
                        sum += 3;
                    }

                    break;
                case 15:
                {
                    Span<long> buf = stackalloc long[j + 1];
                    buf[j] = heap[i].Id;
                    S tmp = heap[i].In;
                    var copy = new S[3];
                    copy.AsSpan().Fill(tmp);
                    heap[j].In = copy[1];
                    sum += buf[j] + (copy[2].Y?.Length ?? 0);
                    break;
                }
            }

            if (s % 50 == 0)
                sum = sum * 31 + Hash(heap[i], 5);
        }

        foreach (var o in heap)
            sum = sum * 31 + Hash(o, 6);
        foreach (var(k, v)in dict.OrderBy(p => p.Key.A).ThenBy(p => p.Key.B, StringComparer.Ordinal))
            sum = sum * 31 + v.P + v.Y.Length;
        return sum;
    }

    public static void Main()
    {
        for (int s = 0; s < 6; s++)
            Console.WriteLine(Run(s, 1500));
        var got = new long[4];
        var ts = Enumerable.Range(0, 4).Select(i => new Thread(() => got[i] = Run(100 + i, 600))).ToArray();
        foreach (var t in ts)
            t.Start();
        foreach (var t in ts)
            t.Join();
        Console.WriteLine(string.Join(" ", got));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine(Fin.N > 0 && Fin.N < 100000);
    }
}
