// Generic classes and methods, shared and exact: type tests on T, default, new(), arrays of T, statics for each instantiation,
// nested and inherited generics, constraints, casts.
using System;
using System.Collections.Generic;

namespace generics_basic;

class Box<X>
{
    public X V; public static int Count; public static X Last; public static readonly List<X> All = new(); public Box() { Count++; }
    public Box(X v) : this() { V = v; Last = v; All.Add(v); } public virtual string Kind() => Program.Name<X>();
    public Y Convert<Y>(Func<X, Y> f) => f(V); public Box<Y> Map<Y>(Func<X, Y> f) => new(f(V)); public Box<Box<X>> Wrap() => new(this);
    public X[] Array(int n) { var a = new X[n]; for (int i = 0; i < n; i++) a[i] = V; return a; } public bool Is(object o) => o is X;
    public X As(object o) => (X)o; public class Inner { public X Outer; public static int N; public string Show() => Program.Name<X>() + Outer; }
    public class Inner<Y> { public (X, Y) Pair; public static string Kinds() => Program.Name<X>() + Program.Name<Y>(); }
    public struct InnerStruct { public X A; public int B; } public static Box<X> operator +(Box<X> a, Box<X> b) => new(b.V);
    public static implicit operator Box<X>(X v) => new() { V = v };
}
class StringBox : Box<string> { public StringBox() : base("sb") { } public override string Kind() => "override " + base.Kind(); }
class Derived<A, B> : Box<B> { public A Other; public override string Kind() => Program.Name<A>() + ":" + base.Kind(); }
class Fixed<A> : Derived<A, List<A>> { }
class Swap<A, B> { public Swap<B, A> Other() => new(); public string Kinds() => Program.Name<A>() + Program.Name<B>(); }
struct Pair<A, B>
{
    public A First; public B Second; public Pair(A a, B b) { First = a; Second = b; } public Pair<B, A> Flip() => new(Second, First);
    public override string ToString() => First + "/" + Second; public static int Made; public void Set(A a) => First = a;
}
class Plain { public int Id = 3; public Plain() { Made++; } public static int Made; }
struct Val { public int N; public Val() { N = 17; } }
struct NoCtor { public int N; }
class Tree<K, V> where K : IComparable<K>
{
    class Node { public K Key; public V Value; public Node Left, Right; }
    Node root; public int Size;
    public V this[K key]
    {
        get
        {
            var n = root; while (n != null) { int c = key.CompareTo(n.Key); if (c == 0) return n.Value; n = c < 0 ? n.Left : n.Right; }
            return default;
        }
        set => Insert(ref root, key, value);
    }
    void Insert(ref Node n, K key, V value)
    {
        if (n == null) { n = new Node { Key = key, Value = value }; Size++; return; } int c = key.CompareTo(n.Key); if (c == 0) n.Value = value;
        else if (c < 0) Insert(ref n.Left, key, value); else Insert(ref n.Right, key, value);
    }
    public IEnumerable<(K, V)> Items() => Walk(root);
    static IEnumerable<(K, V)> Walk(Node n)
    {
        if (n == null) yield break; foreach (var x in Walk(n.Left)) yield return x; yield return (n.Key, n.Value);
        foreach (var x in Walk(n.Right)) yield return x;
    }
}
class Counter<X> { [ThreadStatic] static int t; static int s; public static int Next() => ++s * 10 + ++t; }
class Stat<A, B>
{
    public static string S = Program.Name<A>() + Program.Name<B>(); public static A FA; public static B FB; public static int I;
    static class Deep { public static A[] Arr = new A[2]; } public static int Len => Deep.Arr.Length;
}

