// tests/fuzz/Subject.cs - an assembly with one of everything, which fuzz_il_body, fuzz_blobs and
// fuzz_types damage (tests/fuzz/subject.h). Its own source is its resource: room for method bodies.
// The long text of the Room attribute is room for blobs.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

[assembly: Room(Room.Text)]

sealed class Room : Attribute {
    const string A = "................................................................";
    const string B = A + A + A + A;
    public const string Text = B + B + B + B;
    public Room(string text) { }
}

enum Color : byte { Red, Green = 7, Blue = 200 }
[Flags] enum Wide : long { None, Top = long.MinValue }

sealed class Mark : Attribute {
    public Mark(int n, string s, object o, params Type[] types) { }
    public Color Color;
    public long[] Numbers { get; set; }
}

// ---- shapes --------------------------------------------------------------------------------------

struct Point { public int X, Y; public readonly int Sum() => X + Y; public override string ToString() => "P"; }
struct Mixed { public byte B; public object O; public double D; public Point P; }
[StructLayout(LayoutKind.Explicit, Size = 24)]
struct Union { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; [FieldOffset(8)] public object O; [FieldOffset(16)] public short S; }
[StructLayout(LayoutKind.Sequential, Pack = 2)] struct Packed { public byte A; public long B; }
[InlineArray(5)] struct Five { public int Element; }
ref struct Window { public Span<int> Span; public ref int First; }
unsafe struct Fixed { public fixed short Data[6]; public int* Next; public delegate*<int, object, void> Call; }
struct Pair<A, B> where A : IComparable<A> { public A First; public B Second; public static A Shared; public int Compare(A other) => First.CompareTo(other); }

