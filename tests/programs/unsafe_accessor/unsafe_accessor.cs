// UnsafeAccessor methods: every kind, values and objects, generics, overloads, and what is declared wrongly.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace unsafe_accessor
{
    class Secret
    {
        private int number = 1;
        private readonly string text;
        private static int count;
        private static string shared = "shared";
        private Secret() => text = "none";
        private Secret(int n, string t) { number = n; text = t; count++; }
        private int Add(int x) => number += x;
        private string Add(string x) => text + x;
        private static string Join(string a, int b) => a + b;
        protected virtual string Who() => "secret";
        private ref int Number() => ref number;
        private T Echo<T>(T x, int n) { number = n; return x; }
        private static List<T> Make<T>(T x) => new List<T> { x, x };
        private void Deny() => throw new InvalidOperationException("denied " + number);
        public int Seen => number;
    }

    class Derived : Secret2
    {
        protected override string Who() => "derived";
    }

    class Secret2
    {
        protected virtual string Who() => "base";
    }

    struct Value
    {
        private int x;
        private static int made;
        private Value(int x) { this.x = x; made++; }
        private void Bump(int by) => x += by;
        private readonly int Twice() => 2 * x;
    }

    class Box<T>
    {
        private T item;
        private static T last;
        private Box(T item) => this.item = last = item;
        private T Swap(T other) { T old = item; item = other; return old; }
        private (T, U) Pair<U>(U u) => (item, u);
        private static string Name(T a, List<T> b) => a + ":" + b.Count;
    }

    static class Of<T>
    {
        [UnsafeAccessor(UnsafeAccessorKind.Constructor)] public static extern Box<T> New(T item);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "item")] public static extern ref T Item(Box<T> b);
        [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "last")] public static extern ref T Last(Box<T> b);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] public static extern T Swap(Box<T> b, T other);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] public static extern (T, U) Pair<U>(Box<T> b, U u);
        [UnsafeAccessor(UnsafeAccessorKind.StaticMethod)] public static extern string Name(Box<T> b, T a, List<T> l);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_items")] public static extern ref T[] Items(List<T> l);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_size")] public static extern ref int Size(List<T> l);
    }

    static class Program
    {
        [UnsafeAccessor(UnsafeAccessorKind.Constructor)] static extern Secret New();
        [UnsafeAccessor(UnsafeAccessorKind.Constructor)] static extern Secret New(int n, string t);
        [UnsafeAccessor(UnsafeAccessorKind.Constructor)] static extern Value NewValue(int x);
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Add")] static extern int AddNumber(Secret s, int x);
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Add")] static extern string AddText(Secret s, string x);
        [UnsafeAccessor(UnsafeAccessorKind.StaticMethod)] static extern string Join(Secret s, string a, int b);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] static extern string Who(Secret2 s);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] static extern ref int Number(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] static extern T Echo<T>(Secret s, T x, int n);
        [UnsafeAccessor(UnsafeAccessorKind.StaticMethod)] static extern List<T> Make<T>(Secret s, T x);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] static extern void Deny(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "number")] static extern ref int NumberOf(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "text")] static extern ref string TextOf(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "count")] static extern ref int Count(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "shared")] static extern ref string Shared(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "x")] static extern ref int X(ref Value v);
        [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "made")] static extern ref int Made(ref Value v);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] static extern void Bump(ref Value v, int by);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] static extern int Twice(ref Value v);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_firstChar")] static extern ref char FirstChar(string s);

        // not there
        [UnsafeAccessor(UnsafeAccessorKind.Method)] static extern int Nothing(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Add")] static extern int AddLong(Secret s, long x);
        [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Add")] static extern int AddStatic(Secret s, int x);
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Who")] static extern string WhoOfDerived(OnlyDerived s);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "number")] static extern ref long NumberAsLong(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "nothing")] static extern ref int NoField(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.Constructor)] static extern Secret New(double d);
        // wrong
        [UnsafeAccessor(UnsafeAccessorKind.Constructor, Name = "x")] static extern Secret Named();
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "number")] static extern int NotByReference(Secret s);
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "x")] static extern ref int OfCopy(Value v);
        [UnsafeAccessor(UnsafeAccessorKind.Method)] static extern int NoTarget();

        class OnlyDerived : Secret2 { }

        static void Try(string what, Action a)
        {
            try { a(); Console.WriteLine(what + ": fine"); }
            catch (MissingMethodException) { Console.WriteLine(what + ": MissingMethodException"); }
            catch (MissingFieldException) { Console.WriteLine(what + ": MissingFieldException"); }
            catch (BadImageFormatException) { Console.WriteLine(what + ": BadImageFormatException"); }
            catch (InvalidOperationException e) { Console.WriteLine(what + ": " + e.Message); }
        }

        static void Objects()
        {
            Secret s = New(), t = New(40, "forty");

            Console.WriteLine(AddNumber(t, 2) + AddText(t, "!") + AddText(s, "?") + Join(null, "a", 5));
            Number(t)++;
            NumberOf(s) = 77;
            TextOf(s) = "changed";
            Console.WriteLine(t.Seen + " " + s.Seen + " " + TextOf(s) + " " + Count(null) + Shared(null));
            Shared(null) = "other";
            Count(s) = 10;
            Console.WriteLine(Shared(s) + New(1, "x").Seen + Count(null));
            Console.WriteLine(Who(new Secret2()) + " " + Who(new Derived()));
            Console.WriteLine(Echo(s, "echo", 5) + Echo(s, 2.5, 6) + Echo(s, (1, 'c'), 7) + s.Seen + Make(s, 3).Count + Make(s, "x")[1]);
            Console.WriteLine(FirstChar("word"));
            Try("deny", () => Deny(s));
        }

        static void Values()
        {
            Value v = NewValue(5);

            X(ref v) += 10;
            Bump(ref v, 100);
            Console.WriteLine(X(ref v) + " " + Twice(ref v) + " " + Made(ref v));
        }

        static void Generics<T>(T a, T b)
        {
            Box<T> box = Of<T>.New(a);
            List<T> list = new List<T> { a, b, a };

            Console.WriteLine(Of<T>.Swap(box, b) + " " + Of<T>.Item(box) + " " + Of<T>.Last(null) + " " + Of<T>.Pair(box, 1) + " " + Of<T>.Pair(box, "u") + " " + Of<T>.Name(null, a, list));
            Of<T>.Items(list)[2] = b;
            Of<T>.Size(list) = 2;
            Console.WriteLine(string.Join(",", list) + Of<T>.Items(list)[2]);
        }

        internal static void Main()
        {
            Objects();
            Values();
            Generics(1, 2);
            Generics("one", "two");
            Generics((1, 'x'), (2, 'y'));
            Try("nothing", () => Nothing(New()));
            Try("long", () => AddLong(New(), 1));
            Try("static", () => AddStatic(New(), 1));
            Try("of base", () => WhoOfDerived(new OnlyDerived()));
            Try("field type", () => NumberAsLong(New()) = 1);
            Try("no field", () => NoField(New()) = 1);
            Try("no constructor", () => New(1.0));
            Try("named constructor", () => Named());
            Try("not by reference", () => NotByReference(New()));
            Try("of a copy", () => OfCopy(NewValue(1)) = 1);
            Try("no target", () => NoTarget());
            Func<Secret, int, int> f = AddNumber;
            Console.WriteLine(f(New(), 9));
        }
    }
}
