// Order of filters, finallys and catches across frames: two-pass semantics, nested tries, rethrow, return and goto through finally,
// loops.
using System;
using System.Runtime.CompilerServices;

namespace exc_order;

class E1 : Exception { public int N; public E1(int n) => N = n; } class E2 : E1 { public E2(int n) : base(n) { } } class E3 : Exception { }

static class Program
{
    static string log = ""; static void L(string s) => log += s + " "; static void Flush(string name) { T.P(name + ": " + log); log = ""; }
    static bool Filter(string s, bool r) { L(s); return r; }
    [MethodImpl(MethodImplOptions.NoInlining)] static void Thrower(int n)
    {
        try { L("t" + n); if (n > 0) throw n % 2 == 0 ? new E2(n) : new E1(n); } finally { L("tf"); }
    }
    static void Middle(int n) { try { try { Thrower(n); } finally { L("m1"); } } catch (E3) { L("never"); } finally { L("m2"); } }
    static int Ret(int k)
    {
        try { if (k == 0) return 1; if (k == 1) { try { return 2; } finally { L("inner"); } } for (int i = 0; i < 3; i++) { try { if (i == k - 2) continue; if (k == 5) break; L("i" + i); } finally { L("f" + i); } } return 3; } finally { L("outer"); }
    }
    static int Override(int k)
    {
        int r = 0;
        while (true)
        {
            try { r++; if (k == 0) throw new E1(1); if (r < k) continue; return r; } catch (E1) { return -1; } finally { r += 100; L("r" + r); }
        }
    }
    static string Goto(int k)
    {
        string s = "";
        try { s += "a"; if (k == 1) goto end; try { s += "b"; if (k == 2) goto end; if (k == 3) goto mid; } finally { s += "f"; } mid: s += "m"; } finally { s += "g"; }
        s += "x"; end: return s + "e";
    }
    static void Rethrow(int depth)
    {
        try { if (depth == 0) throw new E2(7); Rethrow(depth - 1); } catch (E1 e) when (Filter("w" + depth, depth % 2 == 0)) { e.N++; L("c"
            + depth); throw; } finally { L("z" + depth); }
    }
    static int FinallyValue() { int x = 1; try { return x; } finally { x = 99; } }
    static ref int RefRet(int[] a) { try { return ref a[0]; } finally { a[0] = 5; } }

    internal static void Main()
    {
        try { Middle(1); } catch (E1 e) when (Filter("fa" + e.N, false)) { L("no"); } catch (E2) { L("no2"); } catch (E1 e) when (Filter("fb",
            true)) { L("yes" + e.N); } finally { L("end"); }
        Flush("two pass"); try { Middle(2); } catch (E2 e) { L("e2 " + e.N); } Flush("derived"); Middle(0); Flush("none");
        try { try { Middle(3); } catch (E2) { L("wrong"); } } catch (E1) { L("right"); } Flush("skip");
        try { try { Thrower(1); } catch (Exception) when (Filter("outer-first",
            true)) { L("caught"); throw new E3(); } finally { L("fin"); } } catch (E3) { L("e3"); }
        Flush("throw in catch");
        for (int k = 0; k < 6; k++) { L("=" + Ret(k)); Flush("ret" + k); }
        for (int k = 0; k < 4; k++) { L("=" + Override(k * 101)); Flush("override" + k); }
        for (int k = 0; k < 5; k++) T.P("goto" + k + " " + Goto(k)); try { Rethrow(5); } catch (E2 e) { L("top" + e.N); } Flush("rethrow");
        T.P("finally value", FinallyValue()); var arr = new int[1]; RefRet(arr)++; T.P("ref", arr[0]);
        try { try { throw new E1(1); } finally { L("f1"); throw new E2(2); } } catch (E1 e) { L("c" + e.N); } Flush("throw in finally");
        try { try { try { throw new E1(1); } finally { try { throw new E3(); } catch (E3) { L("inner3"); } L("f"); } } finally { L("g"); } } catch (E1 e) { L("c" + e.N); }
        Flush("caught in finally");
        try { try { throw new E1(5); } catch (E1) { try { throw new E2(6); } catch (E2 e) { L("in" + e.N); } throw; } } catch (E1 e) { L("out"
            + e.N); }
        Flush("rethrow after inner"); try { throw new E1(1); } catch (E1) when (Bad()) { L("no"); } catch (E1) { L("filter threw"); }
        Flush("filter throws"); try { try { throw new E1(1); } catch (E1) when (Filter("f1", Try2())) { L("c"); } } catch { L("x"); }
        Flush("filter catches inside"); int n = 0;
        for (int i = 0; i < 50; i++)
        {
            try { if (i % 3 == 0) throw new E1(i); n += 1; } catch (E1 e) { n += e.N; if (i == 30) break; continue; } finally { n += 1000; }
            n += 100000;
        }
        T.P("loop", n);
        int depth = 0; try { Recurse(100, ref depth); } catch (E1 e) { T.P("recursed " + depth + " " + e.N); } Action a = null; a += () => L("a1");
        a += () => throw new E1(9); a += () => L("a2"); try { a(); } catch (E1) { L("multi"); } Flush("multicast");
        try { } finally { L("empty try"); } try { L("x"); } catch { } Flush("empty");
        { int v = 1; try { v = 2; Thrower(1); v = 3; } catch (E1) { L("v" + v); v = 4; } finally { L("w" + v); v = 5; } L("y" + v); } Flush("locals");
        string s = null;
        try { s = "set"; _ = s.Length; s = null; _ = s.Length; } catch (NullReferenceException) when (s == null) { L("null filter sees local"); }
        Flush("local in filter");
        static int Nest(int k)
        {
            try { try { try { if (k == 0) return 0; throw new E1(k); } catch (E1 e) when (e.N == 1) { return 10; } finally { L("n1"); } } catch (E1 e) when (e.N == 2) { return 20; } finally { L("n2"); } } catch (E1) { return 30; } finally { L("n3"); }
        }
        for (int k = 0; k < 4; k++) L("=" + Nest(k)); Flush("nest"); var saved = new E1(4);
        for (int i = 0; i < 2; i++) try { throw saved; } catch (E1 e) { L("" + ReferenceEquals(e, saved)); } Flush("same object"); long sum = 0;
        for (int i = 0; i < 5000; i++) try { Chain(i % 7); } catch (E1 e) { sum += e.N; } T.P("many", sum);
    }

    static void Chain(int n)
    {
        if (n == 0) throw new E1(1); try { Chain(n - 1); } catch (E1 e) when (e.N % 2 == 0) { throw new E1(e.N + 10); } finally { n++; }
    }
    static bool Bad() { L("bad"); throw new E3(); }
    static bool Try2() { try { throw new E2(3); } catch (E2) { L("t2"); return true; } finally { L("t2f"); } }
    static void Recurse(int n, ref int depth) { depth++; try { if (n == 0) throw new E1(42); Recurse(n - 1, ref depth); } finally { depth += 1000; } }
}
