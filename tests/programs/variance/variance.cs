// Co- and contravariance of interfaces and delegates: conversions, casts, dispatch through variant interfaces, arrays as variant
// interfaces, nested variance.
using System;
using System.Collections.Generic;

namespace variance;

class Animal { public virtual string Name => "animal"; }
class Cat : Animal { public override string Name => "cat"; }
class Tiger : Cat { public override string Name => "tiger"; }
interface ISource<out X> { X Get(); ISource<X> Again(); string Tag => "source"; }
interface ISink<in X> { string Put(X x); }
interface IBoth<in A, out R> { R Do(A a); }
interface INested<out X> { void Feed(ISink<X> sink); ISource<ISource<X>> Deep(); }
delegate R Fn<in A, out R>(A a);
delegate void Act<in A>(A a);
class Source<X> : ISource<X> where X : new() { public X Get() => new X(); public ISource<X> Again() => this; }
class CatSource : ISource<Cat>, ISource<string>
{
    Cat ISource<Cat>.Get() => new Cat(); string ISource<string>.Get() => "text"; ISource<Cat> ISource<Cat>.Again() => null;
    ISource<string> ISource<string>.Again() => null;
}
class AnySink : ISink<object> { public string Put(object o) => "any " + (o is Animal a ? a.Name : o); }
class AnimalSink : ISink<Animal> { public string Put(Animal a) => "sink " + a.Name; }
class Conv : IBoth<Animal, Cat> { public Cat Do(Animal a) => a as Cat ?? new Tiger(); }
class Nest : INested<Cat>
{
    public void Feed(ISink<Cat> s) => T.P("feed " + s.Put(new Tiger())); public ISource<ISource<Cat>> Deep() => new DeepSource();
}
class DeepSource : ISource<ISource<Cat>> { public ISource<Cat> Get() => new Source<Tiger>(); public ISource<ISource<Cat>> Again() => this; }
class Two : ISource<Tiger>, ISource<Animal>
{
    Tiger ISource<Tiger>.Get() => new Tiger(); Animal ISource<Animal>.Get() => new Animal(); ISource<Tiger> ISource<Tiger>.Again() => null;
    ISource<Animal> ISource<Animal>.Again() => null; string ISource<Tiger>.Tag => "two tiger";
}

static class Program
{
    static string Read(ISource<Animal> s) => s.Get().Name + s.Tag;
    static Cat MakeCat(Animal a) => new Tiger();
    static void Show(object o) => T.P("show " + (o is Animal a ? a.Name : o));
    static bool Is<X>(object o) => o is X;
    static string Call<X>(ISource<X> s) where X : class => s.Get() is Animal a ? a.Name : "?";

    internal static void Main()
    {
        ISource<Animal> s = new Source<Tiger>();
        T.P(s.Get().Name + s.Again().Get().Name + s.Tag + Read(new Source<Cat>()) + Read(new Source<Animal>()) + Read(new CatSource()));
        ISource<object> so = s; T.P("object " + (so.Get() is Tiger) + Call(so) + Call<Cat>((ISource<Cat>)so));
        ISink<Tiger> k = new AnySink(); T.P(k.Put(new Tiger())); k = new AnimalSink(); T.P(k.Put(new Tiger())); IBoth<Tiger, Animal> b = new Conv();
        T.P(b.Do(new Tiger()).Name + b.Do(null).Name); INested<Animal> n = new Nest(); n.Feed(new AnimalSink()); n.Feed(new AnySink());
        T.P(n.Deep().Get().Get().Name);
        object o = new Source<Tiger>();
        T.P("is " + Is<ISource<Tiger>>(o) + Is<ISource<Cat>>(o) + Is<ISource<object>>(o) + Is<ISource<string>>(o)
            + Is<ISink<Cat>>(new AnimalSink()) + Is<ISink<object>>(new AnimalSink()) + Is<ISource<IComparable>>(new CatSource())
            + Is<IEnumerable<object>>(new List<string>()) + Is<IEnumerable<object>>(new List<int>()) + Is<IEnumerable<Animal>>(new Cat[0])
            + Is<IReadOnlyList<Animal>>(new Tiger[0]) + Is<IList<Animal>>(new Tiger[0]) + Is<IList<Animal>>(new List<Tiger>())
            + Is<IEnumerable<IEnumerable<object>>>(new List<string[]>()) + Is<IComparer<Tiger>>(Comparer<Animal>.Default));
        T.P("throws " + T.Throws(() => _ = (ISource<string>)o) + T.Throws(() => _ = (ISink<object>)(object)new AnimalSink()));
        T.P("two " + ((ISource<Tiger>)new Two()).Get().Name + ((ISource<Animal>)new Two()).Get().Name + ((ISource<Tiger>)new Two()).Tag
            + ((ISource<Animal>)new Two()).Tag);
        Fn<Cat, Animal> f = MakeCat; Fn<Tiger, object> f2 = f; T.P("fn " + f(new Cat()).Name + (f2(new Tiger()) is Tiger) + ReferenceEquals(f, f2));
        Act<object> act = Show; Act<string> acts = act; acts("text"); Act<Tiger> actt = Show; actt(new Tiger());
        Func<Animal, string> fa = a => a.Name; Func<Tiger, object> ft = fa; T.P("func " + ft(new Tiger()));
        Action<Animal> aa = a => T.P("action " + a.Name); Action<Cat> ac = aa; ac(new Tiger()); Func<Func<Tiger>> ff = () => () => new Tiger();
        Func<Func<Animal>> fg = ff; T.P(fg()().Name);
        T.P("is " + Is<Func<object>>(new Func<string>(() => "")) + Is<Func<object>>(new Func<int>(() => 1))
            + Is<Action<string>>(new Action<object>(Show)) + Is<Action<object>>(new Action<string>(x => { })));
        IEnumerable<Animal> list = new List<Cat> { new Cat(), new Tiger() }; string t = ""; foreach (var a in list) t += a.Name;
        IReadOnlyCollection<object> ro = new Tiger[3]; IEnumerable<object> eo = new[] { "a", "b" }; foreach (var e in eo) t += e;
        IReadOnlyDictionary<string, int> rd = new Dictionary<string, int> { ["k"] = 1 }; T.P(t + ro.Count + rd["k"]);
        IComparer<Cat> cmp = Comparer<Animal>.Create((x, y) => string.CompareOrdinal(x.Name, y.Name));
        var cats = new List<Cat> { new Tiger(), new Cat() }; cats.Sort(cmp); T.P("sorted " + cats[0].Name);
        IEqualityComparer<string> eq = EqualityComparer<object>.Default; T.P("eq " + eq.Equals("a", "a") + eq.Equals("a", "b"));
        var sources = new List<ISource<object>> { new Source<Tiger>(), new Source<object>(), (ISource<Cat>)new CatSource(), new Source<Cat>() };
        int cats2 = 0; for (int i = 0; i < 100; i++) foreach (var x in sources) if (x.Get() is Cat) cats2++; T.P("mixed", cats2);
    }
}
