// Enums of every underlying type, flags, boxing and unboxing, Nullable in every position, conversions between boxed and unboxed
// forms, invalid unboxing.
using System;
using System.Collections.Generic;

namespace enums_nullable;

enum E1 : sbyte { A = -1, B = 127 }
enum E2 : ushort { A, B = 65535 }
enum E3 { A, B, C = 100 }
enum E4 : ulong { A, Max = ulong.MaxValue }
enum E5 : long { Min = long.MinValue }
enum E6 : byte { X = 200, Y }
[Flags] enum F { None = 0, One = 1, Two = 2, Four = 4, All = 7 }
struct P { public int A; public string B; public int? N; }
interface IHas { int Get(); void Set(int v); }
struct Boxed : IHas { public int V; public int Get() => V; public void Set(int v) => V = v; public override string ToString() => "B" + V; }

static class Program
{
    static X Unbox<X>(object o) => (X)o;
    static object Box<X>(X x) => x;
    static bool Is<X>(object o) => o is X;
    static int Lift(int? a, int? b) => (a + b) ?? -1;
    static string Show<X>(X? v) where X : struct => v.HasValue ? "" + v.Value : "none";
    static int SumAll(IHas h) { h.Set(h.Get() + 1); return h.Get(); }
    static int Constrained<X>(ref X x) where X : IHas { x.Set(x.Get() + 10); return x.Get(); }

