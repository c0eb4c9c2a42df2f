// Loops whose bound lies at the end of its type and which therefore never end: a collection stops the threads in them
// all the same. And nests of short and long inner loops, which have a twin without polls.
using System;
using System.Threading;

namespace loop_ends;

static class Program
{
    static volatile int sink;
    static int started;
    static volatile int greatest = int.MaxValue, least = int.MinValue, none;

    static void UpTo(int n) { int x = 0; for (int i = 0; i <= n; i++) x = x * 31 + i; sink = x; }
    static void ByTwo(int n) { int x = 0; for (int i = 0; i < n; i += 2) x = x * 31 + i; sink = x; }
    static void UnsignedUpTo(uint n) { int x = 0; for (uint i = 0; i <= n; i++) x = x * 31 + (int)i; sink = x; }
    static void DownTo(int n) { int x = 0; for (int i = 0; i >= n; i--) x = x * 31 + i; sink = x; }
    static void DownByTwo(int n) { int x = 0; for (int i = 1; i > n; i -= 2) x = x * 31 + i; sink = x; }
    static void Never(int n) { int x = 0; for (int i = 1; i != n; i += 2) x = x * 31 + i; sink = x; }
    static void LongUpTo(long from, long n) { int x = 0; for (long i = from; i <= n; i++) x = x * 31 + (int)i; sink = x; }

    static void Spin(string name, Action loop)
    {
        var thread = new Thread(() => { Interlocked.Increment(ref started); loop(); }) { IsBackground = true };
        int before = Volatile.Read(ref started);
        thread.Start();
        while (Volatile.Read(ref started) == before) Thread.Yield();
        Thread.Sleep(20);
        GC.Collect();
        Console.WriteLine(name + " stopped, alive " + thread.IsAlive);
    }

    // Values of the inner loops are used behind them; lengths lie around the number of iterations between polls.
    static long Nest(int[][] rows, int[] to)
    {
        long sum = 0;
        foreach (int[] row in rows)
        {
            int last = -1, found = -1, i;
            for (i = 0; i < row.Length; i++) { sum += row[i]; last = row[i]; }
            for (int k = row.Length - 1; k >= 0; k--) if (row[k] == 5) { found = k; break; }
            for (int k = 0; k < row.Length && k < to.Length; k++) to[k] = row[k] ^ last;
            for (int k = 0; k <= i - 1; k += 2) sum ^= row[k] * 3;
            int a = 0, b = Math.Min(row.Length, to.Length) - 1;
            while (a < b) { int t = to[a]; to[a++] = to[b]; to[b--] = t; }
            sum = sum * 31 + last + found + i + (b >= 0 ? to[b] : 0);
        }
        return sum;
    }

    static string Beyond(int[] a, int rounds, int n)
    {
        int done = 0;
        try
        {
            for (int r = 0; r < rounds; r++)
                for (int i = 0; i < n; i++) { a[i] += r; done++; }
            return "no end";
        }
        catch (IndexOutOfRangeException) { return "out of range after " + done; }
    }

    internal static void Main()
    {
        foreach (int length in new[] { 0, 1, 2, 7, 8, 9, 1022, 1023, 1024, 1025, 1026, 2047, 2048, 2049, 5000 })
        {
            var rows = new int[4][];
            for (int r = 0; r < rows.Length; r++)
            {
                rows[r] = new int[Math.Max(0, length - r)];
                for (int i = 0; i < rows[r].Length; i++) rows[r][i] = (i * 7 + r) % 1999;
            }
            Console.WriteLine(length + ": " + Nest(rows, new int[length / 2 + 1]) + " " + Nest(rows, new int[length + 3]));
        }
        Console.WriteLine(Beyond(new int[10], 3, 10) + ", " + Beyond(new int[10], 3, 11) + ", " + Beyond(new int[3000], 2, 3001));

        Spin("up to", () => UpTo(greatest));
        Spin("by two", () => ByTwo(greatest));
        Spin("unsigned", () => UnsignedUpTo((uint)(greatest - least)));
        Spin("down to", () => DownTo(least));
        Spin("down by two", () => DownByTwo(least));
        Spin("never", () => Never(none));
        Spin("long", () => LongUpTo(long.MaxValue - 100, long.MaxValue - none));
        Environment.Exit(0);
    }
}
