// Comparer<T>.Default and EqualityComparer<T>.Default for every kind of T, through generic code, arrays, IndexOf and Contains;
// comparison interfaces; structural comparison; HashCode stability within a run.
using System;
using System.Collections;
using System.Collections.Generic;

namespace comparers;

enum E8 : sbyte { N = -1, P = 1 }
enum EU : ulong { Z, M = ulong.MaxValue }
struct NoEq { public int A; public string S; }
struct WithEq : IEquatable<WithEq>
{
    public int A; public bool Equals(WithEq o) { Calls++; return A % 10 == o.A % 10; }
    public override bool Equals(object o) { ObjCalls++; return false; } public override int GetHashCode() => A % 10;
    public static int Calls, ObjCalls;
}
struct WithCmp : IComparable<WithCmp>, IComparable { public int A; public int CompareTo(WithCmp o) => o.A - A; public int CompareTo(object o) => 77; }
class OldCmp : IComparable { public int A; public int CompareTo(object o) => A - ((OldCmp)o).A; }
class ClsEq : IEquatable<ClsEq>
{
    public int A; public bool Equals(ClsEq o) => o != null && o.A == A; public override bool Equals(object o) => false;
    public override int GetHashCode() => 1;
}
class DerEq : ClsEq { }
class None { }
record Rec(int A);
struct GenEq<X> : IEquatable<GenEq<X>>
{
    public X V; public bool Equals(GenEq<X> o) => EqualityComparer<X>.Default.Equals(V, o.V); public override int GetHashCode() => 0;
    public override bool Equals(object o) => o is GenEq<X> g && Equals(g);
}

static class Program
{
    static string Eq<X>(X a, X b)
    {
        var c = EqualityComparer<X>.Default;
        return (c.Equals(a, b) ? "=" : "#") + (((IEqualityComparer)c).Equals(a, b) ? "=" : "#")
            + (a == null || b == null || !c.Equals(a, b) || c.GetHashCode(a) == c.GetHashCode(b) ? "h" : "!") + Array.IndexOf(new[] { a, b }, b)
            + new List<X> { b, a }.IndexOf(a) + (new List<X> { a }.Contains(b) ? "c" : "n");
    }
    static string Cmp<X>(X a, X b)
    {
        try { var c = Comparer<X>.Default; return Math.Sign(c.Compare(a, b)) + "" + Math.Sign(c.Compare(b, a)) + c.Compare(a, a)
            + Sorted(a, b); } catch (Exception e) { return "E" + T.Kind(e); }
    }
    static string Sorted<X>(X a, X b)
    {
        var arr = new[] { a, b, a, b }; Array.Sort(arr); return EqualityComparer<X>.Default.Equals(arr[0], a) ? "a" : "b";
    }

    class Reverse : EqualityComparer<int>
    {
        public override bool Equals(int a, int b) => a != b; public override int GetHashCode(int a) => -a;
    }
    static int Fail() => throw new InvalidOperationException();

    // Where the compiler knows the default comparer's class: direct calls, and the object itself in all other uses.
    static string Known()
    {
        EqualityComparer<int> mine = T.Opaque(5) == 5 ? EqualityComparer<int>.Default : new Reverse();
        EqualityComparer<int> other = T.Opaque(5) != 5 ? EqualityComparer<int>.Default : new Reverse();
        IEqualityComparer<string> text = EqualityComparer<string>.Default;
        object order = Comparer<double>.Default;

        return "" + mine.Equals(1, 1) + other.Equals(1, 1) + mine.GetHashCode(7) + other.GetHashCode(7) + text.Equals("a", T.Opaque("a"))
            + (EqualityComparer<string>.Default.GetHashCode(null) == 0) + EqualityComparer<string>.Default.Equals(null, T.Opaque("x"))
            + EqualityComparer<long>.Default.Equals(T.Opaque(3L), T.Opaque(1) == 1 ? 3L : 4L) + (EqualityComparer<int>.Default == null)
            + EqualityComparer<int>.Default?.Equals(2, T.Opaque(2)) + ((IEqualityComparer)EqualityComparer<int>.Default).Equals(1, T.Opaque(1))
            + (order is Comparer<double>) + ReferenceEquals(order, Comparer<double>.Default) + Comparer<double>.Default.Compare(1, T.Opaque(2.0))
            + Comparer<string>.Default.Compare("b", T.Opaque("b")) + EqualityComparer<ClsEq>.Default.Equals(null, T.Opaque<ClsEq>(null))
            + T.Throws(() => EqualityComparer<int>.Default.Equals(1, Fail())) + ((Func<int, int, bool>)EqualityComparer<int>.Default.Equals)(4, 4)
            + EqualityComparer<E8>.Default.Equals(E8.N, T.Opaque(E8.N)) + EqualityComparer<int?>.Default.GetHashCode(null);
    }

