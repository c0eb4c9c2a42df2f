// Interfaces: implicit and explicit implementation, reimplementation, inheritance, default methods, diamonds, base class
// implementing for derived, structs, properties and events, generic interfaces, casts, many interfaces on one type.
using System;
using System.Collections;
using System.Collections.Generic;

namespace interfaces;

interface I1 { int F(); int P { get; set; } event Action E; int this[string s] { get; } }
interface I2 { int F(); }
interface I3 : I1, I2 { int G(); }
class Multi : I3
{
    int p; int I1.F() => 1; int I2.F() => 2; public int F() => 3; public int G() => ((I1)this).F() * 10 + ((I2)this).F();
    public int P { get => p; set => p = value * 2; } int I1.P { get => p + 1000; set => p = value; } public event Action E;
    public void Fire() => E?.Invoke(); public int this[string s] => s.Length;
}
class Base2 { public int F() => 50; public virtual int V() => 51; }
class FromBase : Base2, I2 { }
interface IV { int V(); }
class Virt : Base2, IV { public override int V() => 52; }
class Virt2 : Virt { public override int V() => 53; }
class Re1 : I2 { int I2.F() => 1; public virtual int F() => 2; }
class Re2 : Re1 { public override int F() => 3; }
class Re3 : Re1, I2 { public override int F() => 4; }
class Re4 : Re1, I2 { int I2.F() => 5; }
class Re5 : Re3 { public override int F() => 6; }
class Re6 : Re3 { public new int F() => 7; }
interface IDefault
{
    int A() => 10; int B() => A() + 1; int Abstract(); static int S() => 99; private int Hidden() => 5; int UseHidden() => Hidden() + Abstract();
    sealed int Sealed() => A() * 3;
    string Prop => "dp"; static int Counter;
}
class D1 : IDefault { public int Abstract() => 1; }
class D2 : IDefault { public int A() => 20; public int Abstract() => 2; }
class D3 : D1, IDefault { int IDefault.B() => 300; string IDefault.Prop => "explicit"; }
struct DS : IDefault { public int N; public int Abstract() => ++N; }
interface IL : IDefault { int IDefault.A() => 40; }
interface IR : IDefault { int IDefault.B() => 60; }
class Diamond : IL, IR { public int Abstract() => 3; }
interface IBottom : IL, IR { int IDefault.A() => 70; int IDefault.Abstract() => 80; }
class Bottom : IBottom { }
class Bottom2 : Bottom, IDefault { int IDefault.A() => 90; }
interface IGen<X> { X Get(X x); string Name() => "gen"; }
class GenBoth : IGen<int>, IGen<string>, IGen<object>
{
    int IGen<int>.Get(int x) => x + 1; string IGen<string>.Get(string x) => x + "!"; public object Get(object x) => "obj";
    string IGen<string>.Name() => "string gen";
}
class GenOne<X> : IGen<X> { public X Get(X x) => x; }
class GenTwo<X, Y> : IGen<X>, IGen<(X, Y)>
{
    X IGen<X>.Get(X x) => x; (X, Y) IGen<(X, Y)>.Get((X, Y) t) => (t.Item1, default); string IGen<X>.Name() => "two";
}
interface IDup<X, Y> { string A(X x) => "X"; string B(Y y) => "Y"; }
class Dup : IDup<int, string>, IDup<string, int> { string IDup<string, int>.A(string x) => "override"; }
interface J0 { int M(); }
interface J1 { int M(); }
interface J2 { int M(); }
interface J3 { int M(); }
interface J4 { int M(); }
interface J5 { int M(); }
interface J6 { int M(); }
interface J7 { int M(); }
class Lots : J0, J1, J2, J3, J4, J5, J6, J7
{
    int J0.M() => 0; int J1.M() => 1; int J2.M() => 2; int J3.M() => 3; int J4.M() => 4; int J5.M() => 5; int J6.M() => 6; int J7.M() => 7;
}
struct Val : I2, IComparable<Val>, IEquatable<Val>, IDisposable
{
    public int N; public int F() => N++; public int CompareTo(Val o) => N - o.N; public bool Equals(Val o) => N == o.N;
    public void Dispose() => T.P("dispose", N);
}
class Both : IEnumerable<int>, IEnumerable<string>
{
    IEnumerator<int> IEnumerable<int>.GetEnumerator() { yield return 1; yield return 2; }
    IEnumerator<string> IEnumerable<string>.GetEnumerator() { yield return "s"; } IEnumerator IEnumerable.GetEnumerator() { yield return 'c'; }
}