[Mark(3, "text", 7L, typeof(Point), typeof(List<int>), Color = Color.Blue, Numbers = new long[] { 1, 2 })]
class Animal : IComparable<Animal>, IEnumerable<int> {
    public string Name; protected int age; volatile int changes;
    public static int Count = 3; static readonly object Lock = new(); [ThreadStatic] static object current; const long Limit = 1L << 40;
    public Animal(string name) { Name = name; Count++; current = Lock; changes++; }
    ~Animal() { Count--; }
    public virtual string Speak(int times) => Name + times;
    public virtual T Echo<T>(T value) => value;
    public int CompareTo(Animal other) => age - other.age;
    public int this[int i] { get => age + i; set => age = value; }
    public event Action<int> Changed;
    public void Fire() => Changed?.Invoke(changes);
    [MethodImpl(MethodImplOptions.Synchronized)] public long Locked(long n) => n + Limit;
    public IEnumerator<int> GetEnumerator() { for (int i = 0; i < age; i++) yield return i; }
    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
static class Slow {
    public static async System.Threading.Tasks.Task<int> Later(int n) { await System.Threading.Tasks.Task.Yield(); return n; }
}
sealed class Dog : Animal, IShape<string>, ICloneable {
    public Dog() : base("dog") { }
    public override string Speak(int times) => base.Speak(times) + "!";
    public override T Echo<T>(T value) => default;
    string IShape<string>.Area() => Name;
    public object Clone() => MemberwiseClone();
}
abstract class Holder<T> where T : class, new() { public T Item = new(); public static List<T> All = new(); public abstract T Make(); public bool Is(object o) => o is T; public T[] Many(int n) => new T[n]; }
sealed class Objects : Holder<object> { public override object Make() => Item; class Inner<U> : Holder<Dictionary<U, Objects>> { public override Dictionary<U, Objects> Make() => new(); } public object Deep() => new Inner<Point>().Make(); }
interface IShape<out T> { T Area(); string Title() => "shape" + Area(); static int Made; }
interface IAdd<TSelf> where TSelf : IAdd<TSelf> { static abstract TSelf operator +(TSelf a, TSelf b); static virtual TSelf Zero => default; }
struct Money : IAdd<Money>, IShape<int> { public decimal Amount; public static Money operator +(Money a, Money b) => new() { Amount = a.Amount + b.Amount }; public int Area() => (int)Amount; }
delegate int Binary(int a, in Point b, out string c);
delegate TOut Map<in TIn, out TOut>(TIn value);

// ---- bodies --------------------------------------------------------------------------------------

static unsafe class Bodies {
    static readonly int[] primes = { 2, 3, 5, 7, 11, 13, 17, 19 };
    public static int Numbers(int a, long b, float c, double d, uint e, ulong f, short g, byte h) {
        checked { a += (int)b; e = (uint)(f * 3); }
        a ^= g << h; b = -b % (a | 1); d = c / d + f; nint n = (nint)d;
        return a > b ? (int)(d * 2) : unchecked((int)(e >> 3) * ~a) + (int)n + primes[a & 7];
    }
    public static string Flow(int n, string s, object o) {
        switch (n) { case 0: return "zero"; case 1: s += "one"; break; case 2: goto case 1; case 7: n = 3; break; }
        for (int i = 0; i < n; i++) { if (i == 5) continue; if (i > 9) break; s += i; }
        return o switch { null => "null", int i => "i" + i, string t => t, Point { X: 1 } => "point", Animal a => a.Name, _ => s };
    }
    public static int Handlers(Func<int, int> f, string s) {
        int r = 0;
        try { try { r = f(1); } catch (ArgumentException e) when (e.ParamName == s) { r = 2; } finally { r++; } }
        catch (InvalidOperationException) { throw; } catch (Exception e) { r = e.HResult; try { r /= s.Length; } catch { return -1; } }
        lock (primes) { using var w = new CancellationTokenSource(); return r; }
    }
    public static int Structs(Mixed m, Union u, ref Packed p, Pair<int, string> pair, Five five, Point? maybe) {
        Span<int> stack = stackalloc int[8]; int* raw = stackalloc int[4];
        raw[1] = m.P.X; stack[2] = u.I; p.B = five[3]; five[1] = 9; pair.Second = m.O as string; Pair<int, string>.Shared = raw[0];
        var w = new Window { Span = stack, First = ref raw[0] }; w.First = maybe?.X ?? w.Span[1];
        var f = new Fixed(); f.Data[2] = 3; f.Next = raw; f.Call = &Take; f.Call(1, m.O);
        return pair.Compare(3) + maybe.GetValueOrDefault().Sum() + sizeof(Mixed) + *raw;
    }
    static void Take(int a, object b) { GC.KeepAlive(b); }
    public static T Shared<T>(T value, IEnumerable<T> more) where T : notnull {
        var list = new List<T>(more) { value }; T[] all = list.ToArray(); object box = all[0]; ref T first = ref all[0]; first = (T)box;
        Map<T, string> map = x => x.ToString() + typeof(T).Name; return map(value).Length > list.Count ? all[0] : default;
    }
    public static T Add<T>(T a, T b) where T : struct, IAdd<T> => a + b + T.Zero;
    public static object Objects(Animal a, int n) {
        Binary d = Both; d(n, new Point { X = 1 }, out var s); a.Fire(); a[3] = n; IShape<object> shape = a as Dog;
        var grid = new int[2, 3]; grid[1, 2] = n; var jagged = new Point[n][]; jagged[0] = new[] { default(Point) };
        foreach (int i in a) n += i; Animal.Count = n; Interlocked.Increment(ref Animal.Count); Volatile.Write(ref n, 3);
        return new object[] { grid[0, 1], jagged[0][0].X, shape?.Title(), d, s, a.Echo(n), a.Echo("x"), a.Locked(n), (Color)n, typeof(Pair<,>), 1.5m };
    }
    static int Both(int a, in Point b, out string c) { c = b.ToString(); return a + b.Y; }
    public static object Everything() {
        var five = new Five(); Packed p = default;
        return new object[] { Numbers(1, 2, 3, 4, 5, 6, 7, 8), Flow(1, "", null), Handlers(x => x, ""), Structs(default, default, ref p, default, five, null), Shared(3, primes), Shared("s", new[] { "t" }),
            Add(new Money(), new Money()), Objects(new Dog(), 1), new Objects().Deep(), new Objects().Many(2), new Dog().Clone(), Color.Red.ToString(), Slow.Later(3), Wide.Top, typeof(Mark) };
    }
}

// ---- the outside ---------------------------------------------------------------------------------

[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
struct Record {
    [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)] public string Name; [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public int[] Three;
    [MarshalAs(UnmanagedType.LPStr)] public string Text; [MarshalAs(UnmanagedType.I1)] public bool Yes; public Point Place; public Binary Call; public DateTime When;
}
[StructLayout(LayoutKind.Sequential)] class Formatted { public int A; [MarshalAs(UnmanagedType.VariantBool)] public bool B; public Record R; }
sealed class Handle : SafeHandle { public Handle() : base(0, true) { } public override bool IsInvalid => false; protected override bool ReleaseHandle() => true; }
class Custom : ICustomMarshaler {
    public static ICustomMarshaler GetInstance(string cookie) => new Custom();
    public object MarshalNativeToManaged(IntPtr p) => null; public IntPtr MarshalManagedToNative(object o) => 0; public void CleanUpNativeData(IntPtr p) { } public void CleanUpManagedData(object o) { } public int GetNativeDataSize() => 8;
}
[UnmanagedFunctionPointer(CallingConvention.Cdecl, SetLastError = true)] delegate bool Callback([MarshalAs(UnmanagedType.LPWStr)] string s, ref Record r);
static unsafe class Outside {
    [DllImport("none", SetLastError = true, CharSet = CharSet.Unicode, EntryPoint = "f1")] public static extern int Texts(string a, [MarshalAs(UnmanagedType.LPUTF8Str)] string b, System.Text.StringBuilder c, out string d);
    [DllImport("none", PreserveSig = false)] public static extern bool Records(Record a, ref Record b, out Record c, Formatted d, [In, Out] Formatted e);
    [DllImport("none")] public static extern Handle Handles(Handle a, ref Handle b, HandleRef c);
    [DllImport("none")] public static extern void Arrays([In] int[] a, [Out, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 2, ArraySubType = UnmanagedType.I4)] int[] b, int n, string[] c, bool[] d, ref byte e, [MarshalAs(UnmanagedType.LPArray, SizeConst = 4)] out Point[] f);
    [DllImport("none")] public static extern Callback Calls(Callback a, Binary b, delegate* unmanaged[Cdecl]<int, Point> c, [MarshalAs(UnmanagedType.FunctionPtr)] Delegate d);
    [DllImport("none")] public static extern void Odd([MarshalAs(UnmanagedType.CustomMarshaler, MarshalTypeRef = typeof(Custom), MarshalCookie = "k")] object a, DateTime b, Guid c, decimal d, char e, nint f, [MarshalAs(UnmanagedType.Bool)] bool g, __arglist);
    [DllImport("none"), SuppressGCTransition] public static extern Point Quick(Point a, float b);
    [DllImport("libSystem.Native")] public static extern nint Linked(nint a);
    [UnmanagedCallersOnly(EntryPoint = "subject_in")] public static int In(int a, Point b, byte* c) => a + b.X + *c;
    [UnmanagedCallersOnly(EntryPoint = "subject_run")] public static int Run(nint p) { Bodies.Everything(); All(p); return 0; }
    public static object All(nint p) {
        var r = new Record { Name = "n" }; Texts("a", "b", new(), out var d); Records(r, ref r, out r, null, new()); Handle h = null; Handles(new(), ref h, default);
        byte e = 0; Arrays(null, null, 0, null, null, ref e, out var f); var c = Calls(null, null, null, null); Quick(default, 1); Linked(p);
        Marshal.StructureToPtr(r, p, true); ((delegate* unmanaged<int, void>)p)(3); delegate* unmanaged<int, Point, byte*, int> self = &In;
        return Marshal.GetDelegateForFunctionPointer<Callback>(p) ?? (object)Marshal.PtrToStructure<Formatted>(p) ?? Marshal.SizeOf<Record>() + (nint)self + Marshal.GetFunctionPointerForDelegate(c);
    }
}
