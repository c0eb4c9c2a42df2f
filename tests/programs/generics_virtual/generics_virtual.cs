// Generic virtual methods, generic interface methods, explicit generic implementations, dispatch over many instantiations, default
// interface generic methods, variance with generic methods, visitors.
using System;
using System.Collections.Generic;

namespace generics_virtual;

static class N
{
    public static string Of<X>() => typeof(X) == typeof(int) ? "i" : typeof(X) == typeof(string) ? "s" : typeof(X) == typeof(object) ? "o"
        : typeof(X) == typeof(double) ? "d" : typeof(X) == typeof(List<string>) ? "ls" : typeof(X) == typeof(List<int>) ? "li"
        : typeof(X) == typeof((int, string)) ? "t" : typeof(X).IsValueType ? "v" : "c";
}
abstract class Base
{
    public virtual string M<X>() => "Base" + N.Of<X>(); public abstract X Id<X>(X x); public virtual string Two<X, Y>(X x, Y y) => "B" + x + y;
    public virtual List<X> ListOf<X>(params X[] xs) => new(xs); public virtual X[] Arr<X>(int n) => new X[n];
    public virtual string Nested<X>(int n) => n == 0 ? M<X>() : M<List<X>>() + Nested<string>(0) + n;
}
class D1 : Base { public override string M<X>() => "D1" + base.M<X>(); public override X Id<X>(X x) { Calls++; return x; } public static int Calls; }
class D2 : D1
{
    public override string M<X>() => "D2" + N.Of<X>(); public override X Id<X>(X x) => default;
    public override string Two<X, Y>(X x, Y y) => "2" + base.Two(y, x);
    public sealed override List<X> ListOf<X>(params X[] xs) { var l = base.ListOf(xs); l.Reverse(); return l; }
}
class D3<Z> : D2
{
    public Z V; public override string M<X>() => "D3" + N.Of<Z>() + N.Of<X>() + base.M<Z>();
    public new virtual string Two<X, Y>(X x, Y y) => "hidden"; public override X[] Arr<X>(int n) { var a = base.Arr<X>(n + 1); return a; }
}
interface IVisit
{
    R Visit<R>(IVisitor<R> v); string Name<X>(X x); string Def<X>(X x) => "def " + N.Of<X>() + x; static string Stat<X>() => "stat" + N.Of<X>();
}
interface IVisitor<R> { R Num(int n); R Add(IVisit a, IVisit b); }
class Num(int n) : IVisit { public R Visit<R>(IVisitor<R> v) => v.Num(n); public string Name<X>(X x) => "num" + N.Of<X>() + x; }
class Add(IVisit a, IVisit b) : IVisit
{
    public R Visit<R>(IVisitor<R> v) => v.Add(a, b); string IVisit.Name<X>(X x) => "add" + N.Of<X>() + x; string IVisit.Def<X>(X x) => "own def " + x;
}
struct Leaf : IVisit
{
    public int N; public R Visit<R>(IVisitor<R> v) { this.N++; return v.Num(N); }
    public string Name<X>(X x) => "leaf" + generics_virtual.N.Of<X>() + N;
}
class Eval : IVisitor<int> { public int Num(int n) => n; public int Add(IVisit a, IVisit b) => a.Visit(this) + b.Visit(this); }
class Show : IVisitor<string>
{
    public string Num(int n) => n.ToString(); public string Add(IVisit a, IVisit b) => "(" + a.Visit(this) + "+" + b.Visit(this) + ")";
}
class Depth : IVisitor<(int, string)>
{
    public (int, string) Num(int n) => (1, "n");
    public (int, string) Add(IVisit a, IVisit b)
    {
        var x = a.Visit(this); var y = b.Visit(this); return (Math.Max(x.Item1, y.Item1) + 1, x.Item2 + y.Item2);
    }
}
interface IGen<X> { string Do<Y>(X x, Y y); }
class Gen<X> : IGen<X> { public virtual string Do<Y>(X x, Y y) => N.Of<X>() + N.Of<Y>() + x + y; }
class GenD<X> : Gen<X> { public override string Do<Y>(X x, Y y) => "D" + base.Do(x, y) + base.Do(x, x); }
class GenBoth : IGen<int>, IGen<string>
{
    string IGen<int>.Do<Y>(int x, Y y) => "int " + y; string IGen<string>.Do<Y>(string x, Y y) => "str " + y + N.Of<Y>();
}
interface IOut<out X> { X Get(); string Call<Y>(Y y); }
class Out : IOut<string> { public string Get() => "g"; public string Call<Y>(Y y) => "call" + N.Of<Y>() + y; }
abstract class Monad<X>
{
    public abstract Monad<Y> Bind<Y>(Func<X, Monad<Y>> f); public virtual Monad<Y> Map<Y>(Func<X, Y> f) => Bind(x => new Just<Y>(f(x)));
}
class Just<X>(X v) : Monad<X>
{
    public X V => v; public override Monad<Y> Bind<Y>(Func<X, Monad<Y>> f) => f(v); public override string ToString() => "J" + v;
}
class None<X> : Monad<X> { public override Monad<Y> Bind<Y>(Func<X, Monad<Y>> f) => new None<Y>(); public override string ToString() => "None"; }

