// Static constructors: precise order, base and derived, generic instantiations, cycles, nested triggers, structs, interface statics,
// failures cached as TypeInitializationException.
using System;
using System.Runtime.CompilerServices;

namespace static_ctors;

static class Log { public static void Add(string s) => T.P("log " + s); }
class A
{
    public static int X = Init("A.X", 1); static A() { Log.Add("A.cctor"); X += 10; }
    public static int Init(string s, int v) { Log.Add(s); return v; } public static void Touch() { } public int Inst = 5;
}
class B : A
{
    public static new int X = Init("B.X", A.X + 100); static B() { Log.Add("B.cctor"); } public B() { Log.Add("B.ctor"); } public static int Y => 3;
    public const int K = 9;
}
class C : A { static C() { Log.Add("C.cctor"); } public static void M() => Log.Add("C.M"); }
class G<T1>
{
    public static int Count; public static readonly string Name;
    static G()
    {
        Name = typeof(T1) == typeof(int) ? "int" : typeof(T1) == typeof(string) ? "string" : typeof(T1) == typeof(object) ? "object" : "other";
        Log.Add("G " + Name);
    }
    public static int Next() => ++Count; public class Inner<U> { static Inner() { Log.Add("Inner " + Name); } public static int V = 1; }
}
class Cycle1 { public static int V; static Cycle1() { Log.Add("cycle1 sees " + Cycle2.V); V = Cycle2.V + 1; } }
class Cycle2 { public static int V; static Cycle2() { Log.Add("cycle2 sees " + Cycle1.V); V = Cycle1.V + 10; } }
struct S
{
    public static int V; public int F; static S() { Log.Add("S.cctor"); V = 4; } public S(int f) { F = f; } public int Get() => F;
    public static int Stat() => V;
}
class Bad
{
    public static int V = 1; static Bad() { Log.Add("Bad.cctor"); throw new InvalidOperationException("inside"); } public static void M() { }
    public int Field;
}
class BadGen<X>
{
    public static int V; static BadGen() { Log.Add("BadGen"); if (typeof(X) == typeof(string)) throw new FormatException("gen"); V = 6; }
}
class Outer { static Outer() { Log.Add("Outer"); _ = Bad2.V; } public static int V; }
class Bad2 { public static int V; static Bad2() { Log.Add("Bad2"); int z = 0; V = 1 / z; } }
class Lazy1
{
    public static readonly int[] Table = Make(); static int[] Make() { var t = new int[5]; for (int i = 0; i < 5; i++) t[i] = i * i; return t; }
    public static readonly string Text = "t" + Table[4]; public static readonly decimal Dec = 1.5m;
    public static readonly (int, string) Tup = (1, "x"); public static readonly DateTime Date = new(2020, 1, 2);
}
class Singleton { public static readonly Singleton Instance = new(); readonly int v = 42; Singleton() { } public int V => v; static Singleton() { } }
interface IStat { static int V = A.Init("IStat.V", 8); int Get() => V; }
class UseStat : IStat { }
class Order
{
    public static string S = ""; public static int P1 = Step(1), P2 = Step(2); static int Step(int i) { S += i; return i; }
    static Order() { Step(3); } public static int P3 = Step(4);
}
class Reent { public static int V; static Reent() { V = 1; Help(); V += 10; } static void Help() { V *= 5; } }
class Statics
{
    public static byte B; public static long L = 5; public static string Str; public static object O = new(); public static int[] Arr = { 1 };
    public static (int, string) Tup; public static double D = 0.5; public static decimal M; public static int? N; public static A Obj;
}

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)] static int GetK() => B.K;
    internal static void Main()
    {
        T.P("start " + GetK()); A a = null; T.P("declared " + (a == null) + typeof(A).Equals(typeof(B))); T.P("y", B.Y); T.P("x", B.X);
        var b = new B(); T.P("inst", b.Inst); C.M(); C.Touch(); T.P("a", A.X); T.P("c", C.X);
        T.P("g " + G<int>.Next() + G<int>.Next() + G<string>.Next() + G<object>.Next() + G<string>.Next() + G<long>.Name + G<int>.Inner<string>.V
            + G<string>.Inner<int>.V + G<int>.Count);
        Cycle1.V++; T.P("cycle " + Cycle1.V + " " + Cycle2.V); S s = default; T.P("default struct", s.F); T.P("struct stat", S.Stat()); s = new S(3);
        T.P("struct", s.Get());
        for (int i = 0; i < 3; i++)
        {
            try { if (i == 0) Bad.M(); else if (i == 1) Bad.V = 2; else new Bad().Field = 1; T.P("not reached"); } catch (TypeInitializationException e) { T.P("bad " + T.Kind(e.InnerException) + e.InnerException.Message); }
        }
        TypeInitializationException first = null; try { Bad.M(); } catch (TypeInitializationException e) { first = e; }
        try { Bad.M(); } catch (TypeInitializationException e) { T.P("same inner " + ReferenceEquals(first.InnerException, e.InnerException)); }
        T.P("badgen " + T.Throws(() => BadGen<string>.V++) + T.Throws(() => BadGen<object>.V++) + BadGen<object>.V
            + T.Throws(() => BadGen<string>.V++) + T.Throws(() => BadGen<int>.V++) + BadGen<int>.V);
        try { Outer.V++; } catch (TypeInitializationException e) { T.P("nested " + T.Kind(e.InnerException)
            + T.Kind(e.InnerException.InnerException)); }
        T.P("again " + T.Throws(() => Bad2.V++) + T.Throws(() => Outer.V++));
        T.P("lazy " + Lazy1.Text + Lazy1.Table[3] + Lazy1.Dec + Lazy1.Tup + Lazy1.Date.Year + Singleton.Instance.V);
        T.P("istat", ((IStat)new UseStat()).Get()); T.P("order " + Order.P3 + Order.S); T.P("reent", Reent.V); Statics.B += 200; Statics.B += 100;
        Statics.L *= 3; Statics.Str += "x"; Statics.Tup.Item1++; Statics.Tup.Item2 = "t"; Statics.N ??= 4; Statics.M += 1.5m; Statics.Obj = b;
        GC.Collect(); ref long rl = ref Statics.L; rl++;
        T.P("statics " + Statics.B + Statics.L + Statics.Str + Statics.Tup + Statics.N + Statics.M + Statics.Obj.Inst + Statics.Arr[0] + Statics.D
            + (Statics.O != null));
    }
}
