// Delegates: static, instance, virtual, interface, struct targets, extension closed over the first argument, generic targets,
// multicast, equality, removal, returns and refs through multicast, events, variance, function pointers.
using System;
using System.Collections.Generic;

namespace delegates;

delegate int Op(int a, int b);
delegate void RefAct(ref int a, out string s);
delegate X Gen<X>(X x);
delegate ref int RefRet(int[] a);
delegate int Big(int a, long b, double c, string d, (int, long, string) e, byte f, decimal g);
delegate (long, string, double) BigRet(int x);
class Target
{
    public int K = 1; public int Inst(int a, int b) => a * b + K; public virtual int Virt(int a, int b) => 100;
    public static int Stat(int a, int b) => a - b; public X Id<X>(X x) { K++; return x; } public virtual string GV<X>(X x) => "T" + x;
    public int Field(int x) => K += x;
}
class Derived : Target
{
    public override int Virt(int a, int b) => 200 + K; public Op BaseVirt() => base.Virt; public override string GV<X>(X x) => "D" + x + base.GV(x);
}
struct Val : IDo
{
    public int N; public int Add(int a, int b) { N += a + b; return N; } public int Do() => ++N; public override string ToString() => "v" + N;
}
interface IDo { int Do(); int Def(int x) => x + Do(); }
static class Ext
{
    public static int Count(this string s, int n) => s.Length + n; public static string Tag(this object o, string t) => t + (o ?? "null");
}
class G<X>
{
    public X V; public X Get() => V; public static X Echo(X x) => x; public Func<Y, (X, Y)> Pair<Y>() => y => (V, y); public static event Action<X> E;
    public static void Raise(X x) => E?.Invoke(x);
}
class Pub
{
    public event EventHandler<int> Changed; public event Action Plain; EventHandler custom; public int Adds;
    public event EventHandler Custom { add { Adds++; custom += value; } remove { Adds--; custom -= value; } }
    public void Fire(int v) { Changed?.Invoke(this, v); Plain?.Invoke(); custom?.Invoke(this, EventArgs.Empty); }
    public int Length => Changed?.GetInvocationList().Length ?? 0;
}

static unsafe class Program
{
    static string log = ""; static void L(string s) => log += s; static string Take() { string s = log; log = ""; return s; }
    static int A(int a, int b) { L("A"); return a + b; } static int B(int a, int b) { L("B"); return a * b; }
    static int Boom(int a, int b) { L("!"); throw new FormatException(); } static ref int First(int[] a) => ref a[0];
    static void RA(ref int a, out string s) { a++; s = "s" + a; }
    static int BigT(int a, long b, double c, string d, (int, long, string) e, byte f, decimal g) => a + (int)b + (int)c + d.Length + e.Item1
        + e.Item3.Length + f + (int)g;
    static (long, string, double) BR(int x) => (x, "r" + x, x / 2.0); static int Call(Op op) => op(6, 3); static X Twice<X>(Gen<X> g, X x) => g(g(x));
    static int Inc(int x) => x + 1; static string Dbl(string s) => s + s; static int Ptr(delegate*<int, int, int> f) => f(9, 2);
    static X PtrG<X>(delegate*<X, X> f, X x) => f(x); static X Echo<X>(X x) => x; static void V(int* p) => *p += 5;
    static (int, string, long) PS(Val v, string s) => (v.N, s, 3); static Op nullOp;

