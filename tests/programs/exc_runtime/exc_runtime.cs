// Exceptions the runtime raises: null, bounds, division, overflow, casts, array stores, negative sizes, unboxing, invalid
// operations; state after the fault; faults in every kind of expression.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace exc_runtime;

class C
{
    public int F; public C Next; public static C S; public int P { get; set; } public virtual int V() => 1; public int N() => 2;
    public event Action E; public int[] A; public void Fire() => E(); public readonly struct St { public readonly int X; } public Big B;
    public ref int R => ref F;
}
struct Big { public long A, B, C, D; public string S; }
interface I { int M(); }
sealed class Sealed : I { public int M() => F; public int F = 5; }
class Base { }
class Der : Base, I { public int M() => 1; }
class Gen<X> { public X V; public X[] Arr; public object Cast(object o) => (X)o; public void Store(object[] a, X v) => a[0] = v; }

static class Program
{
    static C nul; static int zero; static long zeroL; static int[] arr = new int[3]; static int effects;
    static int Eff(int v) { effects = effects * 10 + v; return v; } static string Try(Action a) => T.Throws(a) + " ";
    [MethodImpl(MethodImplOptions.NoInlining)] static X Null<X>() where X : class => null; static int Div(int a, int b) => a / b;
    static int Rem(int a, int b) => a % b; static uint DivU(uint a, uint b) => a / b; static long DivL(long a, long b) => a / b;
    static ulong RemUL(ulong a, ulong b) => a % b; static decimal DivM(decimal a, decimal b) => a / b;

