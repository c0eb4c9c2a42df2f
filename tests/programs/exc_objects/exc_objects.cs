// Exception objects: messages, inner exceptions, data, custom hierarchies, AggregateException, HResult, ExceptionDispatchInfo, using
// and dispose, exceptions from iterators, constructors, delegates, generics and static constructors.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.ExceptionServices;

namespace exc_objects;

class App : Exception
{
    public int Code { get; } public App(int code, string m = null, Exception inner = null) : base(m, inner) => Code = code;
    public override string Message => "app " + Code + (base.Message.Length > 0 ? " " + base.Message.Length.ToString().Length : "");
}
class Sub : App { public Sub(int c) : base(c, "sub") { } }
class Gen<X> : Exception { public X Value; }
class Quiet : Exception { public override string ToString() => "quiet"; public override IDictionary Data => null; }
sealed class Res : IDisposable
{
    readonly string n;
    readonly bool bad;
    public Res(string n, bool bad = false, bool ctor = false) { if (ctor) throw new App(1); this.n = n; this.bad = bad; T.P("open " + n); }
    public void Dispose() { T.P("close " + n); if (bad) throw new App(2); }
}
class Ctor
{
    public static Ctor Last; readonly int v = 1; public Ctor(int x) { Last = this; if (x == 0) throw new App(3); v = x; } public int V => v;
}
class Prop
{
    public int P { get => throw new App(4); set => throw new App(value); } public int this[int i] => throw new App(i);
    public static Prop operator +(Prop a, Prop b) => throw new App(5); public static implicit operator int(Prop p) => throw new App(6);
    public event Action E { add => throw new App(7); remove { } }
}

static class Program
{
    static int Code(Action a)
    {
        try { a(); return 0; } catch (App e) { return e.Code; } catch (Gen<string>) { return -1; } catch (Gen<int> g) { return g.Value; } catch (Exception e) { return 1000 + T.Kind(e); }
    }
    static void ThrowGen<X>(X v) => throw new Gen<X> { Value = v };
    static IEnumerable<int> Iter(int n) { for (int i = 0; ; i++) { if (i == n) throw new App(i); yield return i; } }
    static int Lazy(Lazy<int> l) => l.Value; static void Throw(int code) => throw new App(code);
    static X Conv<X>(X x) where X : class { try { Throw(8); return null; } catch (App) { return x; } }
    static int Nested(int n)
    {
        try { if (n == 0) throw new App(0, "deep"); return Nested(n - 1); } catch (Exception e) { throw new App(n, "wrap", e); }
    }

    internal static void Main()
    {
        try { Nested(3); } catch (App e) { string s = ""; for (Exception x = e; x != null; x = x.InnerException) s += ((App)x).Code; T.P("chain "
            + s + e.GetBaseException().Message + (e.GetBaseException() is App)); }
        var ex = new App(9);
        T.P("props " + ex.HResult + (ex.InnerException == null) + (ex.HelpLink == null) + ex.Data.Count + new OverflowException().HResult + " "
            + new ArgumentNullException("n").ParamName + new ArgumentOutOfRangeException("z", 7, "m").ActualValue + (ex.StackTrace == null));
        ex.Data["k"] = 5; ex.HelpLink = "h"; ex.Source = "src"; T.P("data " + ex.Data["k"] + ex.HelpLink + ex.Source);
        try { throw ex; } catch (App e) { T.P("trace " + (e.StackTrace != null) + ReferenceEquals(e, ex)); }
        var agg = new AggregateException(new App(1), new AggregateException(new App(2), new Sub(3)), new Exception("x"));
        T.P("agg " + agg.InnerExceptions.Count + agg.Flatten().InnerExceptions.Count + ((App)agg.InnerException).Code);
        try { agg.Handle(e => e is App); } catch (AggregateException a) { T.P("handled " + a.InnerExceptions.Count); }
        ExceptionDispatchInfo edi = null; try { Throw(11); } catch (App e) { edi = ExceptionDispatchInfo.Capture(e); }
        T.P("edi " + Code(() => edi.Throw()) + Code(() => ExceptionDispatchInfo.Throw(new App(12))));
        T.P("custom " + new Quiet() + (new Quiet().Data == null));
        T.P("codes " + Code(() => Throw(5)) + Code(() => ThrowGen("s")) + Code(() => ThrowGen(77)) + Code(() => ThrowGen(5L))
            + Code(() => ThrowGen(new object())) + Code(() => new Ctor(0)) + Ctor.Last.V + Code(() => new Ctor(4)) + Ctor.Last.V
            + Code(() => _ = new Prop().P) + Code(() => new Prop().P = 21) + Code(() => _ = new Prop()[22])
            + Code(() => _ = new Prop() + new Prop()) + Code(() => _ = (int)new Prop()) + Code(() => new Prop().E += null));
        var seen = new List<int>();
        T.P("iter " + Code(() => { foreach (int i in Iter(3)) seen.Add(i); }) + seen.Count
            + Code(() => Iter(2).Select(x => x * 10).Where(x => x >= 0).ToList()) + Code(() => Iter(5).Take(5).Sum())
            + Code(() => new[] { 1, 2, 3 }.Select(x => x == 3 ? throw new App(33) : x).ToArray())
            + Code(() => new List<int> { 3, 1, 2 }.Sort((a, b) => throw new App(44))) + Code(() => new[] { 1, 2 }.ToDictionary(x => 1))
            + Code(() => Array.ForEach(new[] { 1 }, x => Throw(x + 54))) + Code(() => new List<int> { 1 }.ForEach(x => throw new App(66))));
        T.P("lazy " + Code(() => Lazy(new Lazy<int>(() => throw new App(70)))) + Conv("conv") + Code(() => string.Join(",", Iter(1)))
            + Code(() => new[] { "a" }.OrderBy<string, int>(x => throw new App(71)).First()));
        try { using (new Res("a")) using (new Res("b")) throw new Sub(1); } catch (Sub) { T.P("after"); }
        T.P("bad dispose " + Code(() => { using (new Res("c", true)) Throw(99); }));
        T.P("ctor fails " + Code(() => { using (new Res("d")) using (new Res("e", false, true)) T.P("never"); }));
        try { foreach (int i in Resourceful()) if (i == 2) throw new App(1); } catch (App) { T.P("loop left"); } int r = 0;
        try { r = 1; try { throw new Sub(2); } catch (App e) when (e.Code == 2
            && (r = 5) == 5) { r *= 10; throw new Gen<int> { Value = r }; } } catch (Gen<int> g) { T.P("gen", g.Value + r); }
        T.P("expr " + (Code(() => _ = T.Opaque(1) > 0 ? throw new App(81) : 2))
            + Code(() => { string s = T.Opaque<string>(null) ?? throw new App(82); })
            + Code(() => { int x = T.Opaque(3) switch { 3 => throw new App(83), _ => 1 }; }));
        object o = new App(1); T.P("types " + (o is Exception) + (o is Sub) + ((Exception)o is App { Code: 1 })); int first = 0;
        AppDomain.CurrentDomain.FirstChanceException += (s, e) => first++; Code(() => Throw(1)); try { Code(() => Throw(2)); } finally { }
        T.P("first chance", first);
        try { throw new Exception("outer", new App(7)); } catch (Exception e) when (e.InnerException is App { Code: 7 } a) { T.P("inner filter "
            + a.Code); }
        static IEnumerable<int> Resourceful() { using (new Res("it")) for (int i = 0; ; i++) yield return i; }
    }
}
