// Records and record structs: equality, with, printing, inheritance, positional and deconstruction; value tuples: names, nesting
// beyond seven, comparison, swaps.
using System;
using System.Collections.Generic;
using System.Text;

namespace records_tuples;

record Point(int X, int Y) { public int Sum => X + Y; public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y); }
record Point3(int X, int Y, int Z) : Point(X, Y);
record struct Temp(double Celsius, string Place = "here") { public readonly double F => Celsius * 9 / 5 + 32; }
readonly record struct Id(long Value);
record Person
{
    public string Name { get; init; } public int Age { get; set; } public List<int> Tags { get; init; } = []; protected virtual bool Secret => true;
}
record Custom(int A)
{
    public virtual bool Equals(Custom o) => o != null && A % 10 == o.A % 10; public override int GetHashCode() => A % 10;
    protected virtual bool PrintMembers(StringBuilder b) { b.Append("custom=" + A); return true; }
}
record Generic<X>(X Value, Generic<X> Next = null);
abstract record Base(int A) { public abstract int Calc(); public override string ToString() => "base " + A; }
sealed record Leaf(int A, int B) : Base(A) { public override int Calc() => A * B; }
record Empty; record Copy(int A) { public int Copies; protected Copy(Copy other) { A = other.A; Copies = other.Copies + 1; } }
class Old
{
    public int A, B; public void Deconstruct(out int a, out int b) { a = A; b = B; }
    public void Deconstruct(out int a, out int b, out int c) { a = A; b = B; c = A + B; }
}
static class Ext { public static void Deconstruct(this string s, out int length, out char first) { length = s.Length; first = s[0]; } }

static class Program
{
    static (int Min, int Max, double Avg) Stats(params int[] v)
    {
        int lo = int.MaxValue, hi = int.MinValue, s = 0; foreach (int x in v) { lo = Math.Min(lo, x); hi = Math.Max(hi, x); s += x; }
        return (lo, hi, (double)s / v.Length);
    }
    static (X, Y) Pair<X, Y>(X x, Y y) => (x, y);
    static int Eval(int a) { T.P("eval", a); return a; }

    internal static void Main()
    {
        var p = new Point(1, 2); var q = new Point(1, 2);
        T.P("eq " + (p == q) + p.Equals(q) + ReferenceEquals(p, q) + (p.GetHashCode() == q.GetHashCode()) + (p != new Point(2, 1))
            + p.Equals((object)null) + (p == null) + (null == p));
        T.P("print " + p + new Point3(1, 2, 3) + new Temp(1.5) + new Id(5) + new Empty() + new Person { Name = "N", Age = 3 }.Name + new Custom(17)
            + new Leaf(2, 3) + new Generic<int>(1, new Generic<int>(2)));
        var w = p with { Y = 9 }; T.P("with " + w + p + (p with { }).Equals(p) + w.Sum + (p + w)); Point b = new Point3(1, 2, 3);
        var b2 = b with { X = 10 };
        T.P("virtual with " + b2 + (b2 is Point3) + (b == new Point(1, 2)) + (new Point(1, 2) == b) + b.Equals(new Point3(1, 2, 3)));
        var t = new Temp(100); var t2 = t with { Place = "there" }; t.Celsius = 0;
        T.P("struct " + t + t2 + t2.F + (t == new Temp(0)) + default(Temp) + t.Equals(t2) + (new Id(3) == new Id(3))
            + (new Id(1).GetHashCode() == new Id(1).GetHashCode()));
        var (cel, place) = t2; T.P("deconstruct " + cel + place); var (x, y) = p; (_, y) = w; T.P("deconstruct " + x + y);
        var (a1, b1, c1) = new Old { A = 3, B = 4 }; var (l, f) = "hello"; T.P("old " + a1 + b1 + c1 + l + f);
        var per = new Person { Name = "A", Age = 1 }; var per2 = per with { Age = 2 }; per2.Tags.Add(5);
        T.P("person " + per.Tags.Count + per2.Age + per.Name + (per == per2) + (per == per with { }));
        T.P("custom " + (new Custom(5) == new Custom(15)) + (new Custom(5) != new Custom(6)) + new Custom(5).Equals((object)new Custom(25)));
        T.P("generic " + (new Generic<string>("a", new("b")) == new Generic<string>("a", new("b")))
            + (new Generic<string>("a") == new Generic<string>("b")) + new Generic<double>(0.5).Value);
        Base leaf = new Leaf(6, 7); T.P("leaf " + leaf.Calc() + (leaf == new Leaf(6, 7)) + ((Leaf)leaf with { B = 1 }).Calc() + leaf);
        var cp = new Copy(3); T.P("copy " + (cp with { } with { A = 8 }).Copies + (cp with { A = 8 }).A);
        var dict = new Dictionary<Point, string> { [p] = "p", [w] = "w" };
        T.P("key " + dict[new Point(1, 2)] + dict[new Point(1, 9)] + dict.ContainsKey(b)); var set = new HashSet<Id> { new(1), new(2), new(1) };
        T.P("set", set.Count);
        var s = Stats(3, 9, 4); T.P("stats " + s.Min + s.Max + s.Avg + s.Item2 + s); (int a, string n) named = (1, "x"); named.a++; var copy = named;
        copy.n = "y";
        T.P("named " + named + copy + (named == (2, "x")) + (named != copy) + named.Equals((2, "x")) + named.CompareTo((2, "y"))
            + (named.GetHashCode() == (2, "x").GetHashCode()));
        var big = (1, 2, 3, 4, 5, 6, 7, 8, 9, "ten", 11.5);
        T.P("big " + big.Item8 + big.Item10 + big.Item11 + big + big.Rest.Item2 + (big == (1, 2, 3, 4, 5, 6, 7, 8, 9, "ten", 11.5))
            + big.CompareTo((1, 2, 3, 4, 5, 6, 7, 8, 10, "ten", 11.5)));
        var nest = ((1, 2), (3, (4, "five"))); T.P("nest " + nest.Item2.Item2.Item2 + nest); var ((n1, n2), (n3, (n4, n5))) = nest;
        T.P("nest " + n1 + n2 + n3 + n4 + n5);
        T.P("generic " + Pair(1, "a") + Pair(Pair(1, 2), 'c').Item1.Item2 + Pair<int?, object>(null, null));
        var list = new List<(int k, string v)> { (3, "c"), (1, "a"), (2, "b"), (1, "A") }; list.Sort(); string r = "";
        foreach (var (k, v) in list) r += k + v; T.P("sort " + r[..2]); T.P("order", (Eval(1), Eval(2)) == (Eval(1), Eval(3)) ? 1 : 0);
        (long, double) wide = (1, 2); object boxed = wide;
        T.P("wide " + wide + (boxed is (long, double)) + (boxed is (int, int)) + (((long, double))boxed).Item1
            + (boxed is System.Runtime.CompilerServices.ITuple it ? it.Length : 0));
        int[] arr = { 1, 2, 3 }; (arr[0], arr[2]) = (arr[2], arr[0]); int i = 0; (i, arr[i]) = (1, 50); T.P("assign " + T.Join(arr) + i);
        ValueTuple unit = default;
        T.P("unit " + unit + unit.Equals(ValueTuple.Create()) + ValueTuple.Create(5) + Tuple.Create(1, "r")
            + Tuple.Create(1, 2).Equals(Tuple.Create(1, 2)) + (Tuple.Create(1, 2).GetHashCode() == Tuple.Create(1, 2).GetHashCode()));
    }
}