    internal static void Main()
    {
        T.P("null " + Try(() => _ = nul.F) + Try(() => nul.F = 1) + Try(() => _ = nul.P) + Try(() => nul.V()) + Try(() => nul.N())
            + Try(() => nul.E += () => { }) + Try(() => _ = nul.A[0]) + Try(() => _ = new C().A[0]) + Try(() => new C().Fire())
            + Try(() => _ = nul.Next.Next) + Try(() => _ = nul.B.D) + Try(() => nul.B = default) + Try(() => nul.R = 3)
            + Try(() => { lock (nul) { } }) + Try(() => throw null) + Try(() => Null<string>().Trim()) + Try(() => _ = Null<string>()[0])
            + Try(() => _ = Null<int[]>().Length) + Try(() => Null<I>().M()) + Try(() => Null<Sealed>().M()) + Try(() => Null<Action>()())
            + Try(() => _ = (int)Null<object>()) + Try(() => Null<object>().GetType()) + Try(() => Null<object>().Equals(1))
            + Try(() => { foreach (int x in Null<int[]>()) { } }) + Try(() => { foreach (int x in Null<List<int>>()) { } })
            + Try(() => { using (Null<IDisposable>()) { } }) + Try(() => { C.S = null; C.S.F++; }) + Try(() => _ = ((int?)null).Value)
            + Try(() => { object[] o = Null<object[]>(); o[0] = "x"; }) + Try(() => { ref int r = ref Null<int[]>()[0]; })
            + Try(() => { int[,] m = null; m[0, 0] = 1; }) + Try(() => { (int a, int b) = Null<Tuple<int, int>>(); })
            + Try(() => { string s = Null<string>(); switch (s.Length) { case 0: break; } }) + Try(() => { dynamicless(Null<C>()); })
            + Try(() => Null<Gen<string>>().V = "x") + Try(() => new Gen<int>().Arr[0]++) + Try(() => _ = Null<List<int>>()[0]));
        T.P("bounds " + Try(() => arr[3] = 1) + Try(() => arr[-1]++) + Try(() => _ = arr[Eff(7)]) + Try(() => _ = "abc"[T.Opaque(3)])
            + Try(() => new List<int>()[0] = 1) + Try(() => { Span<int> s = arr; s[3] = 1; }) + Try(() => _ = (new int[2, 2])[1, T.Opaque(2)])
            + Try(() => { ref int r = ref arr[T.Opaque(5)]; }) + Try(() => { for (int i = 0; i <= arr.Length; i++) arr[i] = i; }) + arr[2]
            + Try(() => { for (int i = 2; ; i--) arr[i] = 7; }) + arr[0] + Try(() => arr[unchecked((int)0x80000000 + zero)] = 1)
            + Try(() => arr[uint.MaxValue - (uint)zero] = 1) + Try(() => arr[long.MinValue + zeroL] = 1)
            + Try(() => { byte[] b = new byte[0]; b[zero] = 1; }) + Try(() => arr.AsSpan(T.Opaque(1), 3)));
        T.P("div " + Try(() => Div(1, zero)) + Try(() => Div(int.MinValue, -1)) + Try(() => Rem(1, zero)) + Try(() => Rem(int.MinValue, -1))
            + Try(() => DivU(1, 0)) + Try(() => DivL(1, zeroL)) + Try(() => DivL(long.MinValue, -1)) + Try(() => RemUL(1, 0))
            + Try(() => DivM(1, 0)) + Try(() => _ = 1.0 / zero) + Try(() => zero /= zero)
            + Try(() => { checked { int m = int.MinValue + zero; m = -m; } }) + Try(() => { byte b = 0; b = (byte)(5 / b); })
            + Try(() => { int x = 5 / arr[^1] + 5 / zero; }) + (1.0 / zero > 1e308) + Try(() => Math.DivRem(1, zero))
            + Try(() => _ = new decimal(1) % zero));
        object str = "s", i = 5;
        T.P("cast " + Try(() => _ = (int)str) + Try(() => _ = (string)i) + Try(() => _ = (long)i) + Try(() => _ = (C)str) + Try(() => _ = (I)str)
            + Try(() => _ = (Der)(object)new Base()) + Try(() => _ = (int[])(object)new long[1]) + Try(() => _ = (string[])(object)new object[1])
            + Try(() => _ = (Action)(object)new Func<int>(() => 1)) + Try(() => _ = (List<object>)(object)new List<string>())
            + Try(() => _ = (IEnumerable<int>)(object)new List<string>()) + Try(() => new Gen<string>().Cast(5))
            + Try(() => new Gen<int>().Cast("x")) + Try(() => new Gen<int>().Cast(null)) + Try(() => new Gen<string>().Cast(null))
            + Try(() => new Gen<int?>().Cast(null)) + Try(() => new Gen<I>().Cast(new Base())) + Try(() => _ = (DayOfWeek)(object)5L)
            + Try(() => { foreach (string s in new object[] { 1 }) { } }) + Try(() => Unsafe.Unbox<int>(5L)) + Try(() => _ = (Sealed)(I)new Der()));
        T.P("store " + Try(() => ((object[])new string[1])[0] = 5) + Try(() => new Gen<object>().Store(new string[1], 5))
            + Try(() => new Gen<string>().Store(new object[1], "x")) + Try(() => ((Base[])new Der[1])[0] = new Base())
            + Try(() => ((I[])new Der[1])[0] = new Sealed()) + Try(() => ((object[])new int[1][])[0] = new long[1])
            + Try(() => ((IList<object>)new string[1])[0] = 5) + Try(() => ((object[])new Action[1])[0] = new Func<int>(() => 1)));
        T.P("size " + Try(() => _ = new int[T.Opaque(-1)]) + Try(() => _ = new int[T.Opaque(-1L)])
            + Try(() => _ = new string[T.Opaque(int.MinValue)]) + Try(() => _ = new int[T.Opaque(-2), 3]) + Try(() => _ = new List<int>(-1))
            + Try(() => new string('x', T.Opaque(-1))) + Try(() => _ = new long[T.Opaque(1L << 33)]) + Try(() => GC.AllocateArray<byte>(-1)));
        effects = 0; Try(() => arr[Eff(1)] = Eff(2) / zero * Eff(3)); T.P("order1 " + effects); effects = 0; Try(() => arr[Eff(9)] = Eff(2));
        T.P("order2 " + effects); effects = 0; Try(() => Null<C>().F = Eff(4)); T.P("order3 " + effects); effects = 0;
        Try(() => Null<int[]>()[Eff(1)] = Eff(2)); T.P("order4 " + effects); effects = 0; Try(() => Null<C>().N2(Eff(5))); T.P("order5 " + effects);
        int keep = 1; try { keep = 2; keep = arr[zero + 5]; keep = 3; } catch (IndexOutOfRangeException) { } T.P("keep", keep); int sum = 0;
        for (int k = 0; k < 10; k++) { try { sum += arr[k]; } catch (IndexOutOfRangeException) { sum += 1000; } } T.P("sum", sum);
        var c = new C { F = 1 }; try { c.F = Div(5, zero); } catch (DivideByZeroException) { } T.P("field", c.F);
        T.P("switch " + Try(() => _ = zero switch { 1 => 1 })); var e = new List<int> { 1, 2, 3 };
        T.P("library " + Try(() => e.RemoveAt(9)) + Try(() => { foreach (int x in e) e.Add(1); }) + Try(() => e.GetEnumerator().MoveNext())
            + Try(() => new Dictionary<string, int>()["q"]++) + Try(() => int.Parse("x")) + Try(() => "a".Substring(5))
            + Try(() => Array.Copy(arr, new int[1], 3)) + Try(() => throw new NotImplementedException()) + Try(() => new Queue<int>().Dequeue())
            + Try(() => Convert.ToByte(300)) + Try(() => string.Format("{9}", 1)) + Try(() => ArgumentNullException.ThrowIfNull((object)null))
            + Try(() => ArgumentOutOfRangeException.ThrowIfNegative(-1)) + Try(() => throw new ObjectDisposedException("x")));
    }

    static void dynamicless(C c) => c.F++;
    static int N2(this C c, int v) => c.F + v;
}
