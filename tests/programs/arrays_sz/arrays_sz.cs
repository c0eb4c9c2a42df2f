// One-dimensional arrays: every element type, bounds, null, covariance and store checks, initialisers, Array's methods, jagged
// arrays, casts.
using System;
using System.Collections;
using System.Collections.Generic;

namespace arrays_sz;

class Animal { public virtual int Legs => 4; } class Bird : Animal { public override int Legs => 2; } class Ostrich : Bird { }
struct Triple { public int A; public string S; public double D; }

static class Program
{
    static readonly byte[] Bytes = { 1, 2, 3, 250, 251, 252, 0, 9 }; static readonly int[] Ints = { 100, -200, 300, int.MaxValue, int.MinValue };
    static readonly long[] Longs = { 1, -1, long.MaxValue, long.MinValue }; static readonly double[] Doubles = { 1.5, -2.5, double.NaN, 0 };
    static readonly char[] Chars = { 'a', 'b', '\uffff', '\0' }; static readonly bool[] Bools = { true, false, true, true };
    static readonly short[] Shorts = { -1, 2, -32768 }; static readonly float[] Floats = { 0.5f, 1e10f, -1f };
    static readonly string[] Strings = { "x", null, "z" }; static readonly decimal[] Decimals = { 1.5m, 2m };

    static X[] Make<X>(int n, Func<int, X> f) { var a = new X[n]; for (int i = 0; i < n; i++) a[i] = f(i); return a; }
    static void Put<X>(X[] a, int i, X v) => a[i] = v;
    static X Take<X>(X[] a, int i) => a[i];
    static int StoreAnimal(Animal[] a, int i, Animal v) { try { a[i] = v; return 0; } catch (Exception e) { return T.Kind(e); } }
    static ref Animal RefAt(Animal[] a, int i) => ref a[i];

