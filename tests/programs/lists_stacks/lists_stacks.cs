// List, Queue, Stack, LinkedList, PriorityQueue, BitArray and read-only views: every common operation, growth, failures, enumeration
// and modification.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.ObjectModel;

namespace lists_stacks;

struct Item : IComparable<Item> { public int K; public string S; public int CompareTo(Item o) => K.CompareTo(o.K); }

static class Program
{
    internal static void Main()
    {
        var l = new List<int>(); for (int i = 0; i < 20; i++) l.Add(i * 7 % 20); l.Insert(0, 100); l.InsertRange(2, new[] { 200, 201 });
        l.RemoveAt(1); l.Remove(5); l.RemoveAll(x => x % 4 == 0); l.RemoveRange(1, 2); T.P(T.Join(l) + l.Count); l.Sort();
        T.P(T.Join(l) + l.BinarySearch(9) + l.BinarySearch(8) + l.IndexOf(13) + l.LastIndexOf(13) + l.Contains(201) + l.Exists(x => x > 500)
            + l.Find(x => x > 10) + l.FindIndex(x => x > 10) + l.FindLast(x => x < 10) + T.Join(l.FindAll(x => x > 10)) + l.TrueForAll(x => x > 0));
        l.Reverse(); l.Sort((x, y) => x % 10 - y % 10 != 0 ? x % 10 - y % 10 : x - y); T.P(T.Join(l));
        T.P(T.Join(l.GetRange(1, 3)) + T.Join(l.ConvertAll(x => x + "s")) + l.ToArray().Length + T.Join(l[1..3]) + l[^1]); l.AddRange(l.ToArray());
        l.Capacity = l.Count; l.TrimExcess(); l.EnsureCapacity(1000);
        T.P(l.Count + " " + l.Capacity + T.Throws(() => _ = l[-1]) + T.Throws(() => l[999] = 1) + T.Throws(() => l.RemoveAt(99))
            + T.Throws(() => new List<int>(-1)) + T.Throws(() => l.GetRange(5, 99)) + T.Throws(() => l.Insert(-1, 1))
            + T.Throws(() => { foreach (int x in l) l.Clear(); }) + T.Throws(() => l.AddRange(null)) + T.Throws(() => ((IList)l).Add("x")));
        l.Clear(); T.P(l.Count + T.Join(l)); var li = new List<Item>();
        for (int i = 0; i < 40; i++) li.Add(new Item { K = i * 13 % 17, S = "s" + i }); li.Sort(); bool sorted = true;
        for (int i = 1; i < li.Count; i++) sorted &= li[i - 1].K <= li[i].K; T.P("items " + sorted + li[0].K + li[39].K);
        var ls = new List<string> { "b", null, "a" }; ls.Sort(StringComparer.Ordinal); T.P("strings " + T.Join(ls) + ls.IndexOf(null));
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(li)[0].S = "span"; T.P(li[0].S + li.AsReadOnly()[1].K);
        var il = (IList)new List<string> { "q" }; il.Add("w"); il[0] = "e";
        T.P("ilist " + il.Count + il.Contains("w") + il.IndexOf("w") + il[0] + il.IsReadOnly);
        var q = new Queue<int>(2); for (int i = 0; i < 10; i++) { q.Enqueue(i); if (i % 3 == 0) q.Dequeue(); }
        T.P("queue " + T.Join(q) + q.Peek() + q.Count + q.Contains(5) + q.TryDequeue(out int d) + d + T.Throws(() => new Queue<int>().Dequeue())
            + new Queue<int>().TryPeek(out _));
        var st = new Stack<string>(); st.Push("a"); st.Push("b"); st.Push("c");
        T.P("stack " + st.Pop() + st.Peek() + T.Join(st) + st.Count + st.TryPop(out string p) + p + T.Throws(() => new Stack<int>().Pop())
            + T.Join(st.ToArray()));
        var ll = new LinkedList<int>(); var n2 = ll.AddLast(2); ll.AddFirst(1); ll.AddLast(4); ll.AddAfter(n2, 3); ll.AddBefore(n2, 9); ll.Remove(4);
        T.P("linked " + T.Join(ll) + ll.First.Value + ll.Last.Value + n2.Next.Value + n2.Previous.Value + ll.Find(3).Value + (ll.Find(77) == null)
            + ll.Count + T.Throws(() => ll.AddLast(n2)));
        ll.Remove(n2); ll.RemoveFirst(); ll.RemoveLast(); T.P("linked " + T.Join(ll) + (n2.List == null));
        var pq = new PriorityQueue<string, int>();
        foreach (var (s, k) in new[] { ("e", 5), ("a", 1), ("c", 3), ("b", 2), ("d", 4) }) pq.Enqueue(s, k); string o = "";
        while (pq.TryDequeue(out string e, out int pr)) o += e + pr; T.P("pq " + o + pq.Count + T.Throws(() => pq.Dequeue()));
        var pq2 = new PriorityQueue<int, double>(Comparer<double>.Create((x, y) => y.CompareTo(x)));
        for (int i = 0; i < 50; i++) pq2.Enqueue(i, i * 31 % 50);
        T.P("pq2 " + pq2.Dequeue() + pq2.Dequeue() + pq2.EnqueueDequeue(99, 1000) + pq2.Peek() + pq2.Count); var ba = new BitArray(70);
        ba[3] = ba[69] = true; ba.Not(); var bb = new BitArray(70, true); bb.Set(0, false);
        T.P("bits " + ba[3] + ba[4] + ba.And(bb)[0] + ba.Or(bb)[69] + ba.Xor(bb).Count + ba.HasAnySet() + T.Throws(() => ba.Get(70))
            + new BitArray(new[] { true, false })[0] + new BitArray(new byte[] { 5 })[2] + ba.LeftShift(1)[0]);
        var ro = new ReadOnlyCollection<int>(new[] { 1, 2 });
        T.P("ro " + ro[1] + ro.Contains(1) + T.Throws(() => ((IList<int>)ro).Add(1)) + ((ICollection<int>)ro).IsReadOnly);
        var ob = new ObservableCollection<int>(); int ev = 0; ob.CollectionChanged += (s, e) => ev = ev * 10 + (int)e.Action; ob.Add(1); ob.Add(2);
        ob.RemoveAt(0); ob[0] = 5; ob.Move(0, 0); ob.Clear(); T.P("observable", ev); var al = new ArrayList { 1, "two", 3.5 }; al.Remove("two");
        al.Insert(0, 'c'); T.P("arraylist " + al.Count + al[0] + al[2] + al.Contains(1)); var ht = new Hashtable { ["a"] = 1, [2] = "b" };
        T.P("hashtable " + ht["a"] + ht[2] + ht.ContainsKey("zz") + ht.Count + (ht["none"] == null)); long sum = 0; var big = new List<long>();
        for (int i = 0; i < 30000; i++) big.Add(i * 2654435761L % 10007); big.Sort(); for (int i = 0; i < big.Count; i += 100) sum += big[i] * i;
        T.P("big", sum);
    }
}
