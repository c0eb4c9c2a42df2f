// Parameters and locals: many arguments of mixed kinds, ref/out/in, ref locals and returns, default and named arguments, params, big
// frames, recursion.
using System;
using System.Runtime.CompilerServices;

namespace args_refs;

struct Pair { public int A; public long B; }

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Many(int a, long b, float c, double d, byte e, string f, short g, Pair h, double i, float j, ulong k, object l, char m, bool n,
        sbyte o, double p, double q, double r, double s, double t, double u)
        => a + " " + b + " " + c + " " + d + " " + e + " " + f + " " + g + " " + h.A + " " + h.B + " " + i + " " + j + " " + k + " " + (int)l + " "
            + m + " " + n + " " + o + " " + (p + q + r + s + t + u);

    static void Swap<X>(ref X a, ref X b) { X t = a; a = b; b = t; }
    static bool Split(int v, out int hi, out int lo) { hi = v / 100; lo = v % 100; return lo != 0; }
    static long In(in Pair p) => p.A + p.B;
    static ref int Pick(int[] a, int i) => ref a[i];
    static ref int Max(ref int a, ref int b) { if (a > b) return ref a; return ref b; }
    static ref readonly Pair Const(Pair[] p) => ref p[1];
    static int Defaults(int a, int b = 5, string c = "dd", double d = 0.5, Pair e = default) => a + b * 10 + c.Length * 100 + (int)(d * 2000) + e.A;
    static int Params(int first, params int[] rest) { int s = first; foreach (int r in rest) s = s * 10 + r; return rest.Length * 100000 + s; }
    static int ParamsObject(params object[] rest) => rest == null ? -1 : rest.Length;
    static int ParamsSpan(params ReadOnlySpan<int> rest) { int s = 0; foreach (int r in rest) s = s * 10 + r; return s; }
    static int Ack(int m, int n) => m == 0 ? n + 1 : n == 0 ? Ack(m - 1, 1) : Ack(m - 1, Ack(m, n - 1));
    static bool Even(uint n) => n == 0 || Odd(n - 1);
    static bool Odd(uint n) => n != 0 && Even(n - 1);
    static int Order(int a, int b, int c) => a * 100 + b * 10 + c;
    static int next;
    static int Next() => ++next;
    static void Assign(int a, Pair p, string s) { a = 99; p.A = 99; s = "changed"; T.P("inner " + a + p.A + s); }
    static void RefField(ref Pair p) { p.A++; Bump(ref p.A); Bump64(ref p.B); }
    static void Bump(ref int v) => v += 10;
    static void Bump64(ref long v) => v -= 10;
    static int Chain(ref int v, int depth) { v++; int r = depth == 0 ? v : Chain(ref v, depth - 1) + v; return r; }
    static void Alias(ref int a, ref int b) { a = 5; b = 7; a += b; }
    static void OutObject(out object o, out string s, out Pair p, out int[] arr) { o = 5; s = "s"; p = default; arr = new[] { 1 }; }
    static long Deep(int n)
    {
        long a = n, b = n * 2, c = n * 3, d = n ^ 7; if (n > 0) { long e = Deep(n - 1); a += e; b ^= e; } return a + b * 3 - c + d;
    }

    internal static void Main()
    {
        T.P(Many(1, -2, 0.5f, 0.25, 200, "text", -7, new Pair { A = 11, B = 1L << 40 }, 1e10, -1.5f, ulong.MaxValue, 42, 'c', true, -128, 1, 2, 3, 4,
            5, 6));
        int x = 1, y = 2; Swap(ref x, ref y); T.P("swap", x * 10 + y); string s1 = "a", s2 = "b"; Swap(ref s1, ref s2); T.P("swap " + s1 + s2);
        var p1 = new Pair { A = 1, B = 2 }; var p2 = new Pair { A = 3, B = 4 }; Swap(ref p1, ref p2); T.P("swap " + p1.A + p2.B);
        T.P("split " + Split(1234, out int hi, out int lo) + hi + lo + Split(500, out hi, out _) + hi);
        T.P("in", In(p1) + In(new Pair { A = 100 }));
        int[] a = { 5, 6, 7 }; Pick(a, 1) = 60; Pick(a, 2)++; ref int r = ref Pick(a, 0); r *= 9; r = ref Pick(a, 2); r = -r;
        T.P("ref return " + T.Join(a));
        Max(ref x, ref y) = 50; T.P("max " + x + " " + y); ref int m = ref (x > y ? ref x : ref y); m = 1; T.P("ref ternary " + x + " " + y);
        var pairs = new Pair[3]; pairs[1].A = 8; T.P("readonly ref", Const(pairs).A);
        T.P("defaults " + Defaults(1) + " " + Defaults(1, 2) + " " + Defaults(a: 1, c: "z") + " " + Defaults(d: 1, a: 0) + " "
            + Defaults(1, e: new Pair { A = 3 }));
        T.P("params " + Params(1) + " " + Params(1, 2, 3) + " " + Params(1, new[] { 4, 5 }) + " " + ParamsObject() + ParamsObject(null)
            + ParamsObject(1, "a") + ParamsObject(new object[] { 1, 2, 3 }) + ParamsObject(new int[3]) + " " + ParamsSpan(1, 2, 3) + ParamsSpan());
        T.P("ack", Ack(2, 9)); T.P("even " + Even(1000) + Odd(777));
        T.P("order", Order(Next(), Next(), Next())); T.P("named order", Order(c: Next(), a: Next(), b: Next())); int k = 3;
        T.P("side", Order(k++, k++, --k)); a[0] = 0; int idx = 0; a[idx++] = idx; T.P("store order " + T.Join(a));
        int keep = 1; var kp = new Pair { A = 1 }; string ks = "same"; Assign(keep, kp, ks); T.P("outer " + keep + kp.A + ks);
        var arr = new Pair[2]; RefField(ref arr[1]); RefField(ref kp); T.P("field " + arr[1].A + " " + arr[1].B + " " + kp.A);
        int c = 0; T.P("chain " + Chain(ref c, 5) + " " + c); int z = 1; Alias(ref z, ref z); T.P("alias", z);
        OutObject(out object o, out string s, out Pair p, out int[] na); T.P("out " + o + s + p.A + na.Length);
        T.P("deep", Deep(2000));
        long sum = 0; for (int i = 0; i < 3; i++) { int fresh = 0; fresh += i; Func<int> f = () => fresh++; f(); sum = sum * 10 + fresh; }
        T.P("scopes", sum);
        Unsafe.SkipInit(out int skip); skip = 5; T.P("skip", skip);
        T.P("int min", Math.Min(int.MinValue, -5)); T.P("discard", Ab(3));
    }

    static int Ab(int a) => a + 1;
}