static class Program
{
    public static string Name<X>() => typeof(X) == typeof(int) ? "int" : typeof(X) == typeof(string) ? "string" : typeof(X) == typeof(object)
        ? "object" : typeof(X) == typeof(long) ? "long" : typeof(X) == typeof(List<string>) ? "List<string>" : typeof(X) == typeof(List<int>)
        ? "List<int>" : typeof(X) == typeof(int[]) ? "int[]" : typeof(X) == typeof(string[]) ? "string[]" : typeof(X) == typeof(Box<string>)
        ? "Box<string>" : typeof(X) == typeof(Pair<int, string>) ? "Pair<int,string>" : typeof(X).IsValueType ? "value" : "class";
    static X Default<X>() => default; static X New<X>() where X : new() => new X(); static X[] NewArray<X>(int n) => new X[n];
    static X[,] NewGrid<X>() => new X[2, 3]; static bool IsNull<X>(X x) => x == null;
    static bool IsDefault<X>(X x) => EqualityComparer<X>.Default.Equals(x, default); static string Kind<X>(object o) => o is X x ? "yes " + x : "no";
    static X Cast<X>(object o) => (X)o; static X As<X>(object o) where X : class => o as X; static object Up<X>(X x) => x;
    static Y Through<X, Y>(X x) => (Y)(object)x; static bool Same<X, Y>() => typeof(X) == typeof(Y);
    static int Size<X>() => System.Runtime.CompilerServices.Unsafe.SizeOf<X>();
    static X Max<X>(X a, X b) where X : IComparable<X> => a.CompareTo(b) >= 0 ? a : b; static string Str<X>(X x) => x.ToString();
    static bool Eq<X>(X a, X b) => a.Equals(b);
    static int Depth<X>(int n, X x) => n == 0 ? Name<X>().Length : Depth(n - 1, new Pair<X, int>(x, n).First);
    static string Rec<X>(int n) => n == 0 ? Name<X>() : n == 1 ? Name<X[]>() : Rec<string>(n - 2) + Name<List<X>>();
    static void Swap2<X>(ref X a, ref X b) => (a, b) = (b, a);
    static IEnumerable<X> Repeat<X>(X x, int n) { for (int i = 0; i < n; i++) yield return x; } static int CountOf<X>(params X[] xs) => xs.Length;
    static R Apply<A, R>(A a, Func<A, R> f) => f(a); static U Constrained<S, U>(S s) where S : U => s;
    static int EnumVal<E>(E e) where E : struct, Enum => e.GetHashCode(); static unsafe int Unm<X>(X x) where X : unmanaged => sizeof(X) + *(byte*)&x;
    static string Disp<X>(X x) where X : IDisposable { x.Dispose(); return "d"; } static X Field<X>(Box<X> b) { b.V = default; return b.V; }
    static ref X At<X>(X[] a, int i) => ref a[i];

