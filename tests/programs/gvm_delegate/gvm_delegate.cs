// Delegates over an override of a generic virtual method named through the derived class: the lookup must start at the slot's first
// declaration.
using System;

namespace gvm_delegate;

abstract class Base { public abstract string M<X>(X x); }
class Mid : Base { public override string M<X>(X x) => "mid" + x + (typeof(X) == typeof(string)); }
class Leaf : Mid { public override string M<X>(X x) => "leaf" + x + base.M(x); }

static class Program
{
    internal static void Main()
    {
        Func<int, string> a = new Mid().M<int>;
        Func<string, string> b = new Mid().M<string>;
        Mid m = new Leaf();
        Func<int, string> c = m.M<int>;
        Func<string, string> d = m.M<string>;
        Func<object, string> e = m.M<object>;
        T.P(a(1) + b("x") + c(2) + d("y") + e('z'));
    }
}
