// Generics that need ever larger instances of themselves, called a few rounds deep, beside types that are only large.
// tests/reach/recursion.cs has what goes too deep.
using System;
using System.Collections.Generic;

namespace generic_growth
{
    class Chain<T>
    {
        public virtual string Next(int n) => n == 0 ? typeof(T).IsValueType.ToString() : new Chain<Chain<T>>().Next(n - 1);
    }

    class Two<T, U>
    {
        public virtual int Next(int n) => n == 0 ? 0 : 1 + new Two<Two<T, U>, Two<U, T>>().Next(n - 1) + new Two<U, List<T>>().Next(n - 1);
    }

    abstract class Visitor
    {
        public Visitor Other;
        public abstract int Go<T>(T v, int n);
    }

    class First : Visitor
    {
        public override int Go<T>(T v, int n) => n == 0 ? 1 : Other.Go<(T, int)>((v, 1), n - 1);
    }

    class Second : Visitor
    {
        public override int Go<T>(T v, int n) => n == 0 ? 2 : Other.Go(new KeyValuePair<int, T>(1, v), n - 1) + Other.Go<List<T>>(null, n - 1);
    }

    class Third : Visitor
    {
        public override int Go<T>(T v, int n) => n == 0 ? 3 : Other.Go<T[]>(null, n - 1) + Other.Go<(T, T)>(default, n - 1);
    }

    interface IGoes
    {
        static abstract int Go<U>(U u, int n);
        int Walk<U>(U u, int n);
    }

    struct Goes<A> : IGoes
    {
        public static int Go<U>(U u, int n) => n == 0 ? 1 : 1 + Program.Call<Goes<U>, (U, int)>((u, 1), n - 1);
        public int Walk<U>(U u, int n) => n == 0 ? 1 : 1 + Program.Walk(new Goes<U>(), new List<U> { u }, n - 1);
    }

    class Parser<T>
    {
        readonly T value;
        public Parser(T value) => this.value = value;
        public Parser<(T, U)> Then<U>(Parser<U> next) => new Parser<(T, U)>((value, next.value));
        public virtual Parser<T[]> Many() => new Parser<T[]>(new[] { value });
        public override string ToString() => value.ToString();
    }

    static class Program
    {
        static int Pairs<T>(T v, int n) => n == 0 ? 0 : 1 + Pairs<(T, byte)>((v, 1), n - 1);
        static int Both<T>(T v, int n) => n == 0 ? 0 : 1 + Pairs<(T, T)>((v, v), n - 1) + Both<(byte, T)>((1, v), n - 1);
        public static int Call<T, U>(U u, int n) where T : IGoes => T.Go(u, n);
        public static int Walk<T, U>(T t, U u, int n) where T : IGoes => t.Walk(u, n);

        internal static void Main()
        {
            Visitor a = new First(), b = new Second(), c = new Third();

            a.Other = b;
            b.Other = c;
            c.Other = a;
            Console.WriteLine(Pairs(1, 3) + " " + Pairs("s", 3) + " " + Both(1.5, 3));
            Console.WriteLine(new Chain<int>().Next(1) + new Chain<string>().Next(3) + new Two<int, string>().Next(2));
            Console.WriteLine(a.Go(1, 1) + " " + b.Go(1, 1) + " " + c.Go(1, 1));
            Console.WriteLine(Call<Goes<int>, int>(3, 2) + " " + Call<Goes<string>, string>("3", 2) + " " + Walk(new Goes<byte>(), 1, 2));

            // written down: any depth
            Parser<int> one = new Parser<int>(1);
            Console.WriteLine(one.Then(one).Then(one).Then(one).Then(one).Then(one).Then(one).Then(one).Then(one).Then(one).Then(one).Then(one));
            Console.WriteLine(one.Many().Many().Many().Many().ToString() != null);
            var deep = new Dictionary<int, List<(int, List<(int, List<(int, List<(int, List<(int, List<(int, List<(int, List<(int, List<int>)>)>)>)>)>)>)>)>>();
            deep[1] = new() { (1, new() { (2, new() { (3, new() { (4, new() { (5, new() { (6, new() { (7, new() { (8, new() { 9 }) }) }) }) }) }) }) }) };
            Console.WriteLine(deep[1][0].Item2[0].Item2[0].Item2[0].Item2[0].Item2[0].Item2[0].Item2[0].Item2[0]);
        }
    }
}