    internal static void Main()
    {
        T.P("eq " + Eq(1, 1) + Eq(1, 2) + Eq("a" + T.Opaque("b"), "ab") + Eq("a", null) + Eq<string>(null, null) + Eq(1.5, 1.5)
            + Eq(double.NaN, double.NaN) + Eq(0.0, -0.0) + Eq('c', 'c') + Eq(true, false) + Eq((byte)5, (byte)5) + Eq(5m, 5.0m) + Eq(E8.N, E8.N)
            + Eq(E8.N, E8.P) + Eq(EU.M, EU.M) + Eq<int?>(1, 1) + Eq<int?>(null, 1) + Eq<int?>(null, null) + Eq<E8?>(E8.P, E8.P));
        T.P("eq2 " + Eq(new NoEq { A = 1, S = "x" }, new NoEq { A = 1, S = "x" }) + Eq(new NoEq { A = 1 }, new NoEq { A = 2 })
            + Eq(new WithEq { A = 1 }, new WithEq { A = 11 }).Replace("#", "o") + Eq(new ClsEq { A = 1 }, new ClsEq { A = 1 })
            + Eq<ClsEq>(new DerEq { A = 1 }, new ClsEq { A = 1 }) + Eq(new DerEq { A = 1 }, new DerEq { A = 1 }) + Eq(new None(), new None())
            + Eq(new Rec(1), new Rec(1)) + Eq((1, "a"), (1, "a")) + Eq<object>(1, 1) + Eq<object>("s", "s") + Eq<object>(1, 1L)
            + Eq<IComparable>(5, 5) + Eq(new GenEq<string> { V = "q" }, new GenEq<string> { V = "q" })
            + Eq(new GenEq<int> { V = 1 }, new GenEq<int> { V = 2 }) + Eq(new GenEq<GenEq<NoEq>>(), new GenEq<GenEq<NoEq>>())
            + Eq(new[] { 1 }, new[] { 1 }) + Eq(DateTime.MinValue, DateTime.MinValue) + Eq(Guid.Empty, Guid.Empty) + Eq((nint)1, (nint)1)
            + Eq((Int128)1, (Int128)1) + Eq((Half)1, (Half)1) + Eq(new Index(1), new Index(1)));
        T.P("calls " + (WithEq.Calls > 0) + (WithEq.ObjCalls));
        T.P("cmp " + Cmp(1, 2) + Cmp(2u, 1u) + Cmp("a", "b") + Cmp("a", null) + Cmp(1.5, double.NaN) + Cmp(-0.0, 0.0) + Cmp('b', 'a')
            + Cmp(false, true) + Cmp(E8.N, E8.P) + Cmp(EU.Z, EU.M) + Cmp<int?>(null, 5) + Cmp<int?>(3, 5) + Cmp<E8?>(E8.P, null) + Cmp(1.5m, 2m)
            + Cmp((1, "b"), (1, "a")) + Cmp(new WithCmp { A = 1 }, new WithCmp { A = 2 }) + Cmp(new OldCmp { A = 1 }, new OldCmp { A = 2 })
            + Cmp(new None(), new None()) + Cmp(new NoEq(), new NoEq()) + Cmp<object>(1, 2) + Cmp<object>("a", 1) + Cmp<IComparable>(3, 2)
            + Cmp(TimeSpan.Zero, TimeSpan.MaxValue) + Cmp(new DateTime(2000, 1, 1), DateTime.MinValue) + Cmp((sbyte)-1, (sbyte)1)
            + Cmp(ulong.MaxValue, 1ul) + Cmp((Int128)(-1), (Int128)1));
        T.P("custom " + Comparer<int>.Create((a, b) => b - a).Compare(1, 2)
            + EqualityComparer<string>.Create((a, b) => a?.Length == b?.Length, s => s.Length).Equals("ab", "cd")
            + StringComparer.Ordinal.Compare("a", "B").CompareTo(0) + StringComparer.OrdinalIgnoreCase.Compare("a", "B").CompareTo(0)
            + StringComparer.OrdinalIgnoreCase.Equals("HELLO", "hello")
            + (StringComparer.OrdinalIgnoreCase.GetHashCode("HELLO") == StringComparer.OrdinalIgnoreCase.GetHashCode("hello"))
            + ReferenceEqualityComparer.Instance.Equals("a", "a") + Comparer.DefaultInvariant.Compare(1, 2));
        T.P("structural " + StructuralComparisons.StructuralEqualityComparer.Equals(new[] { 1, 2 }, new[] { 1, 2 })
            + StructuralComparisons.StructuralComparer.Compare((1, 2), (1, 3)));
        T.P("same " + ReferenceEquals(EqualityComparer<int>.Default, EqualityComparer<int>.Default));
        T.P("known " + Known());
        T.P("hash " + (HashCode.Combine(1, "a") == HashCode.Combine(1, "a")) + ("abc".GetHashCode() == new string(['a', 'b', 'c']).GetHashCode())
            + 5.GetHashCode() + true.GetHashCode() + 'a'.GetHashCode() + (1L << 32).GetHashCode() + (-1L).GetHashCode() + 1.0.GetHashCode()
            + (0.0.GetHashCode() == (-0.0).GetHashCode()) + ((int?)null).GetHashCode() + ((int?)7).GetHashCode() + E8.P.GetHashCode()
            + ((short)-2).GetHashCode());
    }
}
