// Span, ReadOnlySpan, Memory, stackalloc, ref structs, ref fields, scoped, inline arrays, ref returns, MemoryMarshal, params span,
// MemoryExtensions.
using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace spans;

[InlineArray(8)] struct Eight { int first; } [InlineArray(3)] struct Strings { string s; } [InlineArray(4)] struct Cells<X> { X x; }
struct Holder { public byte A; public Eight E; public Strings S; }
ref struct Reader
{
    ReadOnlySpan<char> rest; public int Pos; public Reader(ReadOnlySpan<char> s) { rest = s; Pos = 0; }
    public bool Next(out ReadOnlySpan<char> word)
    {
        rest = rest.TrimStart(' '); if (rest.IsEmpty) { word = default; return false; } int i = rest.IndexOf(' '); if (i < 0) i = rest.Length;
        word = rest[..i]; rest = rest[i..]; Pos++; return true;
    }
}
ref struct RefField
{
    public ref int R; public Span<int> S; public readonly ref readonly int RO;
    public RefField(ref int r, Span<int> s) { R = ref r; S = s; RO = ref s[0]; } public void Inc() { R++; S[0]++; }
}
ref struct Outer { public RefField Inner; public int K; }
interface IArea { int Area(); }
ref struct RefArea : IArea { public Span<int> S; public int Area() => S.Length * S[0]; }
ref struct Builder
{
    Span<char> buf; int n; public Builder(Span<char> b) { buf = b; n = 0; }
    public void Add(scoped ReadOnlySpan<char> s) { s.CopyTo(buf[n..]); n += s.Length; } public override string ToString() => new string(buf[..n]);
    [UnscopedRef] public ref int Count => ref n;
}

static class Program
{
    static int Sum(ReadOnlySpan<int> s) { int t = 0; foreach (int x in s) t += x; return t; }
    static int Sum2(params ReadOnlySpan<string> s) { int t = 0; foreach (string x in s) t += x.Length; return t; }
    static ref int Max(Span<int> s) { ref int m = ref s[0]; for (int i = 1; i < s.Length; i++) if (s[i] > m) m = ref s[i]; return ref m; }
    static int Generic<X>(X x) where X : IArea, allows ref struct => x.Area();
    static void Sort<X>(Span<X> s) where X : IComparable<X>
    {
        if (s.Length < 2) return; X p = s[s.Length / 2]; int i = 0, j = s.Length - 1;
        while (i <= j) { while (s[i].CompareTo(p) < 0) i++; while (s[j].CompareTo(p) > 0) j--; if (i <= j) (s[i++], s[j--]) = (s[j + 1], s[i - 1]); }
        Sort(s[..(j + 1)]); Sort(s[i..]);
    }
    static int Fill(int n)
    {
        Span<byte> b = stackalloc byte[n]; int zero = 0; foreach (byte x in b) zero |= x; for (int i = 0; i < n; i++) b[i] = (byte)i; int t = zero;
        foreach (byte x in b) t += x; return t;
    }
    static int Deep(int n, Span<int> up)
    {
        Span<int> mine = stackalloc int[4]; mine[n & 3] = n; up[0] += n; if (n > 0) return Deep(n - 1, mine) + mine[0]; return up[0];
    }
    static Eight Make(int k) { Eight e = default; for (int i = 0; i < 8; i++) e[i] = i * k; return e; }
    static int Bytes(ReadOnlySpan<byte> b) => b.Length * 1000 + b[0];

