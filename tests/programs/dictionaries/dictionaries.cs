// Dictionary, HashSet, SortedDictionary, SortedSet, SortedList, ConcurrentDictionary: keys of many types, growth, removal, custom
// comparers, set algebra, failures.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;

namespace dictionaries;

struct Key : IEquatable<Key>
{
    public int A; public string B; public bool Equals(Key o) => A == o.A && B == o.B;
    public override bool Equals(object o) => o is Key k && Equals(k); public override int GetHashCode() => A * 7;
}
struct Plain { public int A; public int B; }
class Ref { public int V; }
class ByValue { public int V; public override bool Equals(object o) => o is ByValue b && b.V == V; public override int GetHashCode() => V % 3; }
class Mod : IEqualityComparer<int> { public bool Equals(int a, int b) => a % 10 == b % 10; public int GetHashCode(int a) => a % 10; }
enum En { A, B = 500 }
class Dist : IComparer<int> { public int Compare(int a, int b) => Math.Abs(a - 50).CompareTo(Math.Abs(b - 50)); }

static class Program
{
    static string Try<K>(Dictionary<K, int> d, params K[] ks)
    {
        string s = ""; foreach (var k in ks) s += d.TryGetValue(k, out int v) ? v + "," : "-,"; return s;
    }
    static Dictionary<K, int> Fill<K>(params K[] ks)
    {
        var d = new Dictionary<K, int>(); foreach (var k in ks) { d.TryGetValue(k, out int n); d[k] = n + 1; } return d;
    }

