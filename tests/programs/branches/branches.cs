// Conditions, short circuits, loops of every form, goto, nested break and continue, comparison branches on all stack kinds.
using System;

namespace branches;

static class Program
{
    static int calls;
    static bool Yes(int id) { calls = calls * 10 + id; return true; }
    static bool No(int id) { calls = calls * 10 + id; return false; }

    static int Classify(int a, int b)
    {
        int r = 0;
        if (a < b) r |= 1; else r |= 2;
        if (a <= b) r |= 4;
        if (a > b) r |= 8;
        if (a >= b) r |= 16;
        if (a == b) r |= 32;
        if (a != b) r |= 64;
        if ((uint)a < (uint)b) r |= 128;
        if ((uint)a >= (uint)b) r |= 256;
        if (!(a < b && b > 0 || a == 0)) r |= 512;
        return r;
    }

    static int Collatz(long n) { int steps = 0; while (n != 1) { n = (n & 1) == 0 ? n / 2 : 3 * n + 1; steps++; } return steps; }

    static int GotoLoop(int n)
    {
        int i = 0, sum = 0;
    again:
        if (i >= n) goto done;
        sum += i;
        i++;
        if (sum > 1000) goto done;
        goto again;
    done:
        return sum * 100 + i;
    }

    static int Find(int[,] grid, int what)
    {
        for (int y = 0; y < 5; y++)
            for (int x = 0; x < 5; x++)
            {
                if (grid[y, x] == what) goto found;
                continue;
            found:
                return y * 10 + x;
            }
        return -1;
    }

    static string Primes(int limit)
    {
        string s = "";
        for (int i = 2; i < limit; i++)
        {
            for (int j = 2; ; j++)
            {
                if (j * j > i) { s += i + ","; break; }
                if (i % j == 0) break;
            }
        }
        return s;
    }

    static int Spaghetti(int state)
    {
        int trace = 0;
        goto dispatch;
    a: trace = trace * 7 + 1; state += 3; goto dispatch;
    b: trace = trace * 7 + 2; state -= 1; if (trace % 5 == 0) goto a; goto dispatch;
    c: trace = trace * 7 + 3; state *= 2;
    dispatch:
        if (trace > 100000) return trace;
        if (state % 3 == 0) goto a;
        if (state % 3 == 1) goto b;
        goto c;
    }

    static int TernaryChain(int x) => x < 0 ? -1 : x == 0 ? 0 : x < 10 ? 1 : x < 100 ? 2 : 3;
    static long Mixed(bool f, int i, long l) => f ? i : l;
    static object Merge(bool f) => f ? "text" : (object)new int[3];
    static double MergeNumber(int k) => k switch { 0 => 1, 1 => 2.5f, _ => 3.25 };

    internal static void Main()
    {
        int[] v = { 0, 1, -1, 5, int.MaxValue, int.MinValue };
        foreach (int a in v) foreach (int b in v) T.P(a + "," + b + " " + Classify(a, b));
        calls = 0; bool r = Yes(1) && No(2) && Yes(3) || Yes(4) && (No(5) | Yes(6)); T.P("short " + calls + " " + r);
        calls = 0; r = No(1) || Yes(2) & No(3) || No(4); T.P("short2 " + calls + " " + r);
        calls = 0; r = Yes(1) ^ Yes(2) ^ !No(3); T.P("short3 " + calls + " " + r);
        T.P("collatz", Collatz(97)); T.P("collatz2", Collatz(837799)); T.P("goto", GotoLoop(10)); T.P("goto2", GotoLoop(1000));
        var grid = new int[5, 5]; for (int i = 0; i < 25; i++) grid[i / 5, i % 5] = i * 3; T.P("find", Find(grid, 42)); T.P("find2", Find(grid, 43));
        T.P("primes " + Primes(60)); T.P("spaghetti", Spaghetti(5)); T.P("spaghetti2", Spaghetti(7));
        int n = 0; do n += 3; while (n < 10); T.P("do", n);
        for (n = 10; n-- > 0;) if (n % 3 == 0) continue; else if (n == 4) break; T.P("for", n);
        int i1 = 0, j1 = 100; for (; i1 < j1; i1 += 3, j1 -= 2) { } T.P("two", i1 * 1000 + j1);
        foreach (int x in new[] { -5, 0, 5, 50, 500 }) T.P("ternary", TernaryChain(x));
        T.P("mixed", Mixed(true, -3, 9)); T.P("mixed2", Mixed(false, -3, 1L << 40)); T.P("merge", Merge(true) is string ? 1 : 0);
        T.P("merge2", ((int[])Merge(false)).Length);
        T.D("mergenum", MergeNumber(0)); T.D("mergenum", MergeNumber(1)); T.D("mergenum", MergeNumber(2));
        long l = 1L << 33; if (l != 0) T.P("long true"); if ((int)l == 0) T.P("int zero"); ulong big = ulong.MaxValue;
        if (big > 5) T.P("unsigned greater"); if (l > int.MaxValue) T.P("wide");
        object o = null; string s = "x"; if (o == null && s != null && (o ?? s) == (object)s) T.P("null tests"); IntPtr p = IntPtr.Zero;
        if (p == 0) T.P("zero pointer");
        float f = 0.5f; if (f != 0) T.P("float true"); char c = 'q'; if (c >= 'a' && c <= 'z') T.P("char range");
        if (c is >= 'a' and <= 'z' or '_') T.P("pattern range");
        uint count = 0; for (uint k = 10; k < 20; --k) count++; T.P("wrap loop", count);
        long total = 0; for (long k = int.MaxValue - 2L; k <= int.MaxValue + 2L; k++) total += k; T.P("past int", total);
        int nest = 0;
        for (int a = 0; a < 4; a++)
        {
            for (int b = 0; b < 4; b++) { if (b > a) break; for (int d = 0; ; d++) { if (d > b) break; nest += a * b + d; } }
        }
        T.P("nest", nest);
        while (true) { if (nest-- < 100) break; if ((nest & 1) == 0) continue; nest -= 2; } T.P("while", nest);
    }
}