    internal static void Main()
    {
        T.P("init " + T.Join(Bytes) + T.Join(Ints) + T.Join(Longs) + T.Join(Doubles) + (int)Chars[2] + T.Join(Bools) + T.Join(Shorts)
            + T.Join(Floats) + T.Join(Strings) + T.Join(Decimals));
        T.P("bounds " + T.Throws(() => _ = Ints[T.Opaque(5)]) + T.Throws(() => _ = Ints[T.Opaque(-1)])
            + T.Throws(() => Bytes[T.Opaque(int.MaxValue)] = 1) + T.Throws(() => _ = Longs[T.Opaque(4L)])
            + T.Throws(() => _ = Longs[T.Opaque(1L << 32)]) + T.Throws(() => _ = Longs[T.Opaque(0xffffffffu)])
            + T.Throws(() => _ = T.Opaque<int[]>(null)[0]) + T.Throws(() => _ = T.Opaque<int[]>(null).Length)
            + T.Throws(() => T.Opaque<string[]>(null)[0] = "x") + T.Throws(() => _ = new int[T.Opaque(-5)])
            + T.Throws(() => _ = Array.Empty<int>()[T.Opaque(0)]));
        var birds = new Bird[3]; Animal[] animals = birds;
        T.P("store " + StoreAnimal(animals, 0, new Bird()) + StoreAnimal(animals, 1, new Animal()) + StoreAnimal(animals, 1, null)
            + StoreAnimal(animals, 2, new Ostrich()) + StoreAnimal(animals, 9, new Animal()) + animals[0].Legs + (animals[1] == null));
        T.P("ldelema " + T.Throws(() => RefAt(animals, 0) = null) + T.Throws(() => RefAt(new Animal[1], 0) = new Bird()));
        object[] objs = new string[2];
        T.P("objects " + T.Throws(() => objs[0] = 5) + T.Throws(() => objs[0] = "ok") + (objs is string[]) + (objs is object[])
            + ((object)new int[1] is object[]) + ((object)new Bird[1] is IEnumerable<Animal>) + ((object)new int[1] is IList<int>)
            + ((object)new int[1] is IEnumerable<object>) + ((object)new string[1] is IReadOnlyList<object>));
        T.P("variance " + ((object)new int[1] is uint[]) + ((object)new byte[1] is sbyte[]) + ((object)new char[1] is ushort[])
            + ((object)new short[1] is char[]) + ((object)new DayOfWeek[1] is int[]) + ((object)new bool[1] is byte[])
            + ((object)new int[1] is float[]));
        var us = (uint[])(object)new[] { -1, 2 }; T.P("reinterpret " + us[0] + us.GetValue(1));
        T.P("cast " + T.Throws(() => _ = (Bird[])(object)new Animal[1]) + T.Throws(() => _ = (string[])(object)new object[1]));
        T.P("generic " + T.Join(Make(4, i => i * i)) + T.Join(Make(3, i => "s" + i)) + T.Join(Make(2, i => (i, 'c')))
            + Take(Make(3, i => new Triple { A = i, S = "t" + i }), 2).S + T.Throws(() => Put<object>(new string[1], 0, 5))
            + T.Throws(() => Put<Animal>(new Bird[1], 0, new Animal())) + T.Throws(() => Put(new int[1], 1, 5)));
        var ts = new Triple[3]; ts[1].A = 5; ts[1].S = "five"; ts[2] = ts[1]; ts[1].A++; ref Triple rt = ref ts[0]; rt.D = 2.5;
        T.P("structs " + ts[0].D + ts[1].A + ts[2].A + ts[2].S);
        int[] a = { 5, 3, 9, 1, 7, 3 }; int[] copy = (int[])a.Clone(); Array.Sort(copy);
        T.P("sort " + T.Join(copy) + Array.BinarySearch(copy, 7) + Array.BinarySearch(copy, 4) + Array.IndexOf(a, 3) + Array.LastIndexOf(a, 3)
            + Array.IndexOf(a, 42) + Array.IndexOf(a, 3, 2));
        Array.Reverse(copy, 1, 3); T.P("reverse " + T.Join(copy)); Array.Copy(copy, 0, copy, 2, 4); T.P("overlap " + T.Join(copy));
        Array.Copy(copy, 2, copy, 0, 4); T.P("overlap " + T.Join(copy)); Array.Clear(copy, 1, 2); T.P("clear " + T.Join(copy));
        Array.Resize(ref copy, 8); Array.Fill(copy, 4, 6, 2); T.P("resize " + T.Join(copy)); Array.Resize(ref copy, 2); T.P("resize " + T.Join(copy));
        T.P("find " + Array.Find(a, x => x > 5) + Array.FindIndex(a, x => x == 1) + Array.FindLast(a, x => x < 5) + Array.Exists(a, x => x == 9)
            + Array.TrueForAll(a, x => x > 0) + T.Join(Array.FindAll(a, x => x % 3 == 0)) + T.Join(Array.ConvertAll(a, x => x * 0.5)));
        Array.ForEach(a, x => { }); string[] keys = { "c", "a", "b" }; int[] items = { 3, 1, 2 }; Array.Sort(keys, items, StringComparer.Ordinal);
        T.P("keys " + T.Join(keys) + T.Join(items)); Array.Sort(a, (x, y) => y - x); T.P("desc " + T.Join(a));
        T.P("convert copy " + CopyTo(new object[] { 1, 2 }, new int[2]) + CopyTo(new int[] { 1, 2 }, new object[2])
            + CopyTo(new int[] { 1, -2 }, new long[2]) + CopyTo(new byte[] { 1, 2 }, new float[2]) + CopyTo(new long[] { 1 }, new int[1])
            + CopyTo(new object[] { "a", 5 }, new string[2]) + CopyTo(new Bird[] { new(), null }, new Animal[2])
            + CopyTo(new Animal[] { new Bird(), new Animal() }, new Bird[2]) + CopyTo(new string[1], new int[1]) + CopyTo(new int[3], new int[2]));
        IList<int> il = a; IList nl = a; ICollection<string> cs = keys;
        T.P("ilist " + il.Count + il[1] + il.Contains(9) + il.IndexOf(1) + T.Throws(() => il.Add(1)) + nl.IsFixedSize + nl[2]
            + T.Throws(() => nl[0] = "x") + cs.IsReadOnly + T.Throws(() => cs.Clear())
            + ((IStructuralEquatable)a).Equals(a.Clone(), EqualityComparer<int>.Default));
        int sum = 0; foreach (int x in il) sum += x; foreach (object x in nl) sum += (int)x; var en = ((IEnumerable<string>)keys).GetEnumerator();
        en.MoveNext(); T.P("enum " + sum + en.Current + T.Throws(() => { var e2 = ((IEnumerable)a).GetEnumerator(); _ = e2.Current; }));
        T.P("props " + a.Length + a.LongLength + a.Rank + a.GetLength(0) + a.GetLowerBound(0) + a.GetUpperBound(0) + a.GetValue(0)
            + T.Throws(() => a.GetLength(1)) + T.Throws(() => a.SetValue("x", 0)) + T.Throws(() => a.GetValue(99))
            + (Array.Empty<int>() == Array.Empty<int>()) + Array.MaxLength);
        a.SetValue(123, 1); T.P("set", a[1]);
        int[][] jag = { new[] { 1 }, new[] { 2, 3 }, null }; jag[2] = new int[3]; jag[2][1] = 7; long[][][] deep = new long[2][][];
        deep[1] = new[] { new long[] { 4, 5 } };
        T.P("jagged " + jag[1][1] + jag[2].Length + jag[2][1] + deep[1][0][1] + T.Throws(() => _ = deep[0][0]) + ((object)jag is Array[])
            + ((object)jag is object[]) + ((object)jag is IEnumerable<IEnumerable<int>>));
        object[][] oj = new string[1][]; T.P("jag store " + T.Throws(() => oj[0] = new object[1]) + T.Throws(() => oj[0] = new string[1]));
        var big = new int[100000]; for (int i = 0; i < big.Length; i++) big[i] = (int)((uint)i * 2654435761u >> 8); Array.Sort(big); bool ok = true;
        for (int i = 1; i < big.Length; i++) ok &= big[i - 1] <= big[i]; T.P("big sort " + ok + big[50000]); Buffer.BlockCopy(Ints, 4, a, 0, 8);
        T.P("block " + a[0] + " " + a[1] + Buffer.ByteLength(Longs)); var seg = new ArraySegment<int>(Ints, 1, 3);
        T.P("segment " + seg.Count + seg[0] + T.Join(seg.Slice(1)));
        T.P("typeof " + (new int[1].GetType() == typeof(int[])) + (animals.GetType() == typeof(Bird[])) + (jag.GetType() == typeof(int[][])));
    }

    static string CopyTo(Array from, Array to)
    {
        try { Array.Copy(from, to, from.Length); string s = "("; foreach (object o in to) s += o is Animal x ? x.Legs : o ?? "-"; return s
            + ")"; } catch (Exception e) { return "E" + T.Kind(e); }
    }
}
