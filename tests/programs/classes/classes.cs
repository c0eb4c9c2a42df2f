// Classes: virtual, abstract, sealed, hiding with new, base calls, covariant returns, constructors and initialiser order, virtual
// calls from constructors, properties, indexers, operators, nested and partial classes, casts.
using System;

namespace classes;

abstract class A
{
    protected string log = "a";
    readonly int early = Note("A.field");
    protected A() { Note("A.ctor"); log += Name(); }
    public abstract string Name();
    public virtual int V(int x) => x + 1;
    public virtual int W() => 10;
    public int NonVirtual() => 100 + W();
    public virtual object Make() => "A";
    public virtual A Self() => this;
    public string Log => log;
    public static int Note(string s) { T.P("note " + s); return s.Length; }
    public override string ToString() => "A:" + Name() + early;
    public virtual int Prop { get => 1; set => log += value; }
    public virtual int this[int i] => i;
    public virtual void G<X>(X x) => T.P("A.G " + x);
}
class B : A
{
    readonly string name = "b" + Note("B.field");
    public B() : this(5) { Note("B.ctor"); }
    public B(int x) { Note("B.ctor" + x); }
    public override string Name() => name ?? "(early)";
    public override int V(int x) => base.V(x) * 2;
    public new virtual int W() => 20;
    public override string Make() => "B";
    public override B Self() => this;
    public override int Prop { get => base.Prop + 10; set { base.Prop = value; log += "B"; } }
    public override int this[int i] => base[i] * 10;
    public int OnlyB = 77;
}
class C : B
{
    public C() : base(7) { }
    public sealed override int V(int x) => base.V(x) + 1000;
    public override int W() => 30;
    public sealed override C Self() => this;
    public override string Make() => "C" + base.Make();
    public new string Log => "hidden " + base.Log;
    public override void G<X>(X x) { base.G(x); T.P("C.G " + x); }
    public override bool Equals(object o) => o is C; public override int GetHashCode() => 9;
}
sealed class D : C { public new int W() => 40; public override string Name() => "d"; public override int Prop { set => log += "D" + value; } }
class Outer
{
    int secret = 3; public class Inner { public int Peek(Outer o) => o.secret; public class Deep { public static int Value = 8; } }
    static class Helper { public static int Get() => 4; } public int Use() => Helper.Get();
}
partial class Part { public int X = 1; partial void Hook(int v); public void Run() { Hook(X); } }
partial class Part { partial void Hook(int v) => X = v + 10; }
class Order
{
    static int n; public int A = ++n, B = ++n; public int C { get; } = ++n; public Order() { D = ++n; } public readonly int D; public int E = ++n;
    public required int F { get; init; }
}
class Money
{
    public int V; public static Money operator +(Money a, Money b) => new() { V = a.V + b.V };
    public static Money operator -(Money a) => new() { V = -a.V }; public static Money operator ++(Money a) => new() { V = a.V + 1 };
    public static bool operator <(Money a, Money b) => a.V < b.V; public static bool operator >(Money a, Money b) => a.V > b.V;
    public static implicit operator Money(int v) => new() { V = v }; public static explicit operator int(Money m) => m.V;
    public static Money operator <<(Money a, int n) => new() { V = a.V << n }; public static bool operator ==(Money a, Money b) => a?.V == b?.V;
    public static bool operator !=(Money a, Money b) => !(a == b); public override bool Equals(object o) => o is Money m && this == m;
    public override int GetHashCode() => V;
}
abstract class Template { public int Run() => Step1() * 10 + Step2(); protected abstract int Step1(); protected virtual int Step2() => 2; }
class Impl : Template { protected override int Step1() => 7; }
class Impl2 : Impl { protected override int Step2() => base.Step2() + 1; }
class Node<X> where X : Node<X> { public X Next; public int Count() => 1 + (Next?.Count() ?? 0); } class Link : Node<Link> { }
class Primary(int a, string b) : Impl
{
    readonly int twice = a * 2; public int Sum() => a + twice + b.Length; public void Inc() => a++; protected override int Step1() => a;
}

static class Program
{
    static int Sum(A a) => a.V(1) + a.W() + a.NonVirtual();
    static string Over(object o) => "object"; static string Over(string s) => "string"; static string Over(int i) => "int";
    static string Over(long l) => "long"; static string Over(double d) => "double"; static string Over(A a) => "A"; static string Over(B b) => "B";
    static string Over<X>(X[] a) => "array"; static string Over(params int[] a) => "params";

    internal static void Main()
    {
        var b = new B(); var c = new C(); var d = new D(); A ab = b, ac = c, ad = d;
        T.P("log " + b.Log + " " + ac.Log + " " + c.Log + " " + ad.Log); T.P("sum " + Sum(b) + " " + Sum(c) + " " + Sum(d));
        T.P("w " + b.W() + ab.W() + c.W() + ((B)c).W() + d.W() + ((C)d).W() + ac.W()); T.P("text " + b + c + d);
        T.P("make " + ab.Make() + ac.Make() + ad.Make() + c.Make().Length);
        T.P("self " + (ab.Self() == b) + b.Self().OnlyB + c.Self().W() + d.Self().V(2)); ab.Prop = 5; ac.Prop = 6; ad.Prop = 7;
        T.P("prop " + ab.Prop + ad.Prop + b.Log + ad.Log); T.P("indexer " + ab[3] + ad[4]); ad.G(5); ab.G("s"); ac.G((1, 2));
        T.P("equals " + c.Equals(d) + b.Equals(c) + Equals(c, d) + c.GetHashCode());
        T.P("casts " + (ab is C) + (ac is B) + (ad as C == d) + (ab as C == null) + T.Throws(() => _ = (C)ab) + ((B)ad).OnlyB + ((A)null is null)
            + (ac.GetType() == typeof(C)) + (ac.GetType() == typeof(B)));
        T.P("nested " + new Outer.Inner().Peek(new Outer()) + Outer.Inner.Deep.Value + new Outer().Use()); var part = new Part(); part.Run();
        T.P("partial", part.X); var o = new Order { F = 9 }; T.P("order " + o.A + o.B + o.C + o.D + o.E + o.F);
        Money m = 5, n = m; m += 3; m++; var neg = -m;
        T.P("money " + m.V + n.V + neg.V + (n < m) + (n > m) + (int)(m << 2) + (n == 5) + (n != null) + (null == (Money)null));
        T.P("template " + new Impl().Run() + " " + new Impl2().Run()); T.P("crtp", new Link { Next = new Link { Next = new Link() } }.Count());
        var pr = new Primary(4, "abc"); pr.Inc(); T.P("primary " + pr.Sum() + " " + pr.Run());
        T.P("overloads " + Over(null as object) + Over("s") + Over(1) + Over(1L) + Over(1u) + Over(1f) + Over('c') + Over(ab) + Over(c)
            + Over(new int[1]) + Over(new string[1]) + Over() + Over(1, 2) + Over(1m));
        object ob = b; T.P("object " + ob.ToString() + ob.Equals(b) + ReferenceEquals(ob, b) + (ob.GetHashCode() == b.GetHashCode()));
        T.P("null call " + T.Throws(() => T.Opaque<A>(null).V(1)) + T.Throws(() => T.Opaque<A>(null).NonVirtual())
            + T.Throws(() => _ = T.Opaque<B>(null).OnlyB) + T.Throws(() => T.Opaque<B>(null).OnlyB = 1)
            + T.Throws(() => T.Opaque<object>(null).ToString()));
    }
}