    internal static void Main()
    {
        var t = new Target(); var d = new Derived { K = 5 };
        T.P("kinds " + Call(Target.Stat) + Call(t.Inst) + Call(t.Virt) + Call(d.Virt) + Call(((Target)d).Virt) + Call(d.BaseVirt())
            + Call((a, b) => a - b) + Call(delegate { return 7; }));
        Op captured = t.Inst; t.K = 50; T.P("late " + captured(1, 1) + ReferenceEquals(captured.Target, t) + (new Op(Target.Stat).Target == null));
        var v = new Val { N = 10 }; Op vo = v.Add; T.P("struct " + vo(1, 2) + vo(1, 2) + v.N + vo.Target); IDo iv = v; Func<int> fi = iv.Do; fi();
        Func<int, int> fd = iv.Def; T.P("interface " + fi() + fd(100) + iv); Func<int> fv = v.Do; T.P("boxed copy " + fv() + fv() + v.N);
        Func<int, int> ext = "hello".Count; Func<string, string> tag = ((object)null).Tag; Func<string, string> tag2 = t.Tag;
        T.P("ext " + ext(10) + tag("t") + (tag2("q").Length > 1) + ext.Target); Gen<int> gi = t.Id; Gen<string> gs = t.Id;
        Gen<object> go = t.Id<object>;
        T.P("generic " + gi(5) + gs("s") + go(1) + t.K + Twice(Inc, 5) + Twice(Dbl, "x") + Twice<double>(Echo, 1.5) + Twice(G<string>.Echo, "e")
            + Twice(new Gen<(int, string)>(G<(int, string)>.Echo), (1, "z")) + new Func<string>(new G<string> { V = "gv" }.Get)()
            + new Func<int>(new G<int> { V = 8 }.Get)() + new G<string> { V = "p" }.Pair<int>()(3) + new G<int> { V = 2 }.Pair<string>()("w"));
        Func<string, string> gv = ((Target)d).GV<string>; Func<int, string> gvi = ((Target)d).GV<int>; T.P("gvm " + gv("a") + gvi(4));
        int x = 1; RefAct ra = RA; ra += RA; ra(ref x, out string so); T.P("ref " + x + so); RefRet rr = First; int[] arr = { 1, 2 }; rr(arr) = 40;
        rr(arr)++; T.P("ref return", arr[0]); Big big = BigT; big += BigT; T.P("big", big(1, 2, 3.5, "four", (5, 6, "seven"), 8, 9.9m));
        BigRet br = BR; br += y => (y * 10, "last", 0.5); T.P("bigret " + br(4));
        Op m = A; m += B; m += A; T.P("multi " + m(3, 4) + Take() + m.GetInvocationList().Length); m -= A; T.P("minus " + m(3, 4) + Take()); m -= A;
        T.P("minus " + m(3, 4) + Take()); m -= A; m -= B; T.P("empty " + (m == null)); m += A; m += Boom; m += B;
        T.P("throws " + T.Throws(() => m(1, 2)) + Take()); Op ab = (Op)A + B, ab2 = (Op)A + (Op)B, abab = ab + ab;
        T.P("equality " + (ab == ab2) + ab.Equals(ab2) + (ab.GetHashCode() == ab2.GetHashCode()) + (ab != abab) + ((Op)A == (Op)A) + ((Op)A == B)
            + (new Op(t.Inst) == new Op(t.Inst)) + (new Op(t.Inst) == new Op(d.Inst)) + ((abab - ab) == ab) + ((abab - A) == abab)
            + ((nullOp + A) == A) + ((ab - ab) == null));
        abab -= B; T.P("remove last " + abab(2, 3) + Take()); Delegate comb = Delegate.Combine((Op)A, null, (Op)B);
        T.P("combine " + ((Op)comb)(5, 6) + Take() + (Delegate.RemoveAll(abab, (Op)A) == (Op)B));
        T.P("mismatch " + T.Throws(() => Delegate.Combine((Op)A, (Func<int, int>)Inc)) + T.Throws(() => nullOp(1, 2))
            + T.Throws(() => nullOp = T.Opaque<Target>(null).Inst));
        var pub = new Pub(); EventHandler<int> h = (s, e) => L("h" + e); EventHandler<int> h2 = (s, e) => L("g" + (s == pub)); pub.Fire(0);
        pub.Changed += h; pub.Changed += h2; pub.Changed += h; pub.Plain += () => L("p"); EventHandler c = (s, e) => L("c"); pub.Custom += c;
        pub.Custom += c; pub.Fire(1); T.P("event " + Take() + pub.Length + pub.Adds); pub.Changed -= h; pub.Custom -= c; pub.Changed -= (s, e) => { };
        pub.Fire(2); T.P("event " + Take() + pub.Length + pub.Adds); G<string>.E += s => L("G" + s); G<int>.E += i => L("i" + i);
        G<string>.Raise("x"); G<int>.Raise(5); G<object>.Raise(1); T.P("static event " + Take()); Action self = null; int depth = 0;
        self = () => { if (depth++ < 5) self(); }; self(); T.P("recursive", depth); Action grow = null;
        grow = () => { L("."); grow += () => L("x"); }; grow(); grow(); T.P("immutable " + Take());
        delegate*<int, int, int> p = &A;
        T.P("pointer " + p(1, 2) + Ptr(&B) + Ptr(&Target.Stat) + Take() + (p == (delegate*<int, int, int>)&A) + (p != null));
        T.P("generic pointer " + PtrG(&Inc, 5) + PtrG(&Dbl, "k") + PtrG<object>(&Echo<object>, "o") + PtrG<int>(&Echo<int>, 3)
            + PtrG(&Echo<(int, string)>, (1, "t")));
        int loc = 1; delegate*<int*, void> pv = &V; pv(&loc); delegate*<Val, string, (int, string, long)> ps = &PS; T.P("ptr " + loc + ps(v, "q"));
        var table = stackalloc delegate*<int, int, int>[3]; table[0] = &A; table[1] = &B; table[2] = &Target.Stat; int acc = 0;
        for (int i = 0; i < 30; i++) acc = acc * 3 + table[i % 3](i, i + 1); Take(); T.P("table", acc); void* raw = p;
        T.P("void " + ((delegate*<int, int, int>)raw)(20, 22)); Take();
        var list = new List<Func<int, int>>(); for (int i = 0; i < 4; i++) { int k = i; list.Add(y => y * k); } T.P("list", list[3](list[2](5)));
        Predicate<int> pr = y => y > 2; Comparison<string> cmp = string.CompareOrdinal; Converter<int, string> conv = Convert.ToString;
        T.P("bcl " + pr(3) + cmp("a", "b") + conv(5)); object o = m;
        T.P("types " + (o is Op) + (o is MulticastDelegate) + (o is Func<int, int, int>) + (o is Delegate));
        Func<Op, Func<int, Op>> high = op => n => (a, b) => op(a + n, b); T.P("high", high(Target.Stat)(10)(1, 2));
        Func<int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int> f16 =
            (a, b, c1, d1, e, f, g, h1, i, j, k, l, m1, n, o1, p1) => a + b * 2 + c1 + d1 + e + f + g + h1 + i + j + k + l + m1 + n + o1 + p1 * 3;
        T.P("sixteen", f16(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
    }
}
