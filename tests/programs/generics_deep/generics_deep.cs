// Deeper generic code: recursion over instantiations, generic delegates and closures in shared code, constraints with interfaces on
// structs, curiously recurring types, generic statics reached through shared code, generic exceptions, iterators.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace generics_deep;

interface IOp<X> { X Do(X a, X b); }
struct AddI : IOp<int> { public int Do(int a, int b) => a + b; }
struct MulI : IOp<int> { public int Do(int a, int b) => a * b; }
struct Cat : IOp<string> { public string Do(string a, string b) => a + b; }
class MaxOp<X> : IOp<X> where X : IComparable<X> { public X Do(X a, X b) => a.CompareTo(b) > 0 ? a : b; }
struct Lex<X, C> : IComparer<X[]> where C : struct, IComparer<X>
{
    public int Compare(X[] a, X[] b)
    {
        C c = default; for (int i = 0; i < a.Length && i < b.Length; i++) { int r = c.Compare(a[i], b[i]); if (r != 0) return r; }
        return a.Length - b.Length;
    }
}
struct IntCmp : IComparer<int> { public int Compare(int a, int b) => a < b ? -1 : a > b ? 1 : 0; }
struct Rev<X, C> : IComparer<X> where C : struct, IComparer<X> { public int Compare(X a, X b) => default(C).Compare(b, a); }
class Cache<K, V>
{
    static readonly Dictionary<K, V> map = new(); static int hits;
    public static V Get(K k, Func<K, V> make) { if (map.TryGetValue(k, out V v)) { hits++; return v; } return map[k] = make(k); }
    public static int Hits => hits; public static class Sub<Z> { public static (K, V, Z) Last; }
}
class GenException<X>(X payload) : Exception { public X Payload => payload; }
class Event<X>
{
    event Action<X> handlers; public event Action<X> On { add => handlers += value; remove => handlers -= value; }
    public void Raise(X x) => handlers?.Invoke(x);
}
sealed class MyList<X> : IList<X>
{
    X[] items = new X[2]; int n;
    public X this[int i] { get => i < n ? items[i] : throw new ArgumentOutOfRangeException("i"); set => items[i] = value; } public int Count => n;
    public bool IsReadOnly => false; public void Add(X x) { if (n == items.Length) Array.Resize(ref items, n * 2); items[n++] = x; }
    public void Clear() => n = 0; public bool Contains(X x) => IndexOf(x) >= 0; public void CopyTo(X[] a, int at) => Array.Copy(items, 0, a, at, n);
    public int IndexOf(X x) { for (int i = 0; i < n; i++) if (EqualityComparer<X>.Default.Equals(items[i], x)) return i; return -1; }
    public void Insert(int at, X x) { Add(x); for (int i = n - 1; i > at; i--) items[i] = items[i - 1]; items[at] = x; }
    public bool Remove(X x) { int i = IndexOf(x); if (i < 0) return false; RemoveAt(i); return true; }
    public void RemoveAt(int at) { for (int i = at; i < n - 1; i++) items[i] = items[i + 1]; n--; items[n] = default; }
    public IEnumerator<X> GetEnumerator() { for (int i = 0; i < n; i++) yield return items[i]; }
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    public struct Cursor
    {
        MyList<X> l; int at; public Cursor(MyList<X> l) { this.l = l; at = -1; } public bool Next() => ++at < l.n; public X Value => l.items[at];
    }
    public Cursor Walk() => new(this);
}
abstract class Repo<E, K> where E : class, IEntity<K>, new() where K
    : IEquatable<K> { readonly List<E> all = new(); public E Create(K k) { var e = new E { Key = k }; all.Add(e); Added(e); return e; } protected virtual void Added(E e) { } public E Find(K k) => all.Find(e => e.Key.Equals(k)); public R Fold<R>(R seed, Func<R, E, R> f) { foreach (E e in all) seed = f(seed, e); return seed; } }
