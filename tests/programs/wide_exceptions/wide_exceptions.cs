// Exceptions in every place: nested finally blocks, filters, iterators, tasks, static constructors, deep stacks.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks;

namespace wide_exceptions;
static class Program
{
    static readonly List<string> log = new();
    static bool L(string s, bool r = true)
    {
        log.Add(s);
        return r;
    }

    static void Flush(string t)
    {
        Console.WriteLine(t + ": " + string.Join(" ", log));
        log.Clear();
    }

    class MyEx<T>(T v, Exception inner = null) : Exception("my " + v, inner)
    {
        public T V => v;
    }

    static void Nest(int n, int throwAt)
    {
        try
        {
            L("t" + n);
            if (n == throwAt)
                throw new MyEx<int>(n);
            Nest(n + 1, throwAt);
        }
        catch (MyEx<string>)
        {
            L("wrong");
        }
        catch (MyEx<int> e)when (L("f" + n, n == 1 && e.V == throwAt))
        {
            L("c" + n);
            try
            {
                throw new MyEx<string>("x" + n, e);
            }
            finally
            {
                L("ff" + n);
            }
        }
        finally
        {
            L("y" + n);
        }
    }

    static int Finally(int k)
    {
        for (int i = 0;; i++)
        {
            try
            {
                if (i == k)
                    return i;
                if (i == 3)
                    break;
                if (i % 2 == 0)
                    continue;
                L("o" + i);
            }
            finally
            {
                try
                {
                    if (i == 2)
                        throw new Exception("in fin");
                }
                catch
                {
                    L("cf");
                }

                L("y" + i);
            }
        }

        return -1;
    }

    static IEnumerable<int> Gen(bool thr)
    {
        try
        {
            yield return 1;
            try
            {
                yield return 2;
                if (thr)
                    throw new MyEx<long>(5);
            }
            finally
            {
                L("inner");
            }

            yield return 3;
        }
        finally
        {
            L("outer");
        }
    }

    static async Task<int> Async(int d)
    {
        try
        {
            if (d == 0)
            {
                await Task.Yield();
                throw new MyEx<double>(1.5);
            }

            return await Async(d - 1) + 1;
        }
        catch (MyEx<double>)when (d == 3)
        {
            await Task.Delay(1);
            L("ac" + d);
            return 100;
        }
        finally
        {
            await Task.Yield();
            L("af" + d);
        }
    }

    static class Bad
    {
        public static readonly int X = Zero();
        static int Zero()
        {
            int z = 0;
            return 1 / z;
        }

        public static void Touch()
        {
        }
    }

    static class BadGen<T>
    {
        public static int X;
        static BadGen()
        {
            L("cctor");
            throw new MyEx<T>(default);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Superseded()
    {
        try
        {
            try
            {
                throw new Exception("first");
            }
            finally
            {
                throw new Exception("second");
            }
        }
        finally
        {
            L("end");
        }
    }

    struct Disp(string n) : IDisposable
    {
        public void Dispose()
        {
            L("d" + n);
            if (n == "b")
                throw new InvalidOperationException("dispose");
        }
    }

    static int Deep(int n, ref int max)
    {
        if (n > max)
            max = n;
        if (n == 3000)
            throw new Exception("deep");
        try
        {
            return Deep(n + 1, ref max) + 1;
        }
        finally
        {
            max++;
        }
    }

    public static void Main()
    {
        try
        {
            Nest(0, 3);
        }
        catch (MyEx<string> e)
        {
            L("top " + e.Message + "<" + e.InnerException.Message + ">");
        }

        Flush("nest");
        Nest2();
        for (int i = 0; i < 5; i++)
            Console.WriteLine(Finally(i));
        Flush("fin");
        foreach (var thr in new[]
        {
            false,
            true
        }

        )
        {
            try
            {
                foreach (var x in Gen(thr))
                    L("" + x);
            }
            catch (MyEx<long> e)
            {
                L(e.Message);
            }

            Flush("gen");
        }

        using (var en = Gen(true).GetEnumerator())
        {
            en.MoveNext();
            en.MoveNext();
        }

        Flush("disp");
        Console.WriteLine(Async(5).Result);
        Flush("async");
        try
        {
            Async(1).Wait();
        }
        catch (AggregateException e)
        {
            Console.WriteLine(e.InnerExceptions.Count + " " + e.InnerException.Message + "|" + e.Message);
        }

        Flush("async2");
        for (int i = 0; i < 2; i++)
            try
            {
                Bad.Touch();
                Console.WriteLine(Bad.X);
            }
            catch (TypeInitializationException e)
            {
                L(e.InnerException.Message);
            }

        Flush("cctor");
        for (int i = 0; i < 2; i++)
            try
            {
                BadGen<string>.X++;
            }
            catch (TypeInitializationException e)
            {
                L(e.InnerException is MyEx<string> ? "ok" : "no");
            }

        try
        {
            BadGen<int>.X++;
        }
        catch (TypeInitializationException e)
        {
            L(e.InnerException is MyEx<int> ? "ok" : "no");
        }

        Flush("genc");
        try
        {
            Superseded();
        }
        catch (Exception e)when (L("flt " + e.Message))
        {
        }

        Flush("sup");
        try
        {
            using var a = new Disp("a");
            using var b = new Disp("b");
            throw new Exception("body");
        }
        catch (Exception e)
        {
            L(e.Message);
        }

        Flush("using");
        int max = 0;
        try
        {
            Deep(0, ref max);
        }
        catch (Exception e)
        {
            Console.WriteLine(e.Message + " " + max);
        }

        var t = Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            await Task.Yield();
            if (i % 2 == 1)
                throw new MyEx<int>(i);
            return i;
        }));
        try
        {
            t.Wait();
        }
        catch (AggregateException e)
        {
            Console.WriteLine(string.Join(",", e.Flatten().InnerExceptions.Select(x => x.Message).Order()));
            e.Handle(x => x is MyEx<int>);
        }

