// Time per object of one thread allocating alone and of four together, small objects that die young.
using System;
using System.Diagnostics;
using System.Threading;

static class Threads
{
    sealed class Node { public Node Next; public int A, B; }

    static long Work(int n)
    {
        Node kept = null; long sum = 0;
        for (int i = 0; i < n; i++)
        {
            var o = new Node { A = i };
            if ((i & 63) == 0) { o.Next = null; kept = o; }
            sum += o.A;
        }
        return sum + kept.A;
    }

    static double Run(int threads, int total)
    {
        var all = new Thread[threads];
        long sum = 0;
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < threads; i++)
        {
            all[i] = new Thread(() => Interlocked.Add(ref sum, Work(total / threads)));
            all[i].Start();
        }
        foreach (var t in all) t.Join();
        double ns = clock.Elapsed.TotalMilliseconds * 1e6 / total;
        Console.WriteLine("threads " + threads + " check " + sum);
        return ns;
    }

    static void Main(string[] args)
    {
        int total = args.Length > 0 ? int.Parse(args[0]) : 40000000;
        Run(4, total / 10);
        double best1 = 1e9, best4 = 1e9;
        for (int r = 0; r < 3; r++)
        {
            best1 = Math.Min(best1, Run(1, total));
            best4 = Math.Min(best4, Run(4, total));
        }
        Console.Error.WriteLine("one ns " + best1.ToString("F2"));
        Console.Error.WriteLine("four ns " + best4.ToString("F2"));
        Console.Error.WriteLine("scaling ratio " + (best4 / best1).ToString("F3"));
    }
}