interface IEntity<K> { K Key { get; set; } }
class User : IEntity<string> { public string Key { get; set; } }
class Item : IEntity<int> { public int Key { get; set; } }
class UserRepo : Repo<User, string> { public string Log = ""; protected override void Added(User u) => Log += u.Key + ";"; }
class ItemRepo : Repo<Item, int> { }
struct Option<X>
{
    readonly X v;
    public readonly bool Has; public Option(X v) { this.v = v; Has = true; }
    public Option<Y> Select<Y>(Func<X, Y> f) => Has ? new Option<Y>(f(v)) : default;
    public Option<Z> SelectMany<Y, Z>(Func<X, Option<Y>> f, Func<X, Y, Z> g)
    {
        if (!Has) return default; var x = v; return f(v).Select(y => g(x, y));
    }
    public X Or(X d) => Has ? v : d;
}
struct Rank<X> { public X V; }
class Poly<X>
{
    public static int Depth(int n) => n == 0 ? 0 : 1 + (n % 2 == 0 ? Poly<Rank<int>>.Depth(n - 1) : Poly<string>.Depth(n - 1));
    public static Func<object, bool> Test() => o => o is X; public static Func<X[]> Maker() { int n = 3; return () => new X[n]; }
    public static Func<Func<string>> Twice() => () => () => typeof(X) == typeof(string) ? "string" : typeof(X) == typeof(int) ? "int" : "else";
    public virtual IEnumerable<X> Seq(X x)
    {
        foreach (var y in Inner()) yield return y; IEnumerable<X> Inner() { yield return x; yield return default; }
    }
}

static class Program
{
    static X Reduce<X, O>(X[] a, O op) where O : IOp<X> { X r = a[0]; for (int i = 1; i < a.Length; i++) r = op.Do(r, a[i]); return r; }
    static X[] Sort<X, C>(X[] a, C c) where C : IComparer<X>
    {
        for (int i = 1; i < a.Length; i++) { X v = a[i]; int j = i; for (; j > 0 && c.Compare(a[j - 1], v) > 0; j--) a[j] = a[j - 1]; a[j] = v; }
        return a;
    }
    static string Try<X>(Action a)
    {
        try { a(); return "none"; } catch (GenException<X> e) { return "caught " + e.Payload; } catch (Exception) { return "other"; }
    }
    static string Filter<X>(Action a)
    {
        try { a(); return "none"; } catch (Exception e) when (e is GenException<X> g
            && g.Payload != null) { return "filtered"; } catch { return "rest"; }
    }
    static object Nest<X>(X x, int n) => n == 0 ? x : n % 2 == 0 ? new Rank<X> { V = x } : Nest<object>(x, n - 1);
    static Func<X, Func<Y, (X, Y)>> Pairer<X, Y>() => x => y => (x, y);

