// tests/reach/recursion.cs - generics that mention ever larger instantiations of themselves. The compiler
// must come to an end, and what is called within a reasonable depth must work.
//! has body [recursion]Recursion.Program::Reference<System.__Canon>(System.Int32)
//! has body [recursion]Recursion.Program::Value<System.Int32>(System.Int32)
using System;
using System.Collections.Generic;

namespace Recursion
{
    struct Wrap<T> { public T Value; }

    class Chain<T>
    {
        public int Depth(int n) => n == 0 ? 0 : 1 + new Chain<Chain<T>>().Depth(n - 1);
    }

    class Fields<T>
    {
        public Fields<Wrap<T>> Next;
        public T Value;
    }

    abstract class Visitor { public abstract int Visit<T>(int n); }

    class Deeper : Visitor
    {
        public override int Visit<T>(int n) => n == 0 ? 0 : 1 + Visit<List<T>>(n - 1);
    }

    interface ISelf<T> { int Go(int n); }
    class Self<T> : ISelf<Self<Self<T>>> { public int Go(int n) => n; }

    static class Program
    {
        static int Reference<T>(int n) => n == 0 ? 0 : 1 + Reference<List<T>>(n - 1);
        static int Value<T>(int n) => n == 0 ? 0 : 1 + Value<Wrap<T>>(n - 1);
        static int Ping<T>(int n) => n == 0 ? 0 : 1 + Pong<T[]>(n - 1);
        static int Pong<T>(int n) => n == 0 ? 0 : 1 + Ping<Wrap<T>>(n - 1);

        static bool TooDeep(Func<int> f)
        {
            try
            {
                Console.WriteLine("came to an end: " + f());
                return false;
            }
            catch (TypeLoadException)
            {
                return true;
            }
        }

        static int Main()
        {
            int sum = Reference<string>(3) + 10 * Value<int>(3) + 100 * new Chain<string>().Depth(3) + 1000 * Ping<string>(3) +
                      10000 * new Deeper().Visit<string>(3) + 100000 * ((ISelf<Self<Self<int>>>)new Self<int>()).Go(3);

            Console.WriteLine(sum);
            Console.WriteLine(new Fields<int>().Next == null);
            return sum == 333333 && TooDeep(() => Value<int>(30)) && TooDeep(() => Reference<string>(30)) &&
                           TooDeep(() => new Chain<string>().Depth(30)) && TooDeep(() => new Deeper().Visit<string>(30))
                       ? 0
                       : 1;
        }
    }
}
