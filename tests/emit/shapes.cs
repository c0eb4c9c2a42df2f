// tests/emit/shapes.cs - types of every shape. mt_dump prints their MethodTables, which are compared
// with shapes.expected, and mt_compare compares them with those that the class library's own compiler makes.
using System;
using System.Collections.Generic;

namespace Shapes
{
    class Empty { }

    class Node { public Node Left; public int Weight; public Node Right; public string Name; public byte Mark; }

    // Fields are not in memory order: references come together, and the derived part follows the base's.
    class Leaf : Node { public object Payload; public double Value; }

    struct Plain { public int A; public short B; }
    struct Tagged { public string Text; public int Number; public short Small; }
    struct Sparse { public long First; public object One; public long Middle; public object Two; public object Three; }
    struct Nested { public Tagged Inner; public int Tail; public Sparse Other; }
    struct Nothing { }
    ref struct OnStack { public Span<int> Data; }
    class HoldsStructs { public Tagged T; public Sparse S; public int I; }

    enum Small : byte { A, B }
    enum Normal { A, B }
    enum Big : ulong { A, B }

    interface IShape { int Area(); }
    interface INamed : IShape { string Name(); int Sides() => 4; }
    interface IOut<out T> { T Get(); }
    interface IIn<in T> { void Put(T value); }
    interface IMixed<in A, T, out B> { B Map(A a, T t); }

    class Square : INamed
    {
        public int Side;
        public int Area() => Side * Side;
        public virtual string Name() => "square";
        public override string ToString() => Name();
    }

    sealed class Cube : Square, IDisposable
    {
        public override string Name() => "cube";
        public void Dispose() { }
        ~Cube() { Program.Sink = null; }
    }

    class Both : IOut<string>, IIn<string>, IMixed<object, int, string>
    {
        public string Get() => "x";
        public void Put(string value) { }
        public string Map(object a, int t) => "y";
    }

    struct Point : IShape, IEquatable<Point>
    {
        public int X, Y;
        public int Area() => X * Y;
        public bool Equals(Point other) => X == other.X;
        public override int GetHashCode() => X;
        public override bool Equals(object o) => o is Point p && Equals(p);
    }

    class Box<T> { public T Value; public virtual Type Kind() => typeof(T); }
    class Pair<A, B> : Box<B> { public A First; }
    struct Wrap<T> { public T Value; public int Count; }

    delegate int Map(int x);
    delegate R Convert<in T, out R>(T x);

    class Outer { public class Inner { public string S; public class Innermost { public int I; } } }

    class Statics { public static object Root = new Empty(); public static int Number = 3; [ThreadStatic] public static string PerThread; }

    static unsafe class Program
    {
        public static object Sink;
        static readonly List<object> kept = new List<object>();

        static void Keep(object o) { kept.Add(o); Sink = o; }

        static int Twice(int x) => 2 * x;
        static string Text(object o) => "t";

        static void Plain()
        {
            Keep(new Empty());
            Keep(new Node());
            Keep(new Leaf());
            Keep(new HoldsStructs());
            Keep(new Outer.Inner());
            Keep(new Outer.Inner.Innermost());
            Keep(new Plain());
            Keep(new Tagged());
            Keep(new Sparse());
            Keep(new Nested());
            Keep(new Nothing());
            Keep(new Point());
            Keep(Small.B);
            Keep(Normal.B);
            Keep(Big.B);
            Keep(Statics.Root);
            Statics.PerThread = "p";
            Keep(Statics.PerThread);
            OnStack s = default;
            Keep(s.Data.Length);
        }

        static void Arrays()
        {
            Keep(new int[1]);
            Keep(new byte[1]);
            Keep(new Node[1]);
            Keep(new Node[1][]);
            Keep(new Plain[1]);
            Keep(new Tagged[1]);
            Keep(new Sparse[1]);
            Keep(new Nested[1]);
            Keep(new Small[1]);
            Keep(new int[1, 2]);
            Keep(new string[1, 2, 3]);
            Keep(new Tagged[2, 2]);
            Keep(new int*[1]);
        }

        static void Generics()
        {
            Keep(new Box<int>());
            Keep(new Box<string>().Kind());
            Keep(new Box<Tagged>().Kind());
            Keep(new Pair<string, int>().Kind());
            Keep(new Pair<Point, Node>().Kind());
            Keep(new Wrap<string>());
            Keep(new Wrap<byte>());
            Keep(new Wrap<Wrap<string>>[2]);
            Keep(new List<string> { "a" });
            Keep(new List<Point>());
            Keep(new Dictionary<string, int>());
            Keep(new int?[2]);
            Keep(new long?[2]);
            Keep(new Tagged?[2]);
        }

        static void Calls(Square s, IOut<object> o, IIn<string> i, IMixed<string, int, object> m, IShape p)
        {
            Keep(s.Name() + ((INamed)s).Sides() + s.Area() + p.Area());
            Keep(o.Get());
            i.Put("z");
            Keep(m.Map("a", 1));
            if (s is IDisposable d)
                d.Dispose();
        }

        static int Main()
        {
            Both both = new Both();
            Map map = Twice;
            Convert<string, object> convert = Text;

            Plain();
            Arrays();
            Generics();
            Calls(new Square(), both, both, both, new Point());
            Calls(new Cube(), both, both, both, new Cube());
            Keep(map);
            Keep(convert);
            Keep(map(4) + (string)convert("s"));
            Keep(typeof(List<>));
            Keep(typeof(IMixed<,,>));
            Keep(typeof(IList<>));
            Keep(typeof(int*));
            Keep(kept.ToString());
            Console.WriteLine(kept.Count);
            return 0;
        }
    }
}
