// Pattern matching of all kinds: type, constant, relational, logical, property, positional, var, list and slice patterns, recursive.
using System;
using System.Collections.Generic;

namespace patterns;

abstract record Shape;
record Circle(double R) : Shape;
record Rect(double W, double H) : Shape;
record Group(Shape[] Items, string Name) : Shape;
class Node
{
    public Node Left, Right; public int Value; public void Deconstruct(out Node l, out int v, out Node r) { l = Left; v = Value; r = Right; }
}
struct Money { public int Amount; public char Unit; public void Deconstruct(out int a, out char u) { a = Amount; u = Unit; } }
class Words
{
    public int Count => 3; public string this[int i] => i == 0 ? "zero" : i == 1 ? "one" : "two"; public Words Slice(int a, int n) => this;
}

static class Program
{
    static double Area(Shape s) => s switch
    {
        Circle { R: <= 0 } => 0,
        Circle { R: var r } => 3 * r * r,
        Rect(var w, var h) when w == h => w * w + 0.5,
        Rect(> 0, > 0) q => q.W * q.H,
        Rect => -1,
        Group { Items: [] } => 0.25,
        Group { Items: [var only], Name.Length: > 2 } => Area(only),
        Group(var items, _) => Total(items),
        null => -100,
        _ => throw new NotSupportedException(),
    };
    static double Total(Shape[] items) { double t = 0; foreach (var i in items) t += Area(i); return t; }

    static string List(int[] a) => a switch
    {
        null => "null",
        [] => "empty",
        [var x] => "one " + x,
        [1, 2, 3] => "123",
        [1, .., 9] => "1..9",
        [< 0, .. var mid, > 100] => "mid " + mid.Length,
        [.., 0, 0] => "double zero",
        [_, _, .. { Length: >= 3 } rest] => "rest " + rest[0],
        [var p, _, ..] => "starts " + p,
    };

    static string Object(object o) => o switch
    {
        null => "null",
        int and < 0 => "negative",
        int i and (5 or 7 or > 100) => "special " + i,
        int => "int",
        long l when l > int.MaxValue => "wide",
        long => "long",
        string { Length: 0 } => "empty",
        string s and ['a', ..] => "a-string " + s,
        string s and [.., 'z'] => "z-string " + s.Length,
        string => "string",
        char c and >= 'a' and <= 'z' => "lower " + c,
        char and not ('A' or 'B') => "other char",
        char => "A or B",
        double.NaN => "nan",
        double d => d > 0 ? "positive" : "not positive",
        bool b => b ? "yes" : "no",
        int[] { Length: 2 } a => "two ints " + a[1],
        int[] or long[] => "array",
        IList<string> { Count: var n } => "strings " + n,
        (int, string) => "boxed tuple",
        Money(> 10, 'E') => "many euros",
        Money { Unit: not 'E' } m => "foreign " + m.Amount,
        Money => "few euros",
        DayOfWeek.Monday => "monday",
        DayOfWeek d => "day " + (int)d,
        Node { Left: null, Right: null } => "leaf",
        Node { Left.Left.Value: 3 } => "deep 3",
        Node(null, var v, { Value: var rv }) => "right " + v + rv,
        Node(_, _, _) => "node",
        Delegate => "delegate",
        _ => "unknown",
    };

    static bool Letter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');
    static string Tuple((int x, int y) p, bool neg) => (p, neg) switch { ((0, 0), _) => "origin", ((var x, 0), false) => "x" + x,
        ((0, var y), true) => "-y" + y, ({ x: > 0, y: > 0 }, _) => "quadrant", _ => "else" };

    internal static void Main()
    {
        foreach (Shape s in new Shape[] { new Circle(0), new Circle(2), new Rect(3, 3), new Rect(2, 5), new Rect(-2, 5), new Group([], "x"),
            new Group([new Circle(1)], "abc"), new Group([new Circle(1)], "ab"),
            new Group([new Rect(1, 2), new Group([new Circle(1), new Rect(4, 4)], "in")], "out"), null })
            T.D("area", Area(s));
        foreach (int[] a in new[] { null, new int[0], new[] { 4 }, new[] { 1, 2, 3 }, new[] { 1, 5, 9 }, new[] { 1, 9 }, new[] { -1, 2, 3, 101 },
            new[] { -1, 101 }, new[] { 3, 0, 0 }, new[] { 4, 5, 6, 7, 8 }, new[] { 4, 5 } }) T.P("list " + List(a));
        object[] objects = { null, -5, 5, 101, 6, 1L << 40, 3L, "", "apple", "fizz", "other", 'q', '?', 'A', double.NaN, 1.0, -0.0, true, false,
            new[] { 1, 2 }, new[] { 1 }, new long[0], new List<string> { "x" }, new[] { "p", "q" }, (1, "x"), new Money { Amount = 50, Unit = 'E' },
            new Money { Amount = 5, Unit = 'E' }, new Money { Amount = 5, Unit = 'X' }, DayOfWeek.Monday, DayOfWeek.Friday, new Node(),
            new Node { Left = new Node { Left = new Node { Value = 3 } } }, new Node { Value = 1, Right = new Node { Value = 2 } },
            new Node { Left = new Node() }, new Action(() => { }), 1.5f, (byte)1 };
        foreach (object o in objects) T.P("object " + Object(o));
        T.P("letter " + Letter('a') + Letter('Z') + Letter('[') + Letter('`'));
        T.P("tuple " + Tuple((0, 0), true) + " " + Tuple((5, 0), false) + " " + Tuple((0, 5), true) + " " + Tuple((1, 1), false) + " "
            + Tuple((-1, 1), false));
        if (new Words() is ["zero", var second, ..]) T.P("words " + second);
        object boxed = 5; if (boxed is int n && n > 3 || boxed is long) T.P("is", 1); if (boxed is not int k) T.P("not int"); else T.P("int", k);
        if (boxed is var any) T.P("var", (int)any);
        int? maybe = 7; if (maybe is { } value) T.P("value", value); maybe = null;
        T.P("null " + (maybe is null) + (maybe is not null) + (maybe is > 5));
        string text = null;
        T.P("prop " + (text is { Length: > 0 }) + ("abc" is { Length: 3 }) + ("abc" is not { Length: 3 }) + ("abc" is ['a', _, 'c'])
            + ("hello" is [_, .. "ell", _]));
        Span<int> span = stackalloc[] { 1, 2, 3, 4 }; if (span is [1, .. var inner, 4]) T.P("span", inner.Length * 10 + inner[0]);
        ReadOnlySpan<char> rs = "key=value"; T.P("parse " + (rs is ['k', 'e', 'y', '=', .. var val] ? val.Length : -1));
        T.P("order", (objects[2], objects[8]) is (int and > 1, string { Length: 5 }) ? 1 : 0);
        Console.WriteLine(Eval(("+", 3, ("*", 4, 5))));
    }

    static int Eval(object e) => e switch
    {
        int i => i,
        ValueTuple<string, int, ValueTuple<string, int, int>> { Item1: "+" } t => t.Item2 + Eval(t.Item3),
        ("*", int a, int b) => a * b,
        _ => throw new ArgumentException(),
    };
}
