// Structs: copies, nesting, mutation through methods and refs, readonly copies, equality, constructors, arrays of structs, big
// returns, every size as argument and return.
using System;
using System.Runtime.CompilerServices;

namespace structs;

struct S1 { public byte A; }
struct S2 { public short A; }
struct S3 { public byte A, B, C; }
struct S5 { public int A; public byte B; }
struct S8 { public long A; }
struct S8F { public float A, B; }
struct S8M { public int A; public float B; }
struct S12 { public int A, B, C; }
struct S12F { public float A, B, C; }
struct S16 { public long A, B; }
struct S16M { public long A; public double B; }
struct S16F { public double A, B; }
struct S16R { public string A; public int B; }
struct S16RR { public string A; public object B; }
struct S20 { public int A, B, C, D, E; }
struct S24 { public long A; public string B; public double C; }
struct S64 { public long A, B, C, D, E, F, G, H; }
struct Empty { }
struct Wrap { public S8M In; }
struct Deep { public Wrap A; public S16R B; public byte C; }
struct OneRef { public object O; }
struct OneDouble { public double D; }
struct OneFloat { public float F; }
struct Mixed { public byte A; public string S; public short B; public Deep D; public bool E; }

struct Mutable
{
    public int V;
    public Mutable(int v) { V = v; }
    public Mutable() { V = 42; }
    public int Inc() => ++V;
    public void Replace() => this = new Mutable(V * 100);
    public readonly int Get() => V + 1;
    public override string ToString() => "M" + V;
}
class Holder
{
    public Mutable Field = new(1); public readonly Mutable Fixed = new(1); public static readonly Mutable Static = new(1);
    public Mutable Prop { get; set; } = new(1); public Mutable[] Array = { new(1), new(2) };
}
readonly struct Point : IEquatable<Point>
{
    public readonly int X, Y; public Point(int x, int y) { X = x; Y = y; } public Point With(int x) => new(x, Y);
    public bool Equals(Point o) => X == o.X && Y == o.Y; public override bool Equals(object o) => o is Point p && Equals(p);
    public override int GetHashCode() => X * 31 + Y; public static bool operator ==(Point a, Point b) => a.Equals(b);
    public static bool operator !=(Point a, Point b) => !a.Equals(b); public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y);
    public static implicit operator Point((int x, int y) t) => new(t.x, t.y); public static explicit operator int(Point p) => p.X * 100 + p.Y;
    public static bool operator true(Point p) => p.X != 0; public static bool operator false(Point p) => p.X == 0;
    public int this[int i] => i == 0 ? X : Y;
}

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    [MethodImpl(No)] static S1 F(S1 s) { s.A++; return s; }
    [MethodImpl(No)] static S2 F(S2 s) { s.A--; return s; }
    [MethodImpl(No)] static S3 F(S3 s) => new S3 { A = s.C, B = s.B, C = s.A };
    [MethodImpl(No)] static S5 F(S5 s) => new S5 { A = s.B, B = (byte)s.A };
    [MethodImpl(No)] static S8 F(S8 s) => new S8 { A = ~s.A };
    [MethodImpl(No)] static S8F F(S8F s) => new S8F { A = s.B, B = s.A };
    [MethodImpl(No)] static S8M F(S8M s) => new S8M { A = (int)s.B, B = s.A };
    [MethodImpl(No)] static S12 F(S12 s) => new S12 { A = s.B, B = s.C, C = s.A };
    [MethodImpl(No)] static S12F F(S12F s) => new S12F { A = s.B, B = s.C, C = s.A };
    [MethodImpl(No)] static S16 F(S16 s) => new S16 { A = s.B, B = s.A };
    [MethodImpl(No)] static S16M F(S16M s) => new S16M { A = (long)s.B, B = s.A };
    [MethodImpl(No)] static S16F F(S16F s) => new S16F { A = s.B, B = s.A };
    [MethodImpl(No)] static S16R F(S16R s) => new S16R { A = s.A + s.B, B = s.B + 1 };
    [MethodImpl(No)] static S16RR F(S16RR s) => new S16RR { A = (string)s.B, B = s.A };
    [MethodImpl(No)] static S20 F(S20 s) { s.E = s.A + s.B + s.C + s.D; return s; }
    [MethodImpl(No)] static S24 F(S24 s) { s.B += s.A; s.C /= 2; return s; }
    [MethodImpl(No)] static S64 F(S64 s) { s.H = s.A + s.B; s.A = s.G; return s; }
    [MethodImpl(No)] static Empty F(Empty s) => s;
    [MethodImpl(No)] static Deep F(Deep s) { s.A.In.A++; s.B.A += "!"; s.C--; return s; }
    [MethodImpl(No)] static OneRef F(OneRef s) => new OneRef { O = s.O is string ? 5 : "five" };
    [MethodImpl(No)] static OneDouble F(OneDouble s) => new OneDouble { D = s.D * 2 };
    [MethodImpl(No)] static OneFloat F(OneFloat s) => new OneFloat { F = s.F * 2 };
    [MethodImpl(No)] static Mixed F(Mixed s) { s.D = F(s.D); s.S += s.A; s.E = !s.E; return s; }
    [MethodImpl(No)] static long Many(S1 a, S16 b, S16M c, S8F d, S64 e, S12 f, S16R g, S16F h, S16F i, S16F j, S16F k, S8M l, S3 m, S24 n, int o,
        double p) => a.A + b.A + b.B + c.A + (long)c.B + (long)(d.A + d.B) + e.H + f.C + g.B + (long)(h.A + i.B + j.A + k.B) + l.A + m.C + n.A + o
        + (long)p;
    static int Copy(Mutable m) { m.Inc(); return m.V; }
    static int ByRef(ref Mutable m) { m.Inc(); m.Replace(); return m.V; }
    static int ByIn(in Mutable m) { return m.Inc() + m.Get(); }

    internal static void Main()
    {
        T.P("s " + F(new S1 { A = 255 }).A + " " + F(new S2 { A = -32768 }).A + " " + F(new S3 { A = 1, B = 2, C = 3 }).A + " "
            + F(new S5 { A = 300, B = 7 }).B + " " + F(new S8 { A = 5 }).A);
        T.P("f " + F(new S8F { A = 1.5f, B = 2.5f }).A + " " + F(new S8M { A = 3, B = 9.5f }).A + " " + F(new S8M { A = 3, B = 9.5f }).B + " "
            + F(new S12 { A = 1, B = 2, C = 3 }).C + " " + F(new S12F { A = 1, B = 2, C = 3.5f }).B + F(new S12F { A = 1.25f }).C);
        T.P("16 " + F(new S16 { A = 1, B = 2 }).A + " " + F(new S16M { A = 7, B = 2.5 }).A + F(new S16M { A = 7, B = 2.5 }).B + " "
            + F(new S16F { A = 1, B = 0.5 }).A + " " + F(new S16R { A = "r", B = 4 }).A + F(new S16R { B = 4 }).B + " "
            + F(new S16RR { A = "a", B = "b" }).A);
        T.P("big " + F(new S20 { A = 1, B = 2, C = 3, D = 4 }).E + " " + F(new S24 { A = 5, B = "x", C = 3 }).B + F(new S24 { C = 3 }).C + " "
            + F(new S64 { A = 1, B = 2, G = 9 }).H + F(new S64 { G = 9 }).A + " " + F(new OneRef { O = "s" }).O + F(new OneRef { O = 1 }).O
            + F(new OneDouble { D = 1.25 }).D + F(new OneFloat { F = 1.75f }).F);
        F(default(Empty));
        var mx = F(new Mixed { A = 5, S = "s", D = new Deep { C = 0, B = new S16R { A = "q" }, A = new Wrap { In = new S8M { A = 8, B = 2 } } } });
        T.P("mixed " + mx.S + mx.E + mx.D.A.In.A + mx.D.B.A + mx.D.C + mx.D.A.In.B);
        T.P("many", Many(new S1 { A = 1 }, new S16 { A = 2, B = 3 }, new S16M { A = 4, B = 5 }, new S8F { A = 6, B = 7 }, new S64 { H = 8 },
            new S12 { C = 9 }, new S16R { B = 10 }, new S16F { A = 11 }, new S16F { B = 12 }, new S16F { A = 13 }, new S16F { B = 14 },
            new S8M { A = 15 }, new S3 { C = 16 }, new S24 { A = 17 }, 18, 19));
        var m = new Mutable(1); var m2 = m; m2.Inc(); T.P("copy " + m.V + m2.V + Copy(m) + m.V); T.P("ref " + ByRef(ref m) + m.V);
        T.P("in " + ByIn(m) + " " + ByIn(in m) + " " + m.V); m.Replace(); T.P("this " + m + m.Get() + new Mutable() + default(Mutable));
        var h = new Holder(); h.Field.Inc(); h.Field.Inc(); h.Fixed.Inc(); Holder.Static.Inc(); h.Prop.Inc(); h.Array[1].Inc();
        foreach (var e in h.Array) e.Inc(); T.P("holder " + h.Field + h.Fixed + Holder.Static + h.Prop + h.Array[0] + h.Array[1]);
        object box = m; ((Mutable)box).Inc(); T.P("box " + box); var boxes = new object[] { m, m };
        T.P("boxes " + ReferenceEquals(boxes[0], boxes[1]) + boxes[0].Equals(boxes[1]));
        Point p = (3, 4); p += new Point(1, 1);
        T.P("point " + p.X + p[1] + (int)p + (p == (4, 5)) + (p != p) + p.Equals((object)new Point(4, 5)) + p.Equals("x") + p.With(9).X
            + p.GetHashCode());
        if (p) T.P("true op"); if (new Point(0, 1)) { } else T.P("false op");
    }
}
