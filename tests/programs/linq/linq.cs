// LINQ to objects: every family of operator over arrays, lists, iterators; query syntax; deferred execution; grouping, joining,
// ordering, sets, conversion, aggregation, failures.
using System;
using System.Collections.Generic;
using System.Linq;

namespace linq;

record Emp(int Id, string Name, string Dept, double Pay); record Dept(string Code, string City);

static class Program
{
    static IEnumerable<int> Noisy(int n) { for (int i = 0; i < n; i++) { T.P("pull", i); yield return i; } }

    internal static void Main()
    {
        int[] a = { 5, 3, 8, 1, 9, 2, 7, 3 }; string[] w = { "apple", "Banana", "cherry", "date", "elder", "fig" };
        var emps = new List<Emp> { new(1, "Ann", "A", 10.5), new(2, "Bob", "B", 20), new(3, "Cid", "A", 30), new(4, "Dan", "C", 5),
            new(5, "Eve", "B", 7.25) };
        var depts = new[] { new Dept("A", "Rome"), new Dept("B", "Oslo"), new Dept("X", "None") };
        T.P(T.Join(a.Where(x => x > 3).Select(x => x * x))); T.P(T.Join(a.Select((x, i) => x * i).Where((x, i) => i % 2 == 0)));
        T.P(T.Join(a.OrderBy(x => x)) + T.Join(a.OrderByDescending(x => x)) + T.Join(a.Order())
            + T.Join(w.OrderBy(s => s.Length).ThenBy(s => s, StringComparer.Ordinal))
            + T.Join(w.OrderBy(s => s.Length).ThenByDescending(s => s, StringComparer.OrdinalIgnoreCase)));
        T.P(T.Join(a.Skip(2).Take(3)) + T.Join(a.TakeWhile(x => x != 1)) + T.Join(a.SkipWhile(x => x != 1)) + T.Join(a.TakeLast(2))
            + T.Join(a.SkipLast(6)) + T.Join(a.Take(2..5)) + T.Join(a.Take(^3..)) + T.Join(a.Reverse()));
        T.P(T.Join(a.Distinct()) + T.Join(a.Union([100, 5])) + T.Join(a.Intersect([3, 9, 4])) + T.Join(a.Except([3, 9]))
            + T.Join(w.DistinctBy(s => s.Length)) + T.Join(a.Concat([0])) + T.Join(a.Append(1).Prepend(0)) + T.Join(w.UnionBy(["kiwi"], s => s[0]))
            + T.Join(w.ExceptBy([5], s => s.Length)));
        T.P(a.Sum() + " " + a.Min() + a.Max() + a.Average() + a.Count() + a.Count(x => x > 4) + a.Any() + a.Any(x => x > 100) + a.All(x => x > 0)
            + a.Contains(8) + a.First() + a.Last() + a.First(x => x > 5) + a.Last(x => x > 5) + a.FirstOrDefault(x => x > 50) + a.ElementAt(2)
            + a.ElementAt(^1) + a.Single(x => x == 9) + a.SingleOrDefault(x => x == 99, -1) + a.Aggregate((x, y) => x * 2 + y)
            + a.Aggregate(1L, (x, y) => x * y, x => "r" + x) + a.LongCount());
        T.P(emps.Sum(e => e.Pay) + " " + emps.Average(e => e.Pay) + emps.Max(e => e.Pay) + emps.MinBy(e => e.Pay).Name
            + emps.MaxBy(e => e.Pay).Name + w.Min() + w.Max(s => s.Length) + new decimal[] { 1.5m, 2m }.Sum() + new int?[] { 1, null, 3 }.Sum()
            + new int?[] { null }.Max().HasValue + new float[] { 1.5f, float.NaN }.Min() + new double[0].Sum() + new long[] { 5, 7 }.Average());
        T.P("throws " + T.Throws(() => new int[0].First()) + T.Throws(() => new int[0].Max()) + T.Throws(() => a.Single())
            + T.Throws(() => a.ElementAt(100)) + T.Throws(() => new int[0].Aggregate((x, y) => x)) + T.Throws(() => ((int[])null).Select(x => x))
            + T.Throws(() => a.Select((Func<int, int>)null)) + T.Throws(() => new[] { int.MaxValue, 1 }.Sum())
            + T.Throws(() => new object[] { "a", 1 }.Cast<string>().Count()) + T.Throws(() => w.ToDictionary(s => s.Length)));
        var groups = from e in emps group e by e.Dept into g orderby g.Key descending select new { g.Key, Total = g.Sum(e => e.Pay),
            Names = string.Join("/", g.Select(e => e.Name)) };
        foreach (var g in groups) T.P("group " + g.Key + g.Total + g.Names);
        var join = from e in emps join d in depts on e.Dept equals d.Code select e.Name + "@" + d.City; T.P(T.Join(join));
        var left = from d in depts join e in emps on d.Code equals e.Dept into es from e in es.DefaultIfEmpty() select d.City + ":"
            + (e?.Name ?? "-");
        T.P(T.Join(left));
        var cross = from x in a.Take(3) from y in w.Take(2) where x > 3 let z = x + y.Length orderby z, y descending select (x, y, z);
        T.P(T.Join(cross)); var look = emps.ToLookup(e => e.Dept, e => e.Id);
        T.P(look.Count + T.Join(look["B"]) + T.Join(look["?"]) + look.Contains("C"));
        foreach (var g in emps.GroupBy(e => e.Pay > 9, e => e.Name, (k, v) => k + T.Join(v))) T.P(g);
        T.P(T.Join(emps.CountBy(e => e.Dept)) + T.Join(emps.AggregateBy(e => e.Dept, 0.0, (s, e) => s + e.Pay)));
        T.P(T.Join(w.SelectMany(s => s.Take(2))) + T.Join(w.SelectMany((s, i) => new[] { i }, (s, i) => s[0] + "" + i)) + T.Join(a.Zip(w))
            + T.Join(a.Zip(w, (x, s) => x + s.Length)) + T.Join(a.Zip(w, a).Take(2)) + T.Join(a.Chunk(3).Select(c => c.Sum()))
            + T.Join(a.Index().Take(2)) + T.Join(Enumerable.Range(5, 3)) + T.Join(Enumerable.Repeat("z", 2)) + T.Join(Enumerable.Empty<int>())
            + T.Join(new int[0].DefaultIfEmpty(7)) + T.Join(new object[] { 1, "s", 2L, 3 }.OfType<int>()));
        T.P(a.ToList().Count + a.ToArray().Length + a.ToHashSet().Count + w.ToDictionary(s => s[0], s => s.Length)['c'] + " "
            + a.SequenceEqual(a.ToList()) + a.SequenceEqual(a.Reverse()) + a.AsEnumerable().GetEnumerator().MoveNext()
            + a.TryGetNonEnumeratedCount(out int cnt) + cnt);
        int calls = 0; var q = a.Where(x => { calls++; return x > 3; }).Select(x => x + 1); T.P("deferred", calls); _ = q.First();
        T.P("first", calls); _ = q.Count(); T.P("count", calls); T.P("early", Noisy(10).First(x => x == 2));
        T.P("take " + T.Join(Noisy(10).Where(x => x % 2 == 0).Take(2))); var list = new List<int> { 1, 2 }; var view = list.Select(x => x * 10);
        list.Add(3); T.P(T.Join(view)); T.P("modified " + T.Throws(() => { foreach (int x in list) list.Add(x); }));
        T.P(T.Join(a.Select(x => (x, s: w[x % 6])).Where(t => t.s.Contains('e')).GroupBy(t => t.s.Length).OrderBy(g => g.Key).Select(g => g.Key
            + ":" + g.Max(t => t.x))));
        T.P(T.Join(Enumerable.Range(1, 100).Where(n => n % 3 == 0).Select(n => n * n).Skip(5).Take(10).Reverse()));
        var stable = Enumerable.Range(0, 40).Select(i => (k: i * 7 % 5, i)).OrderBy(t => t.k).ThenByDescending(t => t.i % 3).Select(t => t.k * 100
            + t.i);
        T.P(T.Join(stable));
        T.P(T.Join(a.OrderBy(x => x % 3).First() + "" + a.OrderBy(x => -x).ElementAt(2) + a.OrderBy(x => x).Last())
            + T.Join(a.OrderBy(x => x, Comparer<int>.Create((x, y) => y - x)).Skip(6)));
        var pyth = from x in Enumerable.Range(1, 20) from y in Enumerable.Range(x, 20 - x) let z =
            (int)Math.Sqrt(x * x + y * y) where z * z == x * x + y * y && z <= 20 select $"{x}-{y}-{z}";
        T.P(T.Join(pyth));
        T.P(emps.GroupJoin(depts, e => e.Dept, d => d.Code, (e, d) => e.Name + d.Count()).Aggregate("", (x, y) => x + y)
            + emps.OrderBy(e => (e.Dept, -e.Pay)).Select(e => e.Id).Aggregate(0, (x, y) => x * 10 + y));
    }
}
