// Names of generic and nested exception types: Type.ToString has the arguments' names, Type.FullName their assemblies too.
using System;
using System.Collections.Generic;

namespace exc_names_generic;

class Err<T> : Exception
{
    public Err(string m) : base(m) { }
    public class Inner : Err<T>
    {
        public Inner(string m) : base(m) { }
    }
    public class Pair<U, V> : Inner
    {
        public Pair(string m) : base(m) { }
        public class Leaf : Exception { }
    }
}

enum Colour { Red }
struct Point { public int X; }
class Box<T>
{
    public struct Part { public T Value; }
}

static class Deep
{
    public static class Deeper
    {
        public class E_<T> : Exception { }
    }
}

class ünïcode<T> : Exception { }

class Thrower<T>
{
    // In code that reference types share.
    public static void Throw() => throw new Err<T>.Pair<T[], Dictionary<string, T>>("shared");
}

public static class Program
{
    static void Names(Exception e)
    {
        Type t = e.GetType();
        T.P(t.ToString());
        T.P("  " + t.FullName);
        T.P("  " + t.Name + " in " + (t.Namespace ?? "none"));
        T.P("  " + e.ToString().Split('\n')[0]);
    }

    static void Caught(Action a)
    {
        try
        {
            a();
        }
        catch (Exception e)
        {
            Names(e);
        }
    }

    public static int Main()
    {
        Names(new Err<int>("a"));
        Names(new Err<string>("b"));
        Names(new Err<string>.Inner("c"));
        Names(new Err<int>.Pair<string, Colour>("d"));
        Names(new Err<int[]>.Pair<string[,], Point?>("e"));
        Names(new Err<Err<List<Point>>>("f"));
        Names(new Err<Box<int>.Part>.Pair<(int, string), Action<Colour>>.Leaf());
        Names(new Err<Uri>("g"));
        Names(new Deep.Deeper.E_<object>());
        Names(new Deep.Deeper.E_<int[][,,]>());
        Names(new ünïcode<Colour>());
        Caught(Thrower<string>.Throw);
        Caught(Thrower<int>.Throw);
        Caught(Thrower<object>.Throw);
        Caught(Thrower<List<string>>.Throw);
        return 0;
    }
}