static class Program
{
    static int CallF<X>(X x) where X : I2 => x.F() * 10 + x.F();
    static int CallBox(I2 i) => i.F() * 10 + i.F();
    static string All(IDefault d) => d.A() + " " + d.B() + " " + d.Abstract() + " " + d.UseHidden() + " " + d.Sealed() + " " + d.Prop;
    static int Poly(I2[] items) { int s = 0; for (int r = 0; r < 3; r++) foreach (var i in items) s = (s * 7 + i.F()) % 1000003; return s; }
    static string Constr<X>(ref X x) where X : IDefault => x.Abstract() + "" + x.A() + x.Abstract();

    internal static void Main()
    {
        var m = new Multi(); I1 i1 = m; I2 i2 = m; I3 i3 = m; T.P("multi " + m.F() + i1.F() + i2.F() + i3.G() + i1["four"]); m.P = 5;
        T.P("prop " + m.P + " " + i1.P); i3.P = 7; T.P("prop " + m.P); int fired = 0; i1.E += () => fired++; m.Fire(); i1.E += () => fired += 10;
        m.Fire(); T.P("event", fired);
        T.P("from base " + ((I2)new FromBase()).F() + ((IV)new Virt()).V() + ((IV)new Virt2()).V());
        T.P("reimpl " + ((I2)new Re1()).F() + ((I2)new Re2()).F() + ((I2)new Re3()).F() + ((I2)new Re4()).F() + ((I2)new Re5()).F()
            + ((I2)new Re6()).F());
        T.P("default1 " + All(new D1())); T.P("default2 " + All(new D2())); T.P("default3 " + All(new D3())); T.P("struct " + All(new DS()));
        var ds = new DS(); T.P("constrained " + Constr(ref ds) + ds.N); T.P("diamond " + All(new Diamond())); T.P("bottom " + All(new Bottom()));
        T.P("bottom2 " + All(new Bottom2())); IDefault.Counter += 5; T.P("static " + IDefault.S() + IDefault.Counter);
        var g = new GenBoth();
        T.P("gen " + ((IGen<int>)g).Get(1) + ((IGen<string>)g).Get("s") + ((IGen<object>)g).Get(1) + ((IGen<int>)g).Name()
            + ((IGen<string>)g).Name());
        T.P("gen1 " + ((IGen<string>)new GenOne<string>()).Get("q") + ((IGen<double>)new GenOne<double>()).Get(1.5)
            + ((IGen<string>)new GenOne<string>()).Name());
        var g2 = new GenTwo<string, int>();
        T.P("gen2 " + ((IGen<string>)g2).Get("w") + ((IGen<(string, int)>)g2).Get(("e", 5)) + ((IGen<string>)g2).Name()
            + ((IGen<(string, int)>)g2).Name());
        IDup<int, string> dup = new Dup(); T.P("dup " + dup.A(1) + dup.B("") + ((IDup<string, int>)dup).A("") + ((IDup<string, int>)dup).B(1));
        object l = new Lots();
        T.P("lots " + ((J0)l).M() + ((J1)l).M() + ((J2)l).M() + ((J3)l).M() + ((J4)l).M() + ((J5)l).M() + ((J6)l).M() + ((J7)l).M());
        var only = T.Opaque<J3>(new Lots()); T.P("only " + only.M() + T.Throws(() => T.Opaque<J4>(null).M()) + ((Func<int>)only.M)());
        var v = new Val { N = 5 }; T.P("val " + CallF(v) + CallBox(v) + v.N + v.F() + v.N); object bv = v;
        T.P("boxed " + ((I2)bv).F() + ((I2)bv).F() + ((Val)bv).N + ((IComparable<Val>)bv).CompareTo(v) + v.Equals((Val)bv) + bv.Equals(v));
        using (v) { v.N = 0; }
        T.P("poly", Poly(new I2[] { m, new FromBase(), new Re1(), new Re3(), v, new Re5() })); string s = "";
        foreach (int x in (IEnumerable<int>)new Both()) s += x; foreach (string x in (IEnumerable<string>)new Both()) s += x;
        foreach (object x in (IEnumerable)new Both()) s += x; T.P("both " + s);
        object o = "str";
        T.P("casts " + (o is I2) + (m is I3) + ((object)m is J0) + T.Throws(() => _ = (J0)(object)m) + ((object)v is IDisposable)
            + (o as IComparable != null) + ((object)5 is IFormattable) + (new int[0] is IList) + ((object)5 is I2)
            + T.Throws(() => T.Opaque<I2>(null).F()) + ((I2)null == null));
    }
}
