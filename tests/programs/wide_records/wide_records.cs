// Records and patterns: expression trees, nested and list patterns, with, deconstruction, equality.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;

namespace wide_records;
abstract record Expr
{
    public static Expr operator +(Expr a, Expr b) => new Bin('+', a, b);
    public static Expr operator *(Expr a, Expr b) => new Bin('*', a, b);
    public static implicit operator Expr(double d) => new Num(d);
}

sealed record Num(double V) : Expr;
sealed record Var(string Name) : Expr;
sealed record Bin(char Op, Expr L, Expr R) : Expr;
sealed record Call(string F, params Expr[] Args) : Expr
{
    public bool Equals(Call o) => o is not null && F == o.F && Args.SequenceEqual(o.Args);
    public override int GetHashCode() => F.Length;
}

readonly record struct P3(int X, int Y, int Z = 0)
{
    public static P3 operator -(P3 a) => a with
    {
        X = -a.X,
        Y = -a.Y
    };
}

record Person(string Name, int Age)
{
    public List<string> Tags { get; init; } = new();

    public virtual string Greet() => $"I am {Name}";
    protected virtual bool PrintMembers(System.Text.StringBuilder b)
    {
        b.Append("N=").Append(Name);
        return true;
    }
}

record Student(string Name, int Age, string School) : Person(Name, Age)
{
    public override string Greet() => base.Greet() + $" at {School}";
}

