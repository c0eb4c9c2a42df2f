// Recursion without end throws InsufficientExecutionStackException, wherever it happens, and the program goes on. CoreCLR
// ends the process instead, so the expected output is not recorded but follows from docs/abi.md, "The one check": the type
// and text that RuntimeHelpers.EnsureSufficientExecutionStack documents, finally blocks run, every handler may catch it.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

namespace stack_overflow;

interface IDeep { int Down(int n); }

class Base : IDeep
{
    public virtual int Virtual(int n) => Virtual(n + 1) + 1;
    public int Down(int n) => Program.Through(this, n) + 1;
}

class Derived : Base
{
    public override int Virtual(int n) => base.Virtual(n) + 2;
}

class Generic<X>
{
    public static X Deep(X x, int n)
    {
        X y = Deep(x, n + 1);
        return n == -1 ? x : y;
    }
}

class Initialised { public static int Value = Program.Plain(0); }

unsafe struct Huge
{
    public long First;
    fixed long rest[6000];
}

static class Program
{
    static int finallies, filters;
    static Func<int, int> lambda;

    [MethodImpl(MethodImplOptions.NoInlining)] public static int Plain(int n) => Plain(n + 1) + 1;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Even(int n) => Odd(n + 1) + 1;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Odd(int n) => Even(n + 1) + 1;
    [MethodImpl(MethodImplOptions.NoInlining)] public static int Through(IDeep d, int n) => d.Down(n + 1) + 1;
    static int Limited(int n) => n == 0 ? 0 : Limited(n - 1) + 1;
    static double Floats(double a, double b, int n) => Floats(a + n, b * 0.5, n + 1) + a + b;
    static bool Filter() { filters++; return Plain(0) == 0; }
    static int WithFilter(int n) { try { return WithFilter(n + 1) + 1; } catch (Exception) when (n < 0) { return 0; } }
    static int Ensure(int n) { RuntimeHelpers.EnsureSufficientExecutionStack(); return Ensure(n + 1) + 1; }
    static int HugeStruct(Huge h, int n) { Huge copy = h; copy.First = n; return HugeStruct(copy, n + 1) + (int)copy.First; }
    static IEnumerable<int> Sequence(int n) { foreach (int x in Sequence(n + 1)) yield return x; }

    static int WithFinally(int n)
    {
        try { return WithFinally(n + 1) + 1; }
        finally { finallies++; }
    }

    static unsafe int OnStack(int bytes, bool again)
    {
        byte* p = stackalloc byte[bytes];
        p[bytes - 1] = 1;
        return (again ? OnStack(bytes, again) : 0) + p[bytes - 1];
    }

    static string Text(InsufficientExecutionStackException e)
    {
        try { RuntimeHelpersText(); return ""; }
        catch (InsufficientExecutionStackException own) { return e.Message == own.Message ? "overflow" : e.Message; }
    }

    static void RuntimeHelpersText() => throw new InsufficientExecutionStackException();

    static void Try(string name, Func<int> f)
    {
        try { T.P(name, f()); }
        catch (InsufficientExecutionStackException e) { T.P(name, Text(e)); }
    }

    // On a small stack, so that it is quick.
    static void On(int kib, Action body)
    {
        Thread t = new Thread(() => body(), kib * 1024);
        t.Start();
        t.Join();
    }

    static void Kinds()
    {
        Try("plain", () => Plain(0));
        Try("mutual", () => Even(0));
        Try("virtual", () => new Derived().Virtual(0));
        Try("interface", () => new Base().Down(0));
        lambda = n => lambda(n + 1) + 1;
        Try("lambda", () => lambda(0));
        Try("generic of class", () => Generic<string>.Deep("x", 0).Length);
        Try("generic of value", () => Generic<int>.Deep(1, 0));
        Try("floats", () => (int)Floats(1, 2, 0));
        Try("iterator", () => { foreach (int x in Sequence(0)) return x; return 0; });
        Try("huge struct", () => HugeStruct(default, 0));
        Try("stackalloc", () => OnStack(5000, true));
        Try("one stackalloc too large", () => OnStack(64 << 20, false));
        Try("one that fits", () => OnStack(100000, false));
        Try("ensure", () => Ensure(0));
        T.P("sufficient here", RuntimeHelpers.TryEnsureSufficientExecutionStack());
    }

    static void Handlers()
    {
        Try("finally", () => WithFinally(0));
        T.P("finally blocks ran", finallies > 500);
        Try("filters above", () => WithFilter(0));
        try { throw new Exception("kept"); }
        catch (Exception) when (Filter()) { T.P("not here"); }
        catch (Exception e) { T.P("in a filter", e.Message); }
        T.P("filters", filters);
        try
        {
            try { throw new Exception("lost"); }
            finally { Plain(0); }
        }
        catch (Exception e) { T.P("in a finally", e is InsufficientExecutionStackException); }
        try
        {
            try { Plain(0); }
            catch (InsufficientExecutionStackException) { Plain(0); }
        }
        catch (InsufficientExecutionStackException e) { T.P("in a catch", Text(e)); }
        try { T.P("value", Initialised.Value); }
        catch (TypeInitializationException e) { T.P("in a static constructor", e.InnerException is InsufficientExecutionStackException); }
        try { T.P("value", Initialised.Value); }
        catch (TypeInitializationException e) { T.P("once more", e.InnerException is InsufficientExecutionStackException); }
        try { new List<int> { 3, 1, 2 }.Sort((a, b) => Plain(0)); }
        catch (InvalidOperationException e) { T.P("in a comparer", e.InnerException is InsufficientExecutionStackException); }
        object gate = new object();
        try { lock (gate) Plain(0); }
        catch (InsufficientExecutionStackException) { T.P("lock held", Monitor.IsEntered(gate)); }
    }

    static void Often()
    {
        int caught = 0;
        for (int i = 0; i < 1000; i++)
        {
            try { Plain(0); }
            catch (InsufficientExecutionStackException) { caught++; }
        }
        T.P("caught", caught);
    }

    // Each handler tries again; those close to the limit fail again.
    static int Stubborn(int n, ref int handlers)
    {
        try { return Stubborn(n + 1, ref handlers) + 1; }
        catch (InsufficientExecutionStackException)
        {
            if (handlers++ < 200) Plain(0);
            return 0;
        }
    }

    internal static void Main()
    {
        On(512, Kinds);
        On(512, Handlers);
        On(256, Often);
        foreach (int kib in new[] { 64, 128, 256, 1024, 8192 })
            On(kib, () => Try(kib.ToString() + " KiB", () => Plain(0) + WithFinally(0)));
        On(512, () => { int handlers = 0; Stubborn(0, ref handlers); T.P("stubborn handlers", handlers > 0); });
        On(200 << 10, () => T.P("a million deep", Limited(1000000)));
        Try("main thread", () => Plain(0));
        T.P("end");
    }
}