        ExceptionDispatchInfo info = null;
        try
        {
            throw new MyEx<char>('q');
        }
        catch (Exception e)
        {
            info = ExceptionDispatchInfo.Capture(e);
        }

        try
        {
            info.Throw();
        }
        catch (MyEx<char> e)
        {
            Console.WriteLine(e.Message + " " + ReferenceEquals(e, info.SourceException));
        }

        try
        {
            try
            {
                throw new MyEx<int>(1);
            }
            catch (Exception e)
            {
                e.Data["k"] = 42;
                throw;
            }
        }
        catch (Exception e)
        {
            Console.WriteLine(e.Data["k"] + " " + e.HResult);
        }

        try
        {
            object o = "s";
            _ = (int)o;
        }
        catch (InvalidCastException)
        {
            L("cast");
        }

        try
        {
            object[] a = new string[1];
            a[0] = 1;
        }
        catch (ArrayTypeMismatchException)
        {
            L("store");
        }

        try
        {
            _ = new int[T.Opaque(-1)];
        }
        catch (OverflowException)
        {
            L("neg");
        }

        try
        {
            string s = T.Opaque<string>(null);
            _ = s.Length;
        }
        catch (NullReferenceException)
        {
            L("null");
        }

        try
        {
            checked
            {
                int x = T.Opaque(int.MaxValue);
                x++;
            }
        }
        catch (OverflowException)
        {
            L("ovf");
        }

        try
        {
            _ = T.Opaque(int.MinValue) / T.Opaque(-1);
        }
        catch (ArithmeticException)
        {
            L("div");
        }

        try
        {
            Action<int> a = null;
            a(1);
        }
        catch (NullReferenceException)
        {
            L("del");
        }

        Flush("rt");
        Func<int> chain = () => 1;
        for (int i = 0; i < 3; i++)
        {
            var prev = chain;
            int k = i;
            chain = () =>
            {
                try
                {
                    return prev() * 10 + k;
                }
                finally
                {
                    if (k == 1)
                        L("k");
                }
            };
        }

        Console.WriteLine(chain());
        Flush("clo");
        try
        {
            throw null;
        }
        catch (NullReferenceException)
        {
            Console.WriteLine("throw null");
        }

        Goto();
    }

    static void Nest2()
    {
        try
        {
            try
            {
                throw new Exception("a");
            }
            catch (Exception e)when (Thrower(e))
            {
                L("never");
            }
        }
        catch (Exception e)
        {
            L("outer " + e.Message);
        }

        Flush("nest2");
    }

    static bool Thrower(Exception e)
    {
        L("in filter " + e.Message);
        try
        {
            throw new InvalidOperationException("swallowed");
        }
        finally
        {
            L("filter fin");
        }
    }

    static void Goto()
    {
        int n = 0;
        again:
            try
            {
                n++;
                if (n < 4)
                    goto again;
                L("n" + n);
            }
            catch
            {
            }
            finally
            {
                L("g" + n);
            }

        Flush("goto");
    }
}