static class Program
{
    static Expr Simp(Expr e) => e switch
    {
        Bin ('+', Num (0), var x) => Simp(x),
        Bin ('+', var x, Num (0)) => Simp(x),
        Bin ('*', Num (0), _) or Bin ('*', _, Num (0)) => 0.0,
        Bin ('*', Num (1), var y) => Simp(y),
        Bin ('*', var z, Num (1)) => Simp(z),
        Bin (var op, Num (var a), Num (var b)) => op switch
        {
            '+' => a + b,
            '*' => a * b,
            _ => throw new InvalidOperationException()},
        Bin (var op, var l, var r)when Simp(l)is var l2 && Simp(r)is var r2 => l2.Equals(l) && r2.Equals(r) ? e : Simp(new Bin(op, l2, r2)),
        Call { F: "sin", Args: [Num (0)] } => 0.0,
        Call (var f, [var only]) => new Call(f, Simp(only)),
        Call { Args: [_, .., var last] } c => c with
        {
            Args = [Simp(last)]
        },
        _ => e
    };
    static string Str(Expr e) => e switch
    {
        Num { V: var v } => v.ToString(),
        Var v => v.Name,
        Bin b => $"({Str(b.L)}{b.Op}{Str(b.R)})",
        Call c => $"{c.F}[{string.Join(",", c.Args.Select(Str))}]",
        null => "null",
        _ => "?"
    };
    static Expr Diff(Expr e, string x) => e switch
    {
        Num => 0.0,
        Var (var n) => n == x ? 1.0 : 0.0,
        Bin ('+', var a, var b) => Diff(a, x) + Diff(b, x),
        Bin ('*', var a, var b) => Diff(a, x) * b + a * Diff(b, x),
        Call ("sin", [var a]) => new Call("cos", a) * Diff(a, x),
        _ => throw new SwitchExpressionException(e.GetHashCode())};
    static string Cls(object o) => o switch
    {
        null => "null",
        int and > 0 and < 10 => "digit",
        int i when (i & 1) == 0 => "even",
        int => "int",
        string { Length: 0 } => "empty",
        string s and ['a', .., 'z'] => "a..z" + s.Length,
        string s and ( ['x', ..] or [.., 'x']) => "x",
        char c and (>= 'a' and <= 'z' or >= 'A' and <= 'Z') => "letter",
        (int a, int b)when a == b => "pair",
        ITuple { Length: 3 } t => "triple" + t[2],
        int[] and [1, 2, ..var rest, _ ] => "arr" + rest.Length,
        double.NaN => "nan",
        double and < 0 => "neg",
        P3 (_, 0, var z) => "flat" + z,
        P3 { X: > 5 } p => "far" + p.Y,
        Person { Age: >= 18, Tags: ["vip", ..] } => "vip",
        Person { Name.Length: var n } => "p" + n,
        List<int> { Count: > 2 } l => "l" + l[^1],
        Func<int> f => "f" + f(),
        _ => "other"
    };
    static int Day(string s) => s switch
    {
        "mon" => 1,
        "tue" => 2,
        "wed" => 3,
        "thu" => 4,
        "fri" => 5,
        "sat" or "sun" => 7,
        _ when s.StartsWith('x') => -1,
        _ => 0
    };
    public static void Main()
    {
        Var x = new("x");
        Expr e = (x + 0.0) * 1.0 + 2.0 * (3.0 + 4.0) + new Call("sin", 0.0) + new Call("max", x, 1.0, x * 1.0);
        Console.WriteLine(Str(e) + " => " + Str(Simp(e)));
        Console.WriteLine(Str(Simp(Diff(x * x * x + new Call("sin", x * 2.0), "x"))));
        Console.WriteLine(new Bin('+', x, 1.0) == (x + 1.0) && new Call("f", x, 2.0).Equals(new Call("f", x, 2.0)) && new Num(1) != new Num(2) && new Num(1).GetHashCode() == new Num(1).GetHashCode());
        try
        {
            Diff(new Call("cos", x), "x");
        }
        catch (SwitchExpressionException)
        {
            Console.WriteLine("no case");
        }

        object[] os = [null, 5, 12, 13, "", "abcz", "xy", "yx", "q", 'Q', '1', (3, 3), (1, 2), (1, 2, "t"), new[]
        {
            1,
            2,
            3,
            4,
            5
        }, new[]
        {
            1
        }, double.NaN, -1.5, 2.5, new P3(1, 0, 9), new P3(9, 4), new P3(1, 1), new Person("Al", 20)
        {
            Tags =
            {
                "vip"
            }
        }, new Student("Bob", 17, "MIT"), new List<int>
        {
            1,
            2,
            3
        }, (Func<int>)(() => 8), 5L];
        Console.WriteLine(string.Join(" ", os.Select(Cls)));
        var s1 = new Student("Ann", 30, "ETH");
        var s2 = s1 with
        {
            Age = 31
        };
        Person pp = s2 with
        {
            Age = 30
        };
        Console.WriteLine((s1 == s2) + " " + (s1 == pp) + " " + s1.Equals((Person)s2) + " " + ReferenceEquals(s1.Tags, s2.Tags) + " " + pp.Greet() + " " + (new Person("Ann", 30) == (Person)s1));
        var(nm, ag, sc) = s1;
        var(px, py, pz) = -new P3(1, 2, 3);
        Console.WriteLine($"{nm}{ag}{sc}{px}{py}{pz}" + " " + (new P3(1, 2) == new P3(1, 2, 0)) + new P3(1, 2).GetHashCode().Equals(new P3(1, 2).GetHashCode()));
        Console.WriteLine(string.Join("", "mon,sat,xyz,none,fri".Split(',').Select(Day)));
        var set = new HashSet<Expr>
        {
            x,
            new Var("x"),
            1.0,
            new Num(1),
            x + 1.0,
            x + 1.0
        };
        Console.WriteLine(set.Count);
        var t = (a: 1, b: (c: "s", d: 2.5));
        var(a, (c, d)) = t;
        t.b.c += a;
        Console.WriteLine(t.b.c + d + t.Equals((1, ("s1", 2.5))) + t.CompareTo((1, ("s2", 0.0))));
        int i = 0;
        int[] arr = [i++, i++, i++];
        (arr[0], arr[2]) = (arr[2], arr[0]);
        Console.WriteLine(string.Join("", arr) + (arr is [2, _, 0] ? "y" : "n") + $"{arr[^1]}{arr[..2].Length}");
        string? maybe = T.Opaque<string>(null);
        Console.WriteLine((maybe?.Length ?? -1) + (maybe ??= "set").Length + $"{nameof(maybe)}");
        Span<int> sp = [..arr, 7, ..arr];
        Console.WriteLine(sp.Length + (sp is [2, .., 0] ? "m" : "n"));
        goto end;
        end:
            foreach (var(k, v)in new Dictionary<string, int>
            {
                ["a"] = 1,
                ["b"] = 2
            }

            )
                Console.Write(k + v);
        Console.WriteLine();
        checked
        {
            try
            {
                int big = T.Opaque(int.MaxValue);
                Console.WriteLine(unchecked(big + 1));
                Console.WriteLine((byte)T.Opaque(300));
            }
            catch (OverflowException)
            {
                Console.WriteLine("checked");
            }
        }
    }
}
