// A JSON reader and writer: ref struct parser, records, list patterns, builders, seeded random documents.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace wide_json;
abstract record Node
{
    public sealed record Null : Node;
    public sealed record Bool(bool V) : Node;
    public sealed record Num(double V) : Node;
    public sealed record Str(string V) : Node;
    public sealed record Arr(List<Node> V) : Node;
    public sealed record Obj(SortedDictionary<string, Node> V) : Node;
    public static implicit operator Node(string s) => new Str(s);
    public static implicit operator Node(double d) => new Num(d);
}

class ParseError(string m, int at) : Exception($"{m} at {at}")
{
    public readonly int At = at;
}

ref struct Parser
{
    ReadOnlySpan<char> t;
    int i, depth;
    public Parser(ReadOnlySpan<char> s)
    {
        t = s;
        i = 0;
        depth = 0;
    }

    void Ws()
    {
        while (i < t.Length && t[i] is ' ' or '\n' or '\t' or '\r')
            i++;
    }

    char Peek => i < t.Length ? t[i] : '\0';

    Exception Err(string m) => new ParseError(m, i);
    void Expect(string w)
    {
        if (!t[i..].StartsWith(w))
            throw Err("expected " + w);
        i += w.Length;
    }

    public Node All()
    {
        var n = Value();
        Ws();
        if (i != t.Length)
            throw Err("trailing");
        return n;
    }

    Node Value()
    {
        Ws();
        if (++depth > 500)
            throw Err("too deep");
        try
        {
            switch (Peek)
            {
                case 'n':
                    Expect("null");
                    return new Node.Null();
                case 't':
                    Expect("true");
                    return new Node.Bool(true);
                case 'f':
                    Expect("false");
                    return new Node.Bool(false);
                case '"':
                    return Text();
                case '[':
                    return Array();
                case '{':
                    return Object();
                case '-' or (>= '0' and <= '9'):
                    return Number();
                case '\0':
                    throw Err("end");
                default:
                    throw Err($"unexpected '{Peek}'");
            }
        }
        finally
        {
            depth--;
        }
    }

    double Number()
    {
        int s = i;
        while (i < t.Length && "+-0123456789.eE".Contains(t[i]))
            i++;
        return double.TryParse(t[s..i], NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? d : throw Err("number");
    }

    string Text()
    {
        var b = new StringBuilder();
        i++;
        while (true)
        {
            char c = Peek;
            i++;
            if (c == '"')
                return b.ToString();
            if (c < ' ')
                throw Err("control");
            if (c != '\\')
            {
                b.Append(c);
                continue;
            }

            c = Peek;
            i++;
            b.Append(c switch
            {
                'n' => '\n',
                't' => '\t',
                '"' => '"',
                '\\' => '\\',
                '/' => '/',
                'u' => Hex(),
                _ => throw Err("escape")});
        }
    }

    char Hex()
    {
        if (i + 4 > t.Length || !ushort.TryParse(t.Slice(i, 4), NumberStyles.HexNumber, null, out var v))
            throw Err("hex");
        i += 4;
        return (char)v;
    }

    Node Array()
    {
        var l = new List<Node>();
        i++;
        Ws();
        if (Peek == ']')
        {
            i++;
            return new Node.Arr(l);
        }

        while (true)
        {
            l.Add(Value());
            Ws();
            if (Peek == ']')
            {
                i++;
                return new Node.Arr(l);
            }

            Expect(",");
        }
    }

    Node Object()
    {
        var d = new SortedDictionary<string, Node>(StringComparer.Ordinal);
        i++;
        Ws();
        if (Peek == '}')
        {
            i++;
            return new Node.Obj(d);
        }

        while (true)
        {
            Ws();
            if (Peek != '"')
                throw Err("key");
            string k = Text();
            Ws();
            Expect(":");
            d[k] = Value();
            Ws();
            if (Peek == '}')
            {
                i++;
                return new Node.Obj(d);
            }

            Expect(",");
        }
    }
}

static class Program
{
    static void Write(Node n, StringBuilder b)
    {
        switch (n)
        {
            case Node.Null:
                b.Append("null");
                break;
            case Node.Bool { V: true }:
                b.Append("true");
                break;
            case Node.Bool:
                b.Append("false");
                break;
            case Node.Num (var v)when v == Math.Floor(v) && Math.Abs(v) < 1e15:
                b.Append((long)v);
                break;
            case Node.Num (var v):
                b.Append(CultureInfo.InvariantCulture, $"{v:R}");
                break;
            case Node.Str (var s):
                b.Append('"').Append(string.Concat(s.Select(c => c < ' ' || c > '~' ? $"\\u{(int)c:x4}" : c is '"' or '\\' ? "\\" + c : c.ToString()))).Append('"');
                break;
            case Node.Arr (var l):
                b.Append('[');
                for (int i = 0; i < l.Count; i++)
                {
                    if (i > 0)
                        b.Append(',');
                    Write(l[i], b);
                }

                b.Append(']');
                break;
            case Node.Obj (var d):
                b.Append('{');
                bool first = true;
                foreach (var(k, v)in d)
                {
                    if (!first)
                        b.Append(',');
                    first = false;
                    Write(k, b);
                    b.Append(':');
                    Write(v, b);
                }

                b.Append('}');
                break;
        }
    }

    static double Sum(Node n) => n switch
    {
        Node.Num (var v) => v,
        Node.Arr ( []) => 0,
        Node.Arr ( [var one]) => Sum(one),
        Node.Arr ( [var a, ..var rest]) => Sum(a) + Sum(new Node.Arr(rest.ToList())),
        Node.Obj o => o.V.Values.Sum(Sum),
        Node.Str { V.Length: > 3 } => 1000,
        _ => 0
    };
    static void Try(string text)
    {
        try
        {
            var n = new Parser(text).All();
            var b = new StringBuilder();
            Write(n, b);
            string once = b.ToString();
            b.Clear();
            Write(new Parser(once).All(), b);
            Console.WriteLine($"{once} {once == b.ToString()} {Sum(n).ToString(CultureInfo.InvariantCulture)}");
        }
        catch (ParseError e)
        {
            Console.WriteLine("error " + e.Message + " " + e.At);
        }
    }

    public static void Main()
    {
        Try("""{"b":[1,2,3.5,{"x":null}],"a":"héllo\n\u0041","c":{"d":true,"e":[[],{}]}}""");
        Try("[1e3,-0.25,1E-7,123456789012345678]");
        Try("[1,2");
        Try("{\"a\" 1}");
        Try("\"\\q\"");
        Try("nul");
        Try("[1] 2");
        Try("\"\\u12\"");
        Try("@");
        Try("");
        Try(new string ('[', 400) + new string (']', 400));
        Try(new string ('[', 600));
        var r = new Random(7);
        Node Make(int d) => r.Next(d > 4 ? 3 : 6) switch
        {
            0 => new Node.Null(),
            1 => r.NextDouble() * 100,
            2 => "s" + r.Next(1000),
            3 => new Node.Arr(Enumerable.Range(0, r.Next(5)).Select(_ => Make(d + 1)).ToList()),
            4 => new Node.Obj(new(Enumerable.Range(0, r.Next(5)).ToDictionary(k => "k" + k, _ => Make(d + 1)))),
            _ => new Node.Bool(r.Next(2) == 0)};
        int total = 0, hash = 17;
        for (int i = 0; i < 150; i++)
        {
            var b = new StringBuilder();
            Write(Make(0), b);
            string s = b.ToString();
            b.Clear();
            Write(new Parser(s).All(), b);
            if (b.ToString() == s)
                total++;
            foreach (char c in s)
                hash = hash * 31 + c;
        }

        Console.WriteLine($"{total} {hash}");
        Console.WriteLine(new Node.Num(1) == new Node.Num(1) && new Node.Str("a") != (Node)"b" && !((Node)new Node.Null()).Equals(new Node.Bool(false)));
    }
}