    internal static void Main()
    {
        var d = new Dictionary<int, string>(); for (int i = 0; i < 1000; i++) d.Add(i * 31, "v" + i);
        for (int i = 0; i < 1000; i += 2) d.Remove(i * 31); for (int i = 0; i < 100; i++) d[-i - 1] = "n" + i;
        T.P(d.Count + d[31] + d.ContainsKey(62) + d[-50] + d.ContainsValue("n7") + d.TryAdd(31, "x") + d.TryAdd(62, "y")
            + d.Remove(62, out string rem) + rem + T.Throws(() => _ = d[123456]) + T.Throws(() => d.Add(31, "dup"))
            + T.Throws(() => new Dictionary<string, int>().Add(null, 1)) + T.Throws(() => _ = new Dictionary<string, int>()[null])
            + T.Throws(() => { foreach (var kv in d) d[999] = "z"; })
            + T.Throws(() => { var e = new Dictionary<int, string>(d); foreach (var kv in e) e.Remove(kv.Key); }));
        long h = 0; foreach (var (k, v) in d.OrderBy(kv => kv.Key)) h = h * 31 + k + v.Length; T.P("content " + h + " " + d.Count);
        var small = new Dictionary<string, int> { ["one"] = 1, ["two"] = 2, ["three"] = 3 }; small["two"] += 10;
        T.P(T.Join(small) + T.Join(small.Keys) + T.Join(small.Values) + small.GetValueOrDefault("nine", -1) + small.Keys.Count); small.Clear();
        T.P("cleared", small.Count);
        T.P("keys " + Try(Fill(new Key { A = 1, B = "x" }, new Key { A = 1, B = "y" }, new Key { A = 1, B = "x" }), new Key { A = 1, B = "x" },
            new Key { A = 2 }) + Try(Fill(new Plain { A = 1, B = 2 }, new Plain { A = 1, B = 2 }), new Plain { A = 1, B = 2 },
            new Plain { A = 2, B = 1 }) + Try(Fill(new ByValue { V = 4 }, new ByValue { V = 4 }, new ByValue { V = 7 }), new ByValue { V = 4 },
            new ByValue { V = 1 }) + Try(Fill(En.A, En.B, En.B), En.B, (En)7) + Try(Fill("a", "A", "a"), "a", "b") + Try(Fill('x', 'x'), 'x', 'y')
            + Try(Fill(1.5, double.NaN, double.NaN, 0.0, -0.0), 1.5, double.NaN, 0.0) + Try(Fill((1, "a"), (1, "a")), (1, "a"), (2, "a"))
            + Try(Fill(5L, -5L), 5L, 6L) + Try(Fill<object>(1, "1", 1, 1L), 1, "1", 1L, 1.0)
            + Try(Fill(new DateTime(2020, 1, 1)), new DateTime(2020, 1, 1)) + Try(Fill(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)), Guid.Empty)
            + Try(Fill<int?>(1, 2, 1), 1, 3) + Try(Fill((byte)1, (byte)255), (byte)255) + Try(Fill(true, false, true), true)
            + Try(Fill(1.50m, 1.5m), 1.500m) + Try(Fill((nint)7), (nint)7) + Try(Fill((Int128)5), (Int128)5) + Try(Fill(new Ref()), new Ref()));
        var r1 = new Ref(); var rd = new Dictionary<Ref, int> { [r1] = 5 }; r1.V = 10; T.P("ref " + rd[r1]);
        var ci = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["Key"] = 1 }; ci["KEY"]++;
        T.P("ignore case " + ci["key"] + ci.Count); var md = new Dictionary<int, string>(new Mod()) { [1] = "a" }; md[11] = "b";
        T.P("mod " + md[21] + md.Count + (md.Comparer is Mod));
        var alt = new Dictionary<string, int> { ["abc"] = 5 }.GetAlternateLookup<ReadOnlySpan<char>>();
        T.P("alternate " + alt["xabcx".AsSpan(1, 3)] + alt.ContainsKey("ab"));
        ref int slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(ci, "new", out bool ex); slot += 7;
        T.P("slot " + ex + ci["NEW"]); var nested = new Dictionary<string, Dictionary<int, List<string>>>();
        foreach (string s in "a1x a1y b2z a2w".Split(' '))
        {
            if (!nested.TryGetValue(s[..1], out var inner)) nested[s[..1]] = inner = new();
            if (!inner.TryGetValue(s[1] - '0', out var lst)) inner[s[1] - '0'] = lst = new(); lst.Add(s[2..]);
        }
        T.P("nested " + T.Join(nested["a"][1]) + nested["a"].Count + nested["b"][2][0]);
        var hs = new HashSet<int> { 1, 2, 3, 2 };
        T.P("set " + hs.Count + hs.Add(3) + hs.Add(4) + hs.Remove(9) + hs.Contains(2) + hs.Overlaps([9, 4]) + hs.IsSubsetOf([1, 2, 3, 4, 5])
            + hs.IsProperSupersetOf([1]) + hs.SetEquals([4, 3, 2, 1]));
        hs.UnionWith([7, 8]); hs.IntersectWith([1, 2, 7, 99]); hs.ExceptWith([2]); hs.SymmetricExceptWith([1, 50]);
        T.P(T.Join(hs.Order()) + hs.RemoveWhere(x => x > 40) + hs.TryGetValue(7, out int got) + got);
        var sd = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (string s in "the quick brown fox jumps over the lazy dog The".Split(' ')) sd[s] = s.Length;
        T.P(T.Join(sd) + sd.First().Key + sd.Remove("fox") + sd.ContainsKey("fox") + T.Throws(() => _ = sd["zzz"]));
        var ss = new SortedSet<int>(Enumerable.Range(0, 30).Select(i => i * 17 % 31)); ss.Remove(5);
        T.P(T.Join(ss.GetViewBetween(3, 9)) + ss.Min + ss.Max + ss.Count + T.Join(ss.Reverse().Take(3)) + ss.Add(5));
        var sl = new SortedList<int, string> { [3] = "c", [1] = "a", [2] = "b" };
        T.P(T.Join(sl) + sl.IndexOfKey(2) + sl.GetValueAtIndex(0) + sl.Keys[2] + sl.IndexOfValue("c"));
        var dist = new SortedSet<int>(new Dist()) { 10, 90, 49, 51, 50 }; T.P(T.Join(dist)); var cd = new ConcurrentDictionary<string, int>();
        cd["a"] = 1; cd.AddOrUpdate("a", 5, (k, v) => v + 10);
        T.P("concurrent " + cd["a"] + cd.GetOrAdd("b", k => 7) + cd.TryRemove("a", out int cv) + cv + cd.TryUpdate("b", 8, 7) + cd.Count + cd["b"]);
        var lru = new Dictionary<int, LinkedListNode<int>>(); var order = new LinkedList<int>();
        foreach (int x in new[] { 1, 2, 3, 1, 4, 2, 5 }) { if (lru.TryGetValue(x,
            out var node)) order.Remove(node); else if (lru.Count == 3) { lru.Remove(order.First.Value); order.RemoveFirst(); } lru[x] = order.AddLast(x); }
        T.P("lru " + T.Join(order));
        var fz = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(new Dictionary<string, int> { ["p"] = 1, ["qq"] = 2 });
        T.P("frozen " + fz["qq"] + fz.ContainsKey("r")); var im = System.Collections.Immutable.ImmutableList.Create(1, 2).Add(3).Insert(0, 9);
        T.P("immutable " + T.Join(im) + System.Collections.Immutable.ImmutableArray.Create(1, 2).Length);
    }
}
