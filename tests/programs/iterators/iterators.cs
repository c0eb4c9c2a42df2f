// Iterators: state, finally on early exit, nested try, parameters captured, multiple enumerations, generic and recursive iterators,
// exceptions inside, foreach over patterns.
using System;
using System.Collections;
using System.Collections.Generic;

namespace iterators;

struct Range3
{
    public int N; public En GetEnumerator() => new En { n = N };
    public struct En { public int n, c; public bool MoveNext() => c++ < n; public int Current => c * c; }
}
ref struct RefEn
{
    Span<int> s; int i; public RefEn(Span<int> s) { this.s = s; i = -1; } public bool MoveNext() => ++i < s.Length;
    public ref int Current => ref s[i]; public RefEn GetEnumerator() => this; public void Dispose() => T.P("ref dispose");
}
class Tree : IEnumerable<int>
{
    public int V; public Tree L, R;
    public IEnumerator<int> GetEnumerator()
    {
        if (L != null) foreach (int x in L) yield return x; yield return V; if (R != null) foreach (int x in R) yield return x;
    }
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
static class ExtEnum { public static IEnumerator<char> GetEnumerator(this int n) { foreach (char c in n.ToString()) yield return c; } }

static class Program
{
    static IEnumerable<int> Count(int from, int to)
    {
        T.P("start"); try { for (int i = from; i < to; i++) { T.P("yield", i); yield return i; } T.P("end"); } finally { T.P("finally"); }
    }
    static IEnumerable<string> Nested(int bad)
    {
        try { yield return "a"; try { yield return "b"; if (bad == 1) throw new FormatException(); yield return "c"; } finally { T.P("inner"); if (bad == 2) throw new OverflowException(); } yield return "d"; } finally { T.P("outer"); }
        yield return "e";
    }
    static IEnumerable<X> Where<X>(IEnumerable<X> s, Func<X, bool> f) { foreach (X x in s) if (f(x)) yield return x; }
    static IEnumerable<Y> Select<X, Y>(IEnumerable<X> s, Func<X, int, Y> f) { int i = 0; foreach (X x in s) yield return f(x, i++); }
    static IEnumerable<X> Take<X>(IEnumerable<X> s, int n)
    {
        if (n <= 0) yield break; foreach (X x in s) { yield return x; if (--n == 0) yield break; }
    }
    static IEnumerable<long> Fib() { long a = 0, b = 1; while (true) { yield return a; (a, b) = (b, a + b); } }
    static IEnumerable<int> Primes()
    {
        var found = new List<int>();
        for (int n = 2; ; n++)
        {
            bool ok = true; foreach (int p in found) { if (p * p > n) break; if (n % p == 0) { ok = false; break; } }
            if (ok) { found.Add(n); yield return n; }
        }
    }
    static IEnumerable<int[]> Perm(int[] a, int k)
    {
        if (k == a.Length) { yield return (int[])a.Clone(); yield break; }
        for (int i = k; i < a.Length; i++)
        {
            (a[k], a[i]) = (a[i], a[k]); foreach (var p in Perm(a, k + 1)) yield return p; (a[k], a[i]) = (a[i], a[k]);
        }
    }
    static IEnumerator Plain() { yield return 1; yield return "two"; yield return null; }
    static IEnumerable<int> Params(int a, string s, params int[] r)
    {
        yield return a++; yield return s.Length; foreach (int x in r) yield return x + a; a = 100; yield return a;
    }
    static IEnumerable<int> Empty() { yield break; }
    static IEnumerable<(int, string)> Locals()
    {
        int i = 0; string s = ""; var list = new List<int>(); while (i < 3) { list.Add(i); s += i; yield return (i + list.Count, s); i++; }
        using (var d = new D()) { yield return (9, "using"); }
        lock (list) { yield return (8, "lock"); } switch (i) { case 3: yield return (7, "case"); goto default; default: yield return (6,
            "default"); break; }
    }
    static IEnumerable<int> Outer(int n) { return Inner(); IEnumerable<int> Inner() { for (int i = 0; i < n; i++) { n--; yield return n; } } }
    static IEnumerable<int> CatchBefore() { int v; try { v = int.Parse("x"); } catch (FormatException) { v = -1; } yield return v; }
    class D : IDisposable { public void Dispose() => T.P("disposed"); }
    class Inst
    {
        int f = 3; public IEnumerable<int> Seq() { while (f > 0) yield return f--; }
        public IEnumerable<int> Prop { get { yield return f; yield return ++f; } } public int this[int i] => f + i;
    }

    internal static void Main()
    {
        foreach (int i in Count(0, 3)) { T.P("got", i); if (i == 1) break; } var c = Count(5, 6); T.P("lazy"); T.P(T.Join(c)); T.P(T.Join(c));
        var e = Count(7, 9).GetEnumerator(); e.MoveNext(); T.P("current", e.Current); e.Dispose(); T.P("after dispose " + e.MoveNext());
        Count(0, 1).GetEnumerator().Dispose();
        for (int bad = 0; bad < 3; bad++)
        {
            string s = ""; try { foreach (string x in Nested(bad)) s += x; } catch (Exception ex) { s += "E" + T.Kind(ex); } T.P("nested " + s);
        }
        foreach (string x in Nested(0)) if (x == "b") break; var ne = Nested(1).GetEnumerator(); ne.MoveNext(); ne.MoveNext();
        T.P("throw " + T.Throws(() => ne.MoveNext()) + ne.MoveNext());
        T.P(T.Join(Take(Where(Select(Fib(), (x, i) => x * 10 + i % 10), x => x % 3 == 0), 6))); T.P(T.Join(Take(Primes(), 15))); string ps = "";
        foreach (var p in Perm([1, 2, 3], 0)) ps += p[0] + "" + p[1] + p[2] + " "; T.P(ps); var pl = Plain(); string t = "";
        while (pl.MoveNext()) t += pl.Current ?? "null"; T.P(t + T.Throws(() => pl.Reset()));
        T.P(T.Join(Params(1, "abc", 4, 5)) + T.Join(Empty()) + T.Join(Outer(6)) + T.Join(CatchBefore())); T.P(T.Join(Locals()));
        var tree = new Tree { V = 5, L = new Tree { V = 2, R = new Tree { V = 3 } }, R = new Tree { V = 8, L = new Tree { V = 6 } } };
        T.P(T.Join(tree)); var inst = new Inst(); T.P(T.Join(inst.Seq()) + T.Join(inst.Seq()) + T.Join(inst.Prop) + inst[4]); int sum = 0;
        foreach (int x in new Range3 { N = 5 }) sum += x; T.P("pattern", sum); Span<int> sp = [1, 2, 3]; foreach (ref int r in new RefEn(sp)) r *= 3;
        T.P("ref", sp[2]); string digits = ""; foreach (char ch in 4096) digits = ch + digits; T.P("ext " + digits); var e1 = c.GetEnumerator();
        var e2 = c.GetEnumerator(); T.P("separate " + ReferenceEquals(e1, e2)); var shared = Take(Fib(), 50); long total = 0;
        foreach (long a in shared) foreach (long b in Take(shared, 3)) total += a + b; T.P("total", total);
        foreach ((int k, string v) in Locals()) if (k > 5) T.P("decon " + k + v);
    }
}
