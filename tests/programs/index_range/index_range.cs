// Index and Range over arrays, strings, spans and own types; conditional access; null coalescing; compound assignments; tuple swaps;
// nameof; using declarations.
using System;
using System.Collections.Generic;

namespace index_range;

class Window
{
    readonly int[] data = { 10, 20, 30, 40, 50 };
    public int Length => data.Length;
    public int this[int i] { get => data[i]; set => data[i] = value; }
    public Window Slice(int start, int count) { T.P("slice", start * 10 + count); return this; }
    public int this[string key] => key.Length;
    public int this[int a, int b] { get => data[a] + data[b]; set => data[a] = data[b] = value; }
}

class Chain
{
    public Chain Next; public int[] Data; public string Name; public int? Maybe; public Func<int> Call; public event Action Event;
    public void Fire() => Event?.Invoke();
}

sealed class Track : IDisposable
{
    readonly string name; public Track(string n) { name = n; T.P("open " + n); } public void Dispose() => T.P("close " + name);
}
ref struct RefTrack { public int V; public void Dispose() => T.P("ref close", V); }

static class Program
{
    static int effects;
    static int[] Get(int[] a) { effects++; return a; }
    static int At(int i) { effects += 10; return i; }

    internal static void Main()
    {
        int[] a = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
        T.P("index " + a[^1] + a[^10] + a[new Index(3)] + a[Index.FromEnd(2)]);
        T.P("range " + T.Join(a[2..5]) + T.Join(a[..3]) + T.Join(a[7..]) + T.Join(a[^3..^1]) + T.Join(a[..]) + T.Join(a[5..5]));
        T.P("string " + "hello world"[6..] + "|" + "hello"[^3..] + "|" + "hello"[1..^1] + "|" + "hello"[^1]);
        Span<int> s = a; s[2..4].Fill(77); T.P("span " + T.Join(a) + s[^2] + s[3..][0]);
        Range r = 1..^1; var (off, len) = r.GetOffsetAndLength(10);
        T.P("range " + off + len + " " + r.Start.Value + r.End.IsFromEnd + (r.Equals(1..^1)));
        T.P("throws " + T.Throws(() => _ = a[T.Opaque(^0)]) + T.Throws(() => _ = a[T.Opaque(^11)]) + T.Throws(() => _ = a[T.Opaque(5..4)])
            + T.Throws(() => _ = a[T.Opaque(5..11)]) + T.Throws(() => _ = "abc"[T.Opaque(2..9)]) + T.Throws(() => new Index(T.Opaque(-1))));
        var w = new Window(); T.P("window " + w[^1] + w[0] + w["four"]); _ = w[1..^1]; w[^2]++; w[0, 1] += 5;
        T.P("window", w[^2] + w[0] * 100 + w[1]);
        Get(a)[At(3)] += 5; Get(a)[At(4)]++; Get(a)[^At(1)] *= 2; T.P("effects " + effects + " " + T.Join(a));
        Chain c = null;
        T.P("null " + (c?.Next == null) + (c?.Data?[0] == null) + (c?.Name?.Length ?? -1) + (c?.Call?.Invoke() ?? -2) + (c?.Maybe == null));
        c = new Chain { Next = new Chain { Data = new[] { 4, 5 }, Name = "nn", Maybe = 9, Call = () => 31 } };
        T.P("chain " + c?.Next?.Data?[1] + c?.Next?.Name?.Length + c?.Next?.Call?.Invoke() + c?.Next?.Maybe + (c?.Next?.Next?.Next?.Data[100] ?? 6)
            + c.Next.Maybe.GetValueOrDefault());
        c.Name ??= "set"; c.Name ??= "again"; c.Maybe ??= 3; c.Maybe ??= 4; T.P("??= " + c.Name + c.Maybe); c.Fire(); c.Event += () => T.P("fired");
        c.Fire();
        string t = null; T.P("?? " + (t ?? "default") + ((string)null ?? t ?? "last") + T.Throws(() => _ = t ?? throw new FormatException()));
        int x = 1, y = 2, z = 3; (x, y, z) = (z, x, y); T.P("swap " + x + y + z); (a[0], a[1]) = (a[1], a[0]); var (p, (q, _)) = (1, (2, 3));
        T.P("nest " + p + q + a[0] + a[1]);
        x += y *= z -= 1; T.P("assign " + x + y + z); x = y = z = 4; x <<= 2; y ^= x; z |= y; z %= 7; x >>= 1; x &= 12; y >>>= 1;
        T.P("compound " + x + y + z);
        using (var t1 = new Track("a")) using (new Track("b")) T.P("body");
        using var t2 = new Track("outer"); { using var t3 = new Track("inner"); } using (Track none = null) T.P("null using");
        using var rt = new RefTrack { V = 5 };
        T.P(nameof(Program) + nameof(w.Length) + nameof(List<int>));
        List<int> list = [1, 2, .. a[..2], 3]; HashSet<int> set = [1, 1, 2]; int[][] jag = [[1], [], [2, 3]];
        Span<long> sp = [1, .. new long[] { 5, 6 }]; IEnumerable<string> en = ["x", "y"]; IReadOnlyList<int> ro = [.. list];
        ReadOnlySpan<byte> bytes = [1, 2, 3];
        T.P("collections " + T.Join(list) + set.Count + jag[2][1] + sp.Length + T.Join(en) + ro.Count + bytes[2]);
        var dict = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2, }; var init = new List<(int, string)> { (1, "x"), (2, "y") };
        var nested = new Chain { Next = new() { Name = "n" } }; var anon = new { A = 1, B = "two", C = new { D = 3 } };
        T.P("init " + dict["b"] + init[1].Item2 + nested.Next.Name + anon.A + anon.B + anon.C.D
            + anon.Equals(new { A = 1, B = "two", C = new { D = 3 } }) + anon);
        const int k = 5; const string ks = "c" + "d";
        T.P("const " + k * 2 + ks + (ks is "cd") + sizeof(int) + sizeof(char) + sizeof(decimal) + default(int) + (default(string) == null));
        unchecked { T.P("unchecked", int.MaxValue + k); }
    }
}
