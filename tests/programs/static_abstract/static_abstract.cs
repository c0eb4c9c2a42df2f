// Static abstract and virtual interface members: classes and structs, operators, generics over them, default static virtual bodies,
// inheritance.
using System;
using System.Collections.Generic;

namespace static_abstract;

interface IShape<S> where S : IShape<S>
{
    static abstract S Create(int n); static abstract string Kind { get; } static virtual int Sides => 0; static abstract S operator +(S a, S b);
    int Area(); static virtual string Describe(S s) => S.Kind + ":" + s.Area() + ":" + S.Sides; static abstract int Count { get; set; }
    static abstract implicit operator int(S s); static abstract bool operator ==(S a, S b); static abstract bool operator !=(S a, S b);
}
class Square : IShape<Square>
{
    public int N; public static Square Create(int n) { Count++; return new Square { N = n }; } public static string Kind => "square";
    public static int Sides => 4; public static Square operator +(Square a, Square b) => Create(a.N + b.N); public int Area() => N * N;
    public static int Count { get; set; } public static implicit operator int(Square s) => s.N;
    public static bool operator ==(Square a, Square b) => a.N == b.N; public static bool operator !=(Square a, Square b) => a.N != b.N;
    public override bool Equals(object o) => false; public override int GetHashCode() => 0;
}
struct Dot : IShape<Dot>
{
    public int N; static Dot IShape<Dot>.Create(int n) => new Dot { N = n + 1 }; static string IShape<Dot>.Kind => "dot";
    public static Dot operator +(Dot a, Dot b) => new Dot { N = a.N * b.N }; public int Area() => N; public static int Count { get => 7; set { } }
    public static implicit operator int(Dot s) => -s.N; public static bool operator ==(Dot a, Dot b) => false;
    public static bool operator !=(Dot a, Dot b) => true; public override bool Equals(object o) => false; public override int GetHashCode() => 0;
    static string IShape<Dot>.Describe(Dot s) => "own " + s.N;
}
class Ring<X> : IShape<Ring<X>>
{
    public X V; public int N; public static Ring<X> Create(int n) => new() { N = n };
    public static string Kind => typeof(X) == typeof(int) ? "ring int" : typeof(X) == typeof(string) ? "ring string" : "ring other";
    public static Ring<X> operator +(Ring<X> a, Ring<X> b) => Create(a.N - b.N); public int Area() => N; public static int Count { get; set; } = 100;
    public static implicit operator int(Ring<X> s) => s.N; public static bool operator ==(Ring<X> a, Ring<X> b) => ReferenceEquals(a, b);
    public static bool operator !=(Ring<X> a, Ring<X> b) => !(a == b); public override bool Equals(object o) => false;
    public override int GetHashCode() => 0;
}
interface IBase { static abstract int Id(); static virtual string Text() => "default"; }
interface IMid : IBase { static int IBase.Id() => 11; static string IBase.Text() => "mid"; }
class UseMid : IMid { }
class OwnMid : IMid, IBase { static int IBase.Id() => 12; }
class Parent : IBase { public static int Id() => 1; }
class Child : Parent, IBase { public static new int Id() => 2; }
class Child2 : Parent { }
interface IFactory<out X> { static abstract X Make(); }
class FactoryS : IFactory<string> { public static string Make() => "made"; }
class FactoryI : IFactory<int> { public static int Make() => 5; }
interface IGeneric { static abstract string Name<Y>(Y y); }
class G1 : IGeneric { public static string Name<Y>(Y y) => "g1 " + y + (typeof(Y) == typeof(string)); }
struct G2 : IGeneric { public static string Name<Y>(Y y) => "g2 " + y + (y is int); }
interface IMonoid<M> { static abstract M Zero { get; } static abstract M Plus(M a, M b); }
readonly struct IntSum : IMonoid<int> { public static int Zero => 0; public static int Plus(int a, int b) => a + b; }
readonly struct StrCat : IMonoid<string> { public static string Zero => ""; public static string Plus(string a, string b) => a + b; }
readonly struct Pair<A, B, MA, MB> : IMonoid<(A, B)> where MA : IMonoid<A> where MB : IMonoid<B>
{
    public static (A, B) Zero => (MA.Zero, MB.Zero);
    public static (A, B) Plus((A, B) x, (A, B) y) => (MA.Plus(x.Item1, y.Item1), MB.Plus(x.Item2, y.Item2));
}

static class Program
{
    static string Use<S>(int n) where S : IShape<S>
    {
        var a = S.Create(n); var b = S.Create(n + 1); var c = a + b; S.Count += 10; int i = c;
        return S.Kind + S.Sides + c.Area() + S.Describe(c) + i + (a == b) + (a != b) + S.Count;
    }
    static string Ids<X>() where X : IBase => X.Id() + X.Text();
    static Y Make<X, Y>() where X : IFactory<Y> => X.Make();
    static string Gen<X>() where X : IGeneric => X.Name(5) + X.Name("s") + X.Name<object>(null) + X.Name(new List<int>().Count);
    static M Fold<M, F>(IEnumerable<M> items) where F : IMonoid<M> { M r = F.Zero; foreach (M m in items) r = F.Plus(r, m); return r; }
    static Func<int, S> Deleg<S>() where S : IShape<S> => S.Create;
    static unsafe string Pointer<S>() where S : IShape<S> { delegate*<int, S> f = &S.Create; return "" + f(3).Area(); }
    static string Nested<S>(int n) where S : IShape<S> { Func<string> f = () => S.Kind + S.Create(n).Area(); return f(); }
    class Box<S> where S : IShape<S>
    {
        public static readonly string K = S.Kind; public S V = S.Create(9);
        public int Total() { S s = V; for (int i = 0; i < 3; i++) s += V; return s.Area(); }
    }

    internal static void Main()
    {
        T.P(Use<Square>(3)); T.P(Use<Dot>(3)); T.P(Use<Ring<int>>(3)); T.P(Use<Ring<string>>(4)); T.P(Use<Ring<object>>(5));
        T.P("ids " + Ids<UseMid>() + Ids<OwnMid>() + Ids<Parent>() + Ids<Child>() + Ids<Child2>());
        T.P("factory " + Make<FactoryS, string>() + Make<FactoryI, int>() + Make<FactoryS, object>()); T.P(Gen<G1>()); T.P(Gen<G2>());
        T.P("fold " + Fold<int, IntSum>([1, 2, 3]) + Fold<string, StrCat>(["a", "b"]) + Fold<(int, string), Pair<int, string, IntSum,
            StrCat>>([(1, "x"), (2, "y")]) + Fold<((int, int), string), Pair<(int, int), string, Pair<int, int, IntSum, IntSum>,
            StrCat>>([((1, 2), "p"), ((3, 4), "q")]));
        T.P("delegate " + Deleg<Square>()(4).Area() + Deleg<Dot>()(4).Area() + Deleg<Ring<string>>()(4).Area());
        T.P("pointer " + Pointer<Square>() + Pointer<Dot>() + Pointer<Ring<long>>());
        T.P("nested " + Nested<Square>(2) + Nested<Ring<string>>(2) + Nested<Dot>(2));
        T.P("box " + Box<Square>.K + new Box<Square>().Total() + Box<Dot>.K + new Box<Dot>().Total() + Box<Ring<string>>.K
            + new Box<Ring<string>>().Total());
    }
}
