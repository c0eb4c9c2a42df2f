// Local functions and lambdas: captures by reference, loops, nested scopes, recursion, static and generic local functions, struct
// closures, this captures.
using System;
using System.Collections.Generic;

namespace closures_local;

class Counter
{
    int total;
    public Func<int, int> Adder(int step) => n => total += n * step;
    public Action Nested()
    {
        int a = 1; return () => { int b = 2; Action inner = () => { total += a + b; a++; b++; }; inner(); inner(); total += b; };
    }
    public int Total => total;
}

static class Program
{
    static IEnumerable<Func<int>> Loop() { for (int i = 0; i < 3; i++) yield return () => i++; }
    static int Fib(int n) { return F(n); static int F(int k) => k < 2 ? k : F(k - 1) + F(k - 2); }
    static int Local(int x)
    {
        int calls = 0;
        int r = Add(x) + Add(x * 2);
        return r * 100 + calls;
        int Add(int y) { calls++; return Inner(y) + x; int Inner(int z) { calls += 10; return z + calls; } }
    }
    static string Generic<X, Y>(X a, Y b)
    {
        return Pair(a) + Pair(b) + Swap(b, a); string Pair<Z>(Z z) => "<" + z + a + ">"; string Swap<P, Q>(P p, Q q) => "" + p + q;
    }
    static bool IsEven(int n) { bool Even(int k) => k == 0 || Odd(k - 1); bool Odd(int k) => k != 0 && Even(k - 1); return Even(n); }
    static Func<int, Func<int, Func<int, int>>> Curry() => a => b => c => a * 100 + b * 10 + c;
    static Func<X, Z> Compose<X, Y, Z>(Func<X, Y> f, Func<Y, Z> g) => x => g(f(x));
    static Func<int, int> Fix(Func<Func<int, int>, int, int> f) { Func<int, int> self = null; self = n => f(self, n); return self; }
    static void RefCapture(ref int outer) { int copy = outer; void Bump() => copy += 5; Bump(); Bump(); outer = copy; }
    static Func<X> Default<X>() => () => default;
    static Func<X[]> MakeArray<X>(int n, X v) => () => { var a = new X[n]; Array.Fill(a, v); return a; };

    internal static void Main()
    {
        var counter = new Counter(); var add = counter.Adder(3); add(1); add(5); counter.Nested()(); T.P("counter", counter.Total);
        var fs = new List<Func<int>>(Loop()); T.P("loop " + fs[0]() + fs[1]() + fs[2]() + fs[0]());
        var actions = new List<Func<int>>(); for (int i = 0; i < 4; i++) { int copy = i * 10; actions.Add(() => copy + i); } string s = "";
        foreach (var a in actions) s += a() + ","; T.P("for " + s);
        actions.Clear(); foreach (int v in new[] { 7, 8, 9 }) actions.Add(() => v); s = ""; foreach (var a in actions) s += a(); T.P("foreach " + s);
        T.P("fib", Fib(20)); T.P("local", Local(5)); T.P("generic " + Generic(1, "x") + Generic('c', 2.5)); T.P("even " + IsEven(10) + IsEven(7));
        T.P("curry", Curry()(1)(2)(3)); T.P("compose", Compose<int, string, int>(x => new string('x', x), t => t.Length * 2)(21));
        T.P("fix", Fix((f, n) => n < 2 ? 1 : n * f(n - 1))(10));
        int o = 1; RefCapture(ref o); T.P("ref", o);
        int shared = 0; Action inc = () => shared++; Func<int> get = () => shared; inc(); inc(); shared += 10; inc(); T.P("shared", get());
        { int x = 1; Action f1 = () => x++; { int y = 10; Action f2 = () => { x += y; y++; }; f2(); f2(); f1(); T.P("scopes", x * 100 + y); } }
        T.P("default " + Default<int>()() + (Default<string>()() == null) + Default<(int, long)>()().Item2 + MakeArray(3, "q")()[2]
            + MakeArray(2, 1.5)()[0]);
        Func<int, int> stat = static x => x * 2; T.P("static", stat(4)); Func<int, int, int> dis = (_, _) => 7; T.P("discard", dis(1, 2));
        var opt = (int a, int b = 5) => a + b; T.P("opt", opt(1) * 100 + opt(1, 1)); var par = (params int[] xs) => xs.Length;
        T.P("params", par(1, 2, 3));
        var rf = (ref int a, out int b) => { a++; b = a * 2; }; int q1 = 3; rf(ref q1, out int q2); T.P("ref lambda", q1 * 10 + q2);
        Func<Func<int>> make = () => { int n = 0; return () => ++n; }; var c1 = make(); var c2 = make(); c1(); c1(); c2();
        T.P("independent", c1() * 10 + c2());
        try { int inTry = 4; Func<int> f = () => inTry++; f(); throw new Exception("m"
            + f()); } catch (Exception e) when (new Func<bool>(() => e.Message == "m5")()) { string m = e.Message; Func<string> g = () => m
            + e.Message; T.P("catch " + g()); }
        Action chain = null; for (int i = 0; i < 3; i++) { int k = i; chain += () => s += k; } s = ""; chain(); T.P("chain " + s);
        var memo = new Dictionary<int, long>();
        long Mem(int n) => memo.TryGetValue(n, out long r) ? r : memo[n] = n < 2 ? n : Mem(n - 1) + Mem(n - 2); T.P("memo", Mem(80));
    }
}
