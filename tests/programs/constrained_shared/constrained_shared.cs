// Calls on value types through an interface that shared generic code knows only in its shared form: they change the value itself,
// and the right one of two instances of the interface runs.
using System;
using System.Collections.Generic;

namespace constrained_shared;

interface ICell<T>
{
    void Put(T value);
    T Take();
    string Twice<U>(U other) => "default " + other;
    string Kind<U>(U other);
}

// One exact instance: shared code knows ICell<__Canon> only, and must still change the value and no copy of it.
struct Words : ICell<string>
{
    string held;
    int puts;
    public void Put(string value) { held += value; puts++; }
    public string Take() => held + "/" + puts;
    public string Kind<U>(U other) { puts += 10; return "words " + other + (typeof(U) == typeof(string) ? " s" : " o"); }
}

// Two instances of one shared form: only the run knows which one the call means.
struct Both : ICell<string>, ICell<object>
{
    int strings, objects;
    void ICell<string>.Put(string value) => strings++;
    void ICell<object>.Put(object value) => objects += 100;
    string ICell<string>.Take() => "s" + strings + "," + objects;
    object ICell<object>.Take() => "o" + strings + "," + objects;
    string ICell<string>.Kind<U>(U other) { strings += 5; return "string " + other; }
    string ICell<object>.Kind<U>(U other) { objects += 5; return "object " + other; }
}

// The same where the type is generic itself.
struct Pair<A> : ICell<A>, ICell<List<A>>
{
    int one, many;
    void ICell<A>.Put(A value) => one++;
    void ICell<List<A>>.Put(List<A> value) => many += 100;
    A ICell<A>.Take() => default;
    List<A> ICell<List<A>>.Take() => new List<A>(new A[one + many]);
    string ICell<A>.Kind<U>(U other) { one += 5; return "one " + (typeof(A) == typeof(string)) + (typeof(U) == typeof(int)); }
    string ICell<List<A>>.Kind<U>(U other) { many += 5; return "many " + (typeof(A) == typeof(string)) + (typeof(U) == typeof(int)); }
}

struct Length : IComparer<string>, IEqualityComparer<string>
{
    public int Calls;
    public int Compare(string a, string b) { Calls++; return a.Length - b.Length; }
    public bool Equals(string a, string b) { Calls++; return a.Length == b.Length; }
    public int GetHashCode(string a) { Calls += 1000; return a.Length; }
}

abstract class Base<T, W> where W : struct, Base<T, W>.IWrapper
{
    public interface IWrapper { void Store(Base<T, W> set); int Count { get; } }
    W wrapper;
    protected Base() => wrapper.Store(this);
    public int Count() => wrapper.Count;
}

class Derived : Base<string, Derived.Wrapper>
{
    readonly int count;
    public Derived(int n) => count = n;
    public struct Wrapper : IWrapper
    {
        Derived set;
        public void Store(Base<string, Wrapper> s) => set = (Derived)s;
        public int Count => set.count;
    }
}

class Program
{
    static T Use<T, C>(ref C cell, T value) where C : ICell<T>
    {
        cell.Put(value);
        cell.Put(value);
        Console.WriteLine(cell.Kind(value) + "; " + cell.Kind(7));
        return cell.Take();
    }

    static string Default<T, C>(ref C cell, T value) where C : ICell<T> => cell.Twice(value) + cell.Twice(1);

    static int Best<T, C>(T[] items, ref C order) where C : IComparer<T>, IEqualityComparer<T>
    {
        int best = 0;
        for (int i = 1; i < items.Length; i++)
            if (order.Compare(items[i], items[best]) > 0 && !order.Equals(items[i], items[best])) best = i;
        order.GetHashCode(items[best]);
        return best;
    }

    public static void Main()
    {
        var words = new Words();
        Console.WriteLine(Use(ref words, "a") + " " + words.Take());
        Console.WriteLine(Default(ref words, "a"));
        var both = new Both();
        Console.WriteLine(Use<string, Both>(ref both, "b"));
        Console.WriteLine(Use<object, Both>(ref both, "b"));
        Console.WriteLine(Use<string, Both>(ref both, "b"));
        var pair = new Pair<string>();
        Console.WriteLine(Use<string, Pair<string>>(ref pair, "c") == null);
        Console.WriteLine(Use<List<string>, Pair<string>>(ref pair, new List<string>()).Count);
        var odd = new Pair<object>();
        Console.WriteLine(Use<List<object>, Pair<object>>(ref odd, new List<object>()).Count);
        var order = new Length();
        Console.WriteLine(Best(new[] { "x", "yyy", "zz", "wwwww" }, ref order) + " " + order.Calls);
        Console.WriteLine(new Derived(42).Count());
    }
}