    internal static void Main()
    {
        T.P("names " + Name<int>() + Name<string>() + Name<object>() + Name<List<string>>() + Name<List<int>>() + Name<int[]>() + Name<Pair<int,
            string>>() + Name<Plain>() + Name<Val>());
        T.P("default " + Default<int>() + (Default<string>() == null) + Default<Pair<int, string>>() + (Default<int?>() == null)
            + Default<(int, long)>() + Default<decimal>() + (int)Default<char>());
        T.P("new " + New<Plain>().Id + Plain.Made + New<Val>().N + New<NoCtor>().N + New<int>() + New<List<string>>().Count + default(Val).N
            + New<Box<int>>().Kind());
        T.P("arrays " + NewArray<int>(3).Length + NewArray<string>(2)[1] + NewArray<Pair<string, int>>(2)[1] + NewGrid<object>().Length
            + NewGrid<byte>().GetLength(1) + (NewArray<string>(1) is object[]) + NewArray<List<int>>(1).Length);
        T.P("null " + IsNull(5) + IsNull("s") + IsNull<string>(null) + IsNull<int?>(null) + IsNull(new Val()) + IsDefault(0) + IsDefault(1)
            + IsDefault<object>(null) + IsDefault(new Pair<int, int>()));
        T.P("kind " + Kind<int>(5) + Kind<int>("s") + Kind<string>("s") + Kind<object>(5) + Kind<int?>(5) + Kind<IComparable>(5)
            + Kind<List<int>>(new List<string>()) + Kind<int[]>(new int[1]).Length + Kind<DayOfWeek>(5) + Kind<string>(null));
        T.P("cast " + Cast<int>(5) + Cast<string>("s") + T.Throws(() => Cast<int>("s")) + T.Throws(() => Cast<string>(5))
            + T.Throws(() => Cast<List<string>>(new List<int>())) + T.Throws(() => Cast<int>(null)) + (Cast<string>(null) == null)
            + (As<string>(5) == null) + As<string>("as") + Up(5) + Up("u") + Through<int, object>(7) + Through<int, int>(8)
            + T.Throws(() => Through<int, long>(7)) + Through<string, IComparable>("t"));
        T.P("same " + Same<int, int>() + Same<string, object>() + Same<List<string>, List<string>>() + Same<Box<string>, Box<object>>() + Same<int[],
            int[]>());
        T.P("size " + Size<int>() + Size<string>() + Size<Pair<byte, long>>() + " " + Size<Pair<Pair<int, byte>, short>>() + " "
            + Size<Box<int>.InnerStruct>() + " " + Size<Box<string>.InnerStruct>());
        T.P("max " + Max(3, 9) + Max("a", "b") + Max(1.5, -2) + Max('a', 'Z') + Max(DateTime.MinValue, DateTime.MaxValue).Year + Str(5) + Str("s")
            + Str(new Pair<int, int>(1, 2)) + Eq(1, 1) + Eq("a", "b") + Eq(1.0, double.NaN) + T.Throws(() => Str<string>(null)));
        T.P("rec " + Depth(5, "x") + Depth(3, 5) + Rec<int>(0) + Rec<int>(1) + Rec<string>(1) + Rec<string>(2) + Rec<int>(2) + Rec<int>(4));
        int a = 1, b = 2; Swap2(ref a, ref b); string s = "x", t = "y"; Swap2(ref s, ref t); var p = new Pair<string, int>("p", 1);
        var q = p.Flip().Flip(); Swap2(ref p, ref q); T.P("swap " + a + b + s + t + p);
        T.P("misc " + T.Join(Repeat("r", 3)) + T.Join(Repeat(7, 2)) + CountOf(1, 2) + CountOf("a") + CountOf<object>() + Apply(5, x => "f" + x)
            + Apply("abc", x => x.Length) + Constrained<string, object>("c") + Constrained<int, IComparable>(4) + EnumVal(DayOfWeek.Friday)
            + Unm(5) + Unm((byte)1, 0) + Unm(new NoCtor { N = 300 }));
        var arr = new[] { "a", "b" }; At(arr, 1) = "z"; At(new[] { 1 }, 0)++;
        T.P("at " + arr[1] + T.Throws(() => At<object>(arr, 0) = 5) + Field(new Box<int>(5)) + (Field(new Box<string>("x")) == null));
        var bi = new Box<int>(5); var bs = new Box<string>("s"); var bo = new Box<object>(bi); _ = new Box<int>(6);
        T.P("statics " + Box<int>.Count + Box<string>.Count + Box<object>.Count + Box<long>.Count + Box<int>.Last + Box<string>.Last
            + Box<int>.All.Count + Box<string>.All[0]);
        T.P("box " + bi.Kind() + bs.Kind() + bo.Kind() + bi.Convert(x => x * 1.5) + bs.Convert(x => x.Length)
            + bs.Map(x => x + "!").Map(x => x.Length).V + bi.Wrap().Wrap().V.V.V + bs.Wrap().Kind() + bi.Array(3)[2] + bs.Array(2)[1] + bi.Is(5)
            + bs.Is(5) + bs.Is(bs.Array(1)[0]) + bs.As("as") + T.Throws(() => bs.As(5)) + (bi + new Box<int>(9)).V + ((Box<string>)"imp").V);
        T.P("inner " + new Box<int>.Inner { Outer = 4 }.Show() + new Box<string>.Inner { Outer = "o" }.Show() + Box<int>.Inner<string>.Kinds()
            + Box<string>.Inner<object>.Kinds() + new Box<string>.Inner<int> { Pair = ("a", 1) }.Pair + ++Box<int>.Inner.N + ++Box<string>.Inner.N
            + Box<int>.Inner.N);
        T.P("derived " + new StringBox().Kind() + new StringBox().V + new Derived<int, string>().Kind() + new Derived<string, int>().Kind()
            + new Fixed<string>().Kind() + new Fixed<int>().Kind() + new Swap<int, string>().Other().Kinds() + new Swap<string,
            object>().Other().Other().Kinds());
        Box<string> vb = new Derived<int, string> { V = "v", Other = 3 };
        T.P("virtual " + vb.Kind() + (vb is Derived<int, string>) + (vb is Derived<string, string>) + (vb is StringBox));
        var tree = new Tree<string, int>(); foreach (var w in "the quick brown fox jumps over the lazy dog".Split(' ')) tree[w]++; string ts = "";
        foreach (var (k, v) in tree.Items()) ts += k + v + " "; T.P("tree " + ts + tree.Size + tree["none"]); var ti = new Tree<int, string>();
        for (int i = 0; i < 50; i++) ti[i * 37 % 50] = "v" + i; T.P("tree " + ti.Size + ti[10]);
        T.P("counter " + Counter<int>.Next() + Counter<int>.Next() + Counter<string>.Next() + Counter<object>.Next() + Counter<string>.Next());
        Stat<int, string>.I = 5; Stat<string, int>.I = 6; Stat<string, object>.FA = "fa"; Stat<object, string>.FB = "fb";
        T.P("stat " + Stat<int, string>.S + Stat<string, int>.S + Stat<object, string>.S + Stat<int, string>.I + Stat<string, int>.I + Stat<string,
            object>.I + Stat<string, object>.FA + (Stat<object, object>.FA == null) + Stat<object, string>.FB + Stat<string, object>.Len);
        Pair<int, string>.Made++; T.P("pair " + Pair<int, string>.Made + Pair<string, int>.Made); var ps = new Pair<string, List<int>>[2];
        ps[0].Set("set"); ps[1] = new("x", [1, 2]); GC.Collect(); T.P("pairs " + ps[0].First + ps[1].Second.Count);
    }

    static unsafe int Unm<X>(X x, int more) where X : unmanaged => sizeof(X) + more;
}
