// What a fully static program must be able to do: threads, collections, exceptions, files, the clock; and what it
// cannot: libraries.
using System;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

public static class Inside
{
    [DllImport("libm.so.6")] static extern double cos(double x);

    [UnmanagedCallersOnly(EntryPoint = "inside_tasks")]
    public static int Tasks(int n)
    {
        int sum = 0;
        Task.WaitAll(Enumerable.Range(1, n).Select(i => Task.Run(async () => { await Task.Delay(1); Interlocked.Add(ref sum, i); })).ToArray());
        var thread = new Thread(() => sum++);
        thread.Start();
        thread.Join();
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Garbage() => new WeakReference(new byte[100]);

    [UnmanagedCallersOnly(EntryPoint = "inside_collect")]
    public static int Collect(int rounds)
    {
        int dead = 0;
        var kept = Enumerable.Range(0, 1000).Select(i => i.ToString()).ToArray();
        for (int i = 0; i < rounds; i++)
        {
            var weak = Garbage();
            for (int j = 0; j < 100; j++)
                Garbage();
            GC.Collect();
            dead += weak.IsAlive ? 0 : 1;
        }
        return dead > 0 && kept[999] == "999" ? kept.Length : -1;
    }

    static int Deep(int n) => n == 0 ? int.Parse("no number") : Deep(n - 1) + 1;

    [UnmanagedCallersOnly(EntryPoint = "inside_catch")]
    public static int Catch(int depth)
    {
        int ends = 0;
        try { try { return Deep(depth); } finally { ends++; } }
        catch (FormatException e) when (e.Message.Contains("no number")) { return -1 - ends; }
    }

    [UnmanagedCallersOnly(EntryPoint = "inside_throw")]
    public static int Throw() => throw new InvalidOperationException("out of a static program");

    [UnmanagedCallersOnly(EntryPoint = "inside_files")]
    public static int Files() => File.ReadAllText("/proc/self/stat").Length > 10 && DateTime.Now.Year > 2000 && TimeZoneInfo.Local != null ? 1 : 0;

    [UnmanagedCallersOnly(EntryPoint = "inside_library")]
    public static unsafe int Library(byte* text, int size)
    {
        string message;
        try { message = "cos " + cos(0); }
        catch (DllNotFoundException e) { message = e.Message; }
        if (Encoding.UTF8.GetByteCount(message) >= size)
            return -1;
        text[Encoding.UTF8.GetBytes(message, new Span<byte>(text, size))] = 0;
        return 0;
    }
}