    internal static void Main()
    {
        int[] a = { 1, 2, 3, 4, 5, 6, 7, 8 }; Span<int> s = a; Span<int> mid = s.Slice(2, 4); mid[0] = 30; mid.Reverse();
        T.P(T.Join(a) + mid.Length + Sum(mid) + Sum(a) + Sum(a.AsSpan(6)) + Sum(default) + s[^1]);
        T.P("throws " + T.Throws(() => _ = new Span<int>(a)[T.Opaque(8)]) + T.Throws(() => new Span<int>(a).Slice(T.Opaque(9)))
            + T.Throws(() => new Span<int>(a).Slice(T.Opaque(3), T.Opaque(6))) + T.Throws(() => _ = new Span<int>(a)[T.Opaque(-1)])
            + T.Throws(() => new Span<object>(new string[1])) + T.Throws(() => a.AsSpan(3, T.Opaque(-1)))
            + T.Throws(() => new Span<int>(a).CopyTo(new int[3])) + T.Throws(() => _ = Span<int>.Empty[T.Opaque(0)]));
        s.Slice(0, 4).CopyTo(s.Slice(1)); T.P(T.Join(a)); s[3..].Clear(); s[5..7].Fill(9);
        T.P(T.Join(a) + s.ToArray().Length + s.IndexOf(9) + s.LastIndexOf(9) + s.Contains(2) + s.SequenceEqual(a) + s.StartsWith([1])
            + s.EndsWith([0]) + s.IndexOfAny(9, 2) + s.BinarySearch(1) + s.Count(0) + s.TryCopyTo(new int[2]));
        Max(s) = -1; Max(s)++; T.P(T.Join(a));
        T.P("stackalloc " + Fill(10) + " " + Fill(300) + " " + Fill(0) + Deep(10, stackalloc int[1])); Span<int> init = stackalloc[] { 5, 3, 9, 1 };
        Sort(init); T.P(T.Join(init.ToArray())); Span<string> strs = new[] { "pear", "fig", "apple" }; Sort(strs); T.P(strs[0] + strs[2]);
        var words = new Reader("  the quick  brown fox "); string o = ""; while (words.Next(out var w)) o += w.Length + w.ToString()[..1];
        T.P("reader " + o + words.Pos); int target = 5; var rf = new RefField(ref target, a); rf.Inc(); rf.R *= 10;
        T.P("ref field " + target + a[0] + rf.RO); var ou = new Outer { Inner = rf }; ou.Inner.Inc(); ref int alias = ref ou.Inner.R; alias++;
        T.P("outer " + target); rf.R = ref a[7]; rf.Inc(); T.P("reseat " + a[7] + target + Unsafe.IsNullRef(ref new Outer().Inner.R));
        T.P("generic " + Generic(new RefArea { S = a.AsSpan(0, 3) })); var sb = new Builder(stackalloc char[32]); sb.Add("ab");
        sb.Add(12345.ToString()); sb.Count--; T.P(sb.ToString()); T.P("params " + Sum2("a", "bcd") + Sum2());
        var e = Make(3); T.P("inline " + e[7] + Sum(e) + Sum(e[2..4]) + e[^1] + T.Throws(() => _ = Make(1)[T.Opaque(8)]));
        var h = new Holder { E = e }; h.E[1] = 100; h.S[2] = "two"; h.S[0] = "zero"; var h2 = h; h2.S[0] = "changed"; GC.Collect();
        T.P("holder " + h.E[1] + h.S[2] + h.S[0] + h2.S[0] + e[1] + Unsafe.SizeOf<Eight>() + Unsafe.SizeOf<Strings>()
            + Unsafe.SizeOf<Cells<(byte, int)>>());
        Cells<(int, string)> c = default; c[3] = (4, "four"); foreach (ref var x in (Span<(int, string)>)c) x.Item1++;
        T.P("cells " + c[3] + c[0].Item1); var boxes = new Strings[2]; boxes[1][1] = "boxed"; GC.Collect(); object ob = boxes[1];
        T.P(((Strings)ob)[1]);
        ReadOnlySpan<byte> utf = "héllo"u8;
        T.P("utf8 " + utf.Length + utf[1] + Bytes("abc"u8) + Bytes([1, 2]) + System.Text.Encoding.UTF8.GetString(utf[..1])
            + "ab"u8.SequenceEqual(new byte[] { 97, 98 }));
        ReadOnlySpan<int> ro = [10, 20, 30]; ReadOnlySpan<long> rl = [1L << 40, -1]; ReadOnlySpan<char> rc = ['x', 'y'];
        ReadOnlySpan<double> rd = [0.5, 1.5]; ReadOnlySpan<string> rs = ["p", "q"]; T.P("constants " + ro[2] + rl[0] + rc[1] + rd[1] + rs[1]);
        Span<byte> bytes = MemoryMarshal.AsBytes(s);
        T.P("bytes " + bytes.Length + bytes[4] + MemoryMarshal.Cast<int, short>(s).Length + MemoryMarshal.Read<int>(bytes[2..])
            + MemoryMarshal.Cast<byte, long>(bytes[..17]).Length + MemoryMarshal.CreateSpan(ref target, 1)[0] + MemoryMarshal.GetReference(s)
            + s.Overlaps(a.AsSpan(3)) + MemoryMarshal.TryWrite(bytes, 7L));
        Memory<int> m = a; ReadOnlyMemory<char> rm = "memory".AsMemory(1, 3);
        T.P("memory " + m.Slice(2).Length + m.Span[0] + rm + rm.Span[2] + m.TryCopyTo(new int[8]) + m[1..3].ToArray().Length
            + MemoryMarshal.TryGetArray((ReadOnlyMemory<int>)m[3..], out var seg) + seg.Offset);
        using (var pin = m.Pin()) unsafe { ((int*)pin.Pointer)[1] = 77; } T.P("pin " + a[1]); var rent = ArrayPool<byte>.Shared.Rent(100);
        T.P("pool " + (rent.Length >= 100)); ArrayPool<byte>.Shared.Return(rent); var bw = new ArrayBufferWriter<char>();
        "hello".CopyTo(bw.GetSpan(10)); bw.Advance(5); bw.Write("!!"); T.P("writer " + bw.WrittenSpan.ToString() + bw.WrittenCount);
        ReadOnlySpan<char> t = "  alpha,beta;;gamma  "; string parts = "";
        foreach (Range r in t.Trim().SplitAny(",;")) parts += t.Trim()[r].Length + "."; Span<Range> ranges = stackalloc Range[5];
        int n = t.Split(ranges, ',');
        T.P("text " + parts + n + t[ranges[1]].Length + t.Trim().ToString() + t.IndexOf("beta") + t.IndexOfAny("gz") + t.LastIndexOf('a')
            + t.Contains("MMA", StringComparison.OrdinalIgnoreCase) + t.TrimEnd().Length + int.Parse("x42y".AsSpan(1, 2))
            + 3.5.TryFormat(stackalloc char[10], out int wr) + wr + t.CompareTo("zz", StringComparison.Ordinal)
            + "AbC".AsSpan().Equals("aBc", StringComparison.OrdinalIgnoreCase) + t.IndexOfAnyExcept(' ') + t.IndexOfAnyInRange('m', 'z')
            + "aXbX".AsSpan().Count('X') + t.ContainsAny("qz") + string.Concat(t[2..4], "-", t[^4..^2]) + "abcd".AsSpan().CommonPrefixLength("abxy"));
        var sv = SearchValues.Create("aeiou"); T.P("search " + "rhythm and".AsSpan().IndexOfAny(sv) + sv.Contains('e'));
        T.P(string.Create(5, 7, (span, k) => { for (int i = 0; i < span.Length; i++) span[i] = (char)('a' + i * k % 26); })
            + new string(stackalloc char[] { 'o', 'k' }));
        Span<char> grid = stackalloc char[64]; grid.Fill('.'); for (int i = 0; i < 8; i++) grid[i * 9] = '\\'; T.P(grid[..20].ToString());
    }
}
