// Multi-dimensional arrays of rank 2 to 4: element access, addresses, bounds, initialisers, covariance, enumeration, Array's
// methods.
using System;

namespace arrays_md;

struct Cell { public int V; public string S; }

static class Program
{
    static X Get<X>(X[,] a, int i, int j) => a[i, j];
    static void Set<X>(X[,] a, int i, int j, X v) => a[i, j] = v;
    static ref X Ref<X>(X[,,] a, int i, int j, int k) => ref a[i, j, k];
    static void Bump(ref int v) => v++;

    internal static void Main()
    {
        int[,] m = { { 1, 2, 3 }, { 4, 5, 6 } };
        T.P("m " + m[0, 0] + m[1, 2] + m.Length + m.Rank + m.GetLength(0) + m.GetLength(1) + m.GetUpperBound(1)); m[1, 1] += 10; Bump(ref m[0, 2]);
        m[0, 1]++; T.P("m " + T.Join(Flat(m)));
        T.P("bounds " + T.Throws(() => _ = m[T.Opaque(2), 0]) + T.Throws(() => _ = m[0, T.Opaque(3)]) + T.Throws(() => _ = m[T.Opaque(-1), 0])
            + T.Throws(() => m[0, T.Opaque(-1)] = 1) + T.Throws(() => _ = T.Opaque<int[,]>(null)[0, 0])
            + T.Throws(() => _ = new int[T.Opaque(-1), 2]) + T.Throws(() => _ = new int[2, T.Opaque(-1)])
            + T.Throws(() => _ = m[T.Opaque(1), T.Opaque(int.MinValue)]));
        var c = new int[3, 4, 5];
        for (int i = 0; i < 3; i++) for (int j = 0; j < 4; j++) for (int k = 0; k < 5; k++) c[i, j, k] = i * 100 + j * 10 + k; int sum = 0;
        foreach (int v in c) sum = sum * 3 + v; T.P("cube " + sum + " " + c[2, 3, 4] + c.Length); Ref(c, 1, 2, 3) = -9; T.P("ref " + c[1, 2, 3]);
        T.P("cube bounds " + T.Throws(() => _ = c[2, 3, T.Opaque(5)]) + T.Throws(() => _ = c[2, T.Opaque(4), 0])
            + T.Throws(() => _ = c[T.Opaque(3), 0, 0]));
        var q = new byte[2, 3, 2, 2]; q[1, 2, 1, 1] = 255; q[1, 2, 1, 1]++; q[0, 0, 1, 0] = 7;
        T.P("rank4 " + q[1, 2, 1, 1] + q[0, 0, 1, 0] + q.Length); long[,] lm = { { long.MaxValue }, { -1 } }; double[,] dm = { { 0.5, 1.5 } };
        string[,] sm = { { "a", "b" }, { "c", null } }; bool[,] bm = { { true, false } }; char[,,] cm = { { { 'x', 'y' } } };
        decimal[,] em = { { 1.5m } };
        T.P("types " + lm[0, 0] + lm[1, 0] + dm[0, 1] + sm[1, 0] + (sm[1, 1] == null) + bm[0, 0] + cm[0, 0, 1] + em[0, 0]);
        var cells = new Cell[2, 2]; cells[1, 0].V = 5; cells[1, 0].S = "cell"; cells[0, 1] = cells[1, 0]; cells[1, 0].V++; GC.Collect();
        T.P("cells " + cells[1, 0].V + cells[0, 1].V + cells[0, 1].S + (cells[0, 0].S == null));
        T.P("generic " + Get(m, 1, 2) + Get(sm, 0, 1) + Get(cells, 1, 0).S); Set(sm, 1, 1, "set"); Set(m, 0, 0, 77); Set<object>(sm, 0, 0, "cov");
        T.P("generic " + sm[1, 1] + m[0, 0] + sm[0, 0]);
        object[,] om = sm;
        T.P("covariance " + T.Throws(() => om[0, 0] = 5) + T.Throws(() => om[0, 0] = "fine") + T.Throws(() => Set<object>(sm, 0, 0, new object()))
            + ((object)sm is object[,]) + ((object)m is uint[,]) + ((object)m is int[]) + ((object)m is int[,,]) + ((object)m is Array)
            + T.Throws(() => { ref object r = ref om[0, 0]; r = 5; }));
        T.P("methods " + m.GetValue(1, 2) + T.Throws(() => m.GetValue(5, 5)) + T.Throws(() => m.GetValue(1))); m.SetValue(99, 0, 1);
        T.P("set " + m[0, 1]); Array.Clear(m, 1, 2); T.P("clear " + T.Join(Flat(m))); var to = new int[3, 2]; Array.Copy(m, to, 6);
        T.P("copy " + T.Join(Flat(to))); var clone = (int[,])m.Clone(); clone[0, 0] = 1; T.P("clone " + m[0, 0] + clone[0, 0]);
        T.P("rank " + T.Throws(() => Array.Copy(m, new int[6], 6)) + T.Throws(() => Array.Sort(m)) + T.Throws(() => Array.Reverse(m)));
        int[,][] jag = new int[2, 2][]; jag[1, 1] = new[] { 4, 5 }; int[][,] gaj = { m, new int[1, 1] };
        T.P("jag " + jag[1, 1][1] + gaj[0][0, 1] + gaj[1].Length + (jag[0, 0] == null)); int[,] zero = new int[0, 5];
        T.P("zero " + zero.Length + zero.GetLength(1) + T.Throws(() => _ = zero[0, 0]));
        double[,] a = { { 1, 2 }, { 3, 4 } }, b = { { 5, 6 }, { 7, 8 } }; var p = Multiply(a, b);
        T.P("matrix " + p[0, 0] + " " + p[0, 1] + " " + p[1, 0] + " " + p[1, 1]); var life = new bool[8, 8];
        life[1, 2] = life[2, 3] = life[3, 1] = life[3, 2] = life[3, 3] = true; for (int g = 0; g < 10; g++) life = Step(life); string text = "";
        for (int y = 0; y < 8; y++) for (int x = 0; x < 8; x++) text += life[y, x] ? '#' : '.'; T.P(text);
        T.P("typeof " + (m.GetType() == typeof(int[,])) + (m.GetType() == typeof(int[,,])) + (sm.GetType() == typeof(string[,])));
    }

    static int[] Flat(int[,] m) { var r = new int[m.Length]; int n = 0; foreach (int v in m) r[n++] = v; return r; }
    static double[,] Multiply(double[,] a, double[,] b)
    {
        int n = a.GetLength(0); var r = new double[n, n];
        for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) for (int k = 0; k < n; k++) r[i, j] += a[i, k] * b[k, j]; return r;
    }
    static bool[,] Step(bool[,] old)
    {
        var next = new bool[8, 8];
        for (int y = 0; y < 8; y++) for (int x = 0; x < 8; x++)
        {
            int n = 0;
            for (int dy = -1; dy <= 1; dy++) for (int dx = -1; dx <= 1; dx++) if ((dy != 0 || dx != 0)
                && old[(y + dy + 8) % 8, (x + dx + 8) % 8]) n++;
            next[y, x] = n == 3 || n == 2 && old[y, x];
        }
        return next;
    }
}