static class Program
{
    static string Sweep(Base b) => b.M<int>() + " " + b.M<string>() + " " + b.M<object>() + " " + b.M<List<string>>() + " " + b.M<(int, string)>()
        + " " + b.Id(5) + b.Id("x") + b.Id((1, "t")) + b.Id(1.5) + " " + b.Two(1, "a") + b.Two("b", 2.5) + " " + T.Join(b.ListOf(1, 2))
        + T.Join(b.ListOf("p", "q")) + b.Arr<int>(2).Length + b.Arr<string>(2).Length + " " + b.Nested<string>(1) + b.Nested<int>(1);
    static string Via<X>(Base b, X x) => b.M<X>() + b.Id(x) + b.Two(x, x) + b.ListOf(x, x).Count + b.M<List<X>>() + b.M<X[]>();
    static string Constrained<V, X>(V v, X x) where V : IVisit => v.Name(x) + v.Def(x) + v.Visit(new Show()) + v.Visit(new Eval());

    internal static void Main()
    {
        foreach (Base b in new Base[] { new D1(), new D2(), new D3<int>(), new D3<string>() }) { T.P(Sweep(b)); T.P(Via(b, 7) + " " + Via(b, "v")
            + " " + Via<object>(b, 'c')); }
        T.P("calls", D1.Calls); T.P("hidden " + new D3<long>().Two(1, 2) + ((Base)new D3<long>()).Two(1, 2));
        IVisit e = new Add(new Num(3), new Add(new Num(4), new Leaf { N = 9 }));
        T.P("visit " + e.Visit(new Eval()) + e.Visit(new Show()) + e.Visit(new Depth()) + e.Name(5) + e.Name("s") + e.Def(1) + new Num(1).Name(2.5)
            + ((IVisit)new Num(1)).Def("z") + ((IVisit)new Leaf { N = 5 }).Name(new List<int>().Count) + IVisit.Stat<string>());
        T.P("constrained " + Constrained(new Num(2), "c") + Constrained(new Leaf { N = 2 }, 3) + Constrained(e, (1, "t")) + Constrained<IVisit,
            object>(new Leaf(), "o"));
        IGen<int> gi = new GenD<int>(); IGen<string> gs = new GenD<string>();
        T.P("gen " + gi.Do(1, "a") + " " + gi.Do(1, 2.5) + " " + gs.Do("x", 1) + " " + gs.Do("x", "y") + " "
            + ((IGen<int>)new GenBoth()).Do(1, "q") + ((IGen<string>)new GenBoth()).Do("w", 5) + ((IGen<string>)new GenBoth()).Do<object>("w", 5));
        IOut<object> o = new Out(); T.P("variant " + o.Get() + o.Call(5) + o.Call("s") + o.Call<object>(1));
        T.P("monad " + new Just<int>(5).Map(x => x + 1).Map(x => "s" + x).Bind<double>(s => s.Length > 5 ? new None<double>()
            : new Just<double>(s.Length / 4.0)) + new Just<string>("abc").Bind<int>(s => new None<int>()).Map(x => x.ToString()));
        Func<int, int> f = ((Base)new D1()).Id<int>; Func<string, string> fs = ((Base)new D2()).Id<string>;
        Func<string> m = ((Base)new D3<string>()).M<int>; Func<string, string> nm = e.Name<string>;
        Func<int, string> nm2 = new Leaf { N = 1 }.Name<int>; T.P("delegates " + f(8) + (fs("x") == null) + m() + nm("n") + nm2(6)); long total = 0;
        var bases = new Base[] { new D1(), new D2(), new D3<string>(), new D3<int>() };
        for (int i = 0; i < 2000; i++)
        {
            var b = bases[i & 3]; total += b.Id(i) + b.M<string>().Length + (b.Id("abc")?.Length ?? 1) + (i % 5 == 0 ? b.Two(i, "z").Length : 0);
        }
        T.P("loop", total);
    }
}