    internal static void Main()
    {
        E1 e1 = E1.B; e1++; T.P("e1 " + (int)e1 + " " + (int)E1.A + " " + (byte)T.Opaque(E1.A)); E2 e2 = E2.B; e2++; T.P("e2", (int)e2);
        E6 e6 = T.Opaque(E6.Y) + 100; T.P("e6", (int)e6); T.P("e4", (ulong)E4.Max); T.P("e5", (long)E5.Min);
        T.P("diff " + (E3.C - E3.B) + " " + (int)(E3.A + 5) + " " + (E3.B > E3.A));
        F f = F.One | F.Four;
        T.P("flags " + (int)f + f.HasFlag(F.Four) + f.HasFlag(F.Two) + f.HasFlag(F.None) + (f & F.Two) .Equals(F.None) + (int)~f + (int)(f ^ F.All)
            + ((f & F.Four) != 0));
        T.P("compare " + E3.A.CompareTo(E3.C) + E4.Max.CompareTo(E4.A) + E1.A.CompareTo(E1.B) + E3.C.Equals(E3.C) + E3.C.Equals(100)
            + E3.C.Equals(E2.A) + (E3.C.GetHashCode() == 100) + E3.C.ToString("D") + E3.C.ToString("X") + E1.A.ToString("X") + E5.Min.ToString("D"));
        object o = E3.C;
        T.P("box " + (int)(E3)o + (o is E3) + (o is int) + (o is E2) + (o is Enum) + (o is ValueType) + (o is IComparable) + (int)o
            + T.Throws(() => _ = (long)o));
        T.P("unbox int as enum " + (int)(E3)(object)5 + T.Throws(() => _ = (E2)(object)5) + T.Throws(() => _ = (uint)(object)5) + (int)(object)E3.B
            + T.Throws(() => _ = (int)(object)null));
        E3[] ea = { E3.C, E3.A, E3.B }; Array.Sort(ea); T.P("sort " + (int)ea[0] + (int)ea[2] + Array.IndexOf(ea, E3.C));
        int[] ia = (int[])(object)ea; ia[0] = 55;
        T.P("alias " + (int)ea[0] + ((object)ea is int[]) + ((object)ea is uint[]) + ((object)ea is long[]));
        var de = new Dictionary<E4, string> { [E4.Max] = "max" }; T.P("dict " + de[E4.Max] + de.ContainsKey(E4.A));
        int? a = 5, n = null;
        T.P("lift " + Lift(1, 2) + Lift(1, null) + (a + n == null) + (a * 2) + (a > n) + (a < n) + (n == null) + (n != a) + (a >= 5) + (n >= n)
            + (n == n) + -a + (a ?? 9) + (n ?? 9) + n.GetValueOrDefault() + n.GetValueOrDefault(3));
        bool? t = true, fl = false, u = null;
        T.P("3vl " + Show(t & u) + Show(fl & u) + Show(t | u) + Show(fl | u) + Show(!u) + Show(t ^ u) + Show(t & fl));
        T.P("throws " + T.Throws(() => _ = n.Value) + T.Throws(() => _ = (int)n)); n++; T.P("inc null " + Show(n)); a++; T.P("inc " + Show(a)); n = 3;
        n += a; T.P("add " + n); long? wide = a; double? dbl = wide; T.P("widen " + wide + dbl); byte? small = (byte?)a; T.P("narrow " + small);
        E3? en = E3.C; T.P("enum " + (int)en.Value + (int?)en + (en == E3.C)); en = (E3?)(int?)null; T.P("enum " + en.HasValue);
        object bn = (int?)null, bv = (int?)7;
        T.P("box nullable " + (bn == null) + (bv is int) + (bv is int?) + bv.Equals(7) + ((int?)bv + 1) + ((int?)bn).HasValue
            + (bv.GetType() == typeof(int)) + T.Throws(() => _ = (long?)bv) + T.Throws(() => ((int?)null).GetType())
            + ((int?)null).ToString().Length + ((int?)null).GetHashCode() + ((int?)5).Equals(5) + ((int?)null).Equals(null));
        T.P("generic " + Unbox<int>(5) + Show(Unbox<int?>(null)) + Show(Unbox<int?>(6)) + Unbox<string>("s") + T.Throws(() => Unbox<int>("s"))
            + T.Throws(() => Unbox<int>(null)) + T.Throws(() => Unbox<string>(5)) + (Unbox<string>(null) == null) + Is<int>(5) + Is<int?>(5)
            + Is<int?>(null) + Is<string>(null) + Is<object>(5) + Is<IComparable>(5) + Is<int>(5L) + (Box<int?>(null) == null) + Box<int?>(4)
            + Box('c') + Is<F>(f) + Unbox<E3>(E3.C).CompareTo(E3.C));
        P p = new P { A = 1, B = "b", N = 3 }; P? np = p; P? np2 = null;
        T.P("struct " + np.Value.A + np?.B + (np2?.B == null) + (np2?.A == null) + np.Value.N + (np2 ?? p).A); object op = np;
        T.P("struct box " + ((P)op).B + ((P?)op).Value.N + (op is P?)); var arr = new P?[3]; arr[1] = p;
        T.P("array " + arr[0].HasValue + arr[1].Value.B + arr[1].Equals(p));
        var b = new Boxed { V = 1 }; IHas h = b; h.Set(50);
        T.P("interface " + b.V + h.Get() + SumAll(h) + SumAll(b) + h + b.V + Constrained(ref b) + b.V + Constrained(ref h) + h.Get() + ((Boxed)h).V);
        Boxed copy = (Boxed)h; copy.V = 0; T.P("copy " + h.Get());
        object[] all = { (sbyte)-1, (byte)1, (short)-2, (ushort)2, 3, 3u, 4L, 4ul, 1.5f, 2.5, 'x', true, 1.1m, (nint)6, (nuint)7 }; string s = "";
        foreach (object x in all) s += x + " " + x.Equals(x) + (x is IConvertible) + " "; T.P("all " + s);
        T.P("eq " + ((object)1).Equals(1L) + ((object)1).Equals(1) + ((object)1.0).Equals(1f) + Equals(2, 2) + Equals(null, 2)
            + ReferenceEquals(1, 1));
        int?[] lst = { 3, null, 1 }; Array.Sort(lst);
        T.P("sort nullable " + Show(lst[0]) + Show(lst[1]) + Show(lst[2]) + Nullable.Compare<int>(null, 1) + Nullable.Equals<int>(2, 2)
            + Comparer<int?>.Default.Compare(5, null) + EqualityComparer<int?>.Default.Equals(null, null));
        decimal? dm = 1.5m; dm *= 2; DateTime? dt = null; T.P("misc " + dm + (dt?.Year == null) + (default(int?) is null));
        T.P("switch " + (E3.B switch { E3.A => 1, E3.B => 2, _ => 3 }) + (en switch { null => 0, E3.A => 1, _ => 2 }));
    }
}