    internal static void Main()
    {
        T.P("reduce " + Reduce(new[] { 1, 2, 3, 4 }, new AddI()) + Reduce(new[] { 1, 2, 3, 4 }, new MulI()) + Reduce(new[] { "a", "b" }, new Cat())
            + Reduce(new[] { 3, 9, 2 }, new MaxOp<int>()) + Reduce(new[] { "x", "z", "y" }, new MaxOp<string>()) + Reduce<string,
            IOp<string>>(new[] { "q", "r" }, new Cat()));
        T.P("sort " + T.Join(Sort(new[] { 3, 1, 2 }, new IntCmp())) + T.Join(Sort(new[] { 3, 1, 2 }, new Rev<int, IntCmp>()))
            + T.Join(Sort(new[] { new[] { 2, 1 }, new[] { 1, 9 }, new[] { 1 } }, new Lex<int, IntCmp>()).Select(x => x.Length))
            + T.Join(Sort(new[] { "b", "a" }, StringComparer.Ordinal))
            + T.Join(Sort(new[] { new[] { 1 }, new[] { 2 } }, new Rev<int[], Lex<int, Rev<int, IntCmp>>>()).Select(x => x[0])));
        T.P("cache " + Cache<string, int>.Get("a", k => k.Length) + Cache<string, int>.Get("a", k => 99) + Cache<string, int>.Hits + Cache<int,
            string>.Get(1, k => "v" + k) + Cache<int, string>.Hits + Cache<string, object>.Get("a", k => k) + Cache<string,
            string>.Get("a", k => k + k) + Cache<string, object>.Hits);
        Cache<string, object>.Sub<int>.Last = ("x", 1, 2);
        T.P("sub " + Cache<string, object>.Sub<int>.Last + Cache<object, string>.Sub<int>.Last.Item3 + Cache<string, object>.Sub<string>.Last.Item1);
        T.P("exceptions " + Try<int>(() => throw new GenException<int>(5)) + Try<string>(() => throw new GenException<string>("s"))
            + Try<object>(() => throw new GenException<string>("s")) + Try<string>(() => throw new GenException<object>(1))
            + Filter<string>(() => throw new GenException<string>("f")) + Filter<string>(() => throw new GenException<string>(null))
            + Filter<int>(() => throw new GenException<long>(1)));
        var ev = new Event<string>(); string log = ""; Action<string> h = s => log += s; ev.On += h; ev.On += s => log += s.Length; ev.Raise("abc");
        ev.On -= h; ev.Raise("de"); T.P("event " + log);
        var ml = new MyList<string> { "a", "b", "c" }; ml.Insert(1, "z"); ml.Remove("b");
        T.P("list " + T.Join(ml) + ml.Contains("z") + ml.IndexOf("q") + ml.Count + T.Throws(() => _ = ml[9]) + string.Concat(ml.Reverse()));
        var mi = new MyList<(int, string)>(); for (int i = 0; i < 9; i++) mi.Add((i, "n" + i)); mi.RemoveAt(3); int sum = 0;
        for (var c = mi.Walk(); c.Next();) sum = sum * 7 + c.Value.Item1;
        T.P("list " + sum + mi.IndexOf((5, "n5")) + mi.Sum(x => x.Item1) + mi.ToArray().Length); var users = new UserRepo(); users.Create("ann");
        users.Create("bob"); var items = new ItemRepo(); items.Create(4); items.Create(5);
        T.P("repo " + users.Log + users.Find("bob").Key + (users.Find("x") == null) + items.Find(5).Key + users.Fold("", (s, u) => s + u.Key)
            + items.Fold(0, (s, u) => s + u.Key) + items.Fold("", (s, u) => s + u.Key));
        var o = from x in new Option<int>(3) from y in new Option<string>("yy") select x * y.Length;
        T.P("option " + o.Or(-1) + new Option<string>().Select(s => s.Length).Or(-1)
            + (from x in new Option<string>("k") from y in default(Option<object>) select x).Or("none"));
        T.P("poly " + Poly<int>.Depth(9) + Poly<string>.Test()("s") + Poly<string>.Test()(1) + Poly<int>.Test()(1)
            + Poly<List<string>>.Test()(new List<string>()) + Poly<string>.Maker()().Length + (Poly<object>.Maker()() is string[])
            + Poly<string>.Twice()()() + Poly<int>.Twice()()() + Poly<object>.Twice()()() + T.Join(new Poly<string>().Seq("q"))
            + T.Join(new Poly<int>().Seq(4)));
        T.P("nest " + ((Rank<int>)Nest(5, 2)).V + Nest("s", 0) + Nest("s", 1) + Pairer<int, string>()(1)("p") + Pairer<string, object>()("k")(2));
        var groups = new Dictionary<(string, int), List<Func<string, int>>> { [("a", 1)] = [s => s.Length, int.Parse] };
        T.P("funcs " + groups[("a", 1)].Sum(f => f("12")));
        IEnumerable<KeyValuePair<string, List<(int, int?)>>> kv = new SortedDictionary<string, List<(int, int?)>> { ["k"] = [(1, null), (2, 3)] };
        foreach (var (k, v) in kv) T.P("kv " + k + v[1].Item2 + v[0].Item2.HasValue);
    }
}
