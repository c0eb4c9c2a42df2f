// Delegates as native functions: every shape of delegate, blittable and converted signatures, pointers that come back as the
// same delegate, native functions as delegates, options of UnmanagedFunctionPointer, other threads, nesting.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace interop_delegates;

[StructLayout(LayoutKind.Sequential)] struct Pair { public int A; public double B; }
[StructLayout(LayoutKind.Sequential)] struct Big { public long A, B, C, D; }

delegate int Op(int a, int b);
delegate void Act();
delegate double Mix(sbyte a, ushort b, long c, float d, double e, IntPtr f);
delegate sbyte Narrow(sbyte a, byte b, short c, ushort d);
delegate int Sum9(int a, int b, int c, int d, int e, int f, int g, int h, int i);
delegate Pair OnPair(Pair p);
delegate Big OnBig(Big p);
delegate bool OnBool(bool b);
[return: MarshalAs(UnmanagedType.U1)] delegate bool OnBool1([MarshalAs(UnmanagedType.U1)] bool b);
delegate void OnRef(ref int a, out int b);
delegate void OnRefBool(ref bool b);
delegate string OnText([MarshalAs(UnmanagedType.LPStr)] string a, [MarshalAs(UnmanagedType.LPWStr)] string b);
delegate int OnArray([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] int[] a, int n);
delegate void OnArrayOut([In, Out, MarshalAs(UnmanagedType.LPArray, SizeConst = 3)] int[] a, int n);
delegate char OnChar(char c);
[UnmanagedFunctionPointer(CallingConvention.Cdecl, CharSet = CharSet.Unicode)] delegate char OnWideChar(char c);
delegate Op OnFunction(Op f);
[UnmanagedFunctionPointer(CallingConvention.Cdecl, SetLastError = true)] delegate int Errno(int value);
delegate int Nest(int depth);

class Box
{
    public int K; public Box(int k) { K = k; }
    public int Inst(int a, int b) => a * b + K;
    public virtual int Virt(int a, int b) => a + b + K;
    public static int Stat(int a, int b) => a - b;
}
class Derived : Box { public Derived(int k) : base(k) { } public override int Virt(int a, int b) => 1000 + base.Virt(a, b); }
struct Val { public int N; public int Add(int a, int b) => N += a + b; }
static class Ext { public static int Closed(this string s, int a, int b) => s.Length * 100 + a + b; }

static class Program
{
    const string L = "corert_interop_calls";
    [DllImport(L)] static extern int calls_back(Op f, int a, int b);
    [DllImport(L, EntryPoint = "calls_back")] static extern int calls_back_ptr(IntPtr f, int a, int b);
    [DllImport(L)] static extern void calls_back_void(Act f);
    [DllImport(L)] static extern double calls_back_mix(Mix f);
    [DllImport(L)] static extern int calls_back_narrow(Narrow f);
    [DllImport(L)] static extern int calls_back_sum9(Sum9 f);
    [DllImport(L)] static extern Pair calls_back_pair(OnPair f);
    [DllImport(L)] static extern long calls_back_big(OnBig f);
    [DllImport(L)] static extern int calls_back_bool(OnBool f, int v);
    [DllImport(L)] static extern int calls_back_bool1(OnBool1 f, byte v);
    [DllImport(L)] static extern int calls_back_ref(OnRef f, int v);
    [DllImport(L)] static extern int calls_back_refbool(OnRefBool f, int v);
    [DllImport(L)] static extern int calls_back_text(OnText f);
    [DllImport(L)] static extern int calls_back_text_null(OnText f);
    [DllImport(L)] static extern int calls_back_array(OnArray f);
    [DllImport(L)] static extern int calls_back_array_out(OnArrayOut f);
    [DllImport(L)] static extern int calls_back_chars(OnChar f);
    [DllImport(L)] static extern int calls_back_wchars(OnWideChar f);
    [DllImport(L)] static extern int calls_back_function(OnFunction f);
    [DllImport(L)] static extern void calls_keep(Op f);
    [DllImport(L)] static extern Op calls_kept();
    [DllImport(L)] static extern Op calls_adder();
    [DllImport(L, EntryPoint = "calls_adder")] static extern IntPtr calls_adder_ptr();
    [DllImport(L)] static extern int calls_kept_call(int a, int b);
    [DllImport(L)] static extern int calls_back_on_thread(Op f, int a, int b);
    [DllImport(L)] static extern int calls_nest(Nest f, int depth);

    static string log = "";
    static int Twice(int a, int b) => 2 * (a + b);
    static int NestBack(int d) => calls_nest(NestBack, d);

    static void Shapes()
    {
        var box = new Box(5); var derived = new Derived(7); int captured = 3;
        T.P("static", calls_back(Box.Stat, 10, 4));
        T.P("lambda", calls_back((a, b) => a ^ b, 12, 10));
        T.P("closure", calls_back((a, b) => a + b + captured++, 1, 1));
        T.P("captured", captured);
        T.P("instance", calls_back(box.Inst, 3, 4));
        T.P("virtual", calls_back(derived.Virt, 1, 2));
        Val v = new Val { N = 1 }; Op boxed = v.Add;
        T.P("struct", calls_back(boxed, 1, 2)); T.P("struct again", calls_back(boxed, 1, 2)); T.P("original", v.N);
        T.P("extension", calls_back("four".Closed, 1, 2));
        T.P("null", calls_back(null, 1, 2));
        Op multi = (a, b) => { log += "x"; return a; }; multi += (a, b) => { log += "y"; return b; }; multi += Twice;
        T.P("multicast", calls_back(multi, 5, 6)); T.P("log", log);
        Op ofDelegate = multi.Invoke;
        T.P("of a delegate", calls_back(ofDelegate, 1, 1));
        int n = 0; Act act = () => n++; calls_back_void(act); calls_back_void(act); T.P("void", n);
        T.P("thread", calls_back_on_thread((a, b) => a * b, 6, 7));
        T.P("nest", calls_nest(NestBack, 20));
    }

    static void Signatures()
    {
        T.D("mix", calls_back_mix((a, b, c, d, e, f) => a + b + c + d + e + (f == IntPtr.Zero ? 0 : 1)));
        T.P("narrow", calls_back_narrow((a, b, c, d) => { T.P("narrow " + a + " " + b + " " + c + " " + d); return (sbyte)(a + b); }));
        T.P("sum9", calls_back_sum9((a, b, c, d, e, f, g, h, i) => a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i));
        Pair p = calls_back_pair(x => new Pair { A = x.A + 1, B = x.B * 4 }); T.P("pair", p.A); T.D("pair", p.B);
        T.P("big", calls_back_big(x => new Big { A = x.D, B = x.C, C = x.B, D = x.A }));
        T.P("bool 0", calls_back_bool(b => !b, 0)); T.P("bool 1", calls_back_bool(b => !b, 1)); T.P("bool 256", calls_back_bool(b => b, 256));
        T.P("bool1 0", calls_back_bool1(b => !b, 0)); T.P("bool1 2", calls_back_bool1(b => b, 2));
        T.P("ref", calls_back_ref((ref int a, out int b) => { b = a; a = 42; }, 9));
        T.P("ref bool", calls_back_refbool((ref bool b) => b = !b, 0)); T.P("ref bool", calls_back_refbool((ref bool b) => b = !b, 7));
        T.P("text", calls_back_text((a, b) => { T.P("got " + a + " " + b); return a + b; }));
        T.P("text null", calls_back_text_null((a, b) => { T.P("nulls", a == null && b == null); return null; }));
        T.P("array", calls_back_array((a, n) => { int s = 0; foreach (int x in a) s = s * 10 + x; return s * 10 + n; }));
        T.P("array out", calls_back_array_out((a, n) => { for (int i = 0; i < a.Length; i++) a[i] += 3; }));
        T.P("char", calls_back_chars(c => (char)(c + 1)));
        T.P("wide char", calls_back_wchars(c => (char)(c + 1)));
        T.P("function", calls_back_function(f => (a, b) => f(a, b) * 10));
        T.P("function itself", calls_back_function(f => f));
        T.P("function null", calls_back_function(f => null));
    }

    static void Pointers()
    {
        Op op = Twice, other = new Box(1).Inst;
        IntPtr p = Marshal.GetFunctionPointerForDelegate(op), q = Marshal.GetFunctionPointerForDelegate((Delegate)op);
        T.P("stable", p == q); T.P("distinct", p != Marshal.GetFunctionPointerForDelegate(other));
        T.P("through pointer", calls_back_ptr(p, 3, 4));
        T.P("same delegate", ReferenceEquals(op, Marshal.GetDelegateForFunctionPointer<Op>(p)));
        T.P("same delegate", ReferenceEquals(other, Marshal.GetDelegateForFunctionPointer(Marshal.GetFunctionPointerForDelegate(other), typeof(Op))));
        Op add = Marshal.GetDelegateForFunctionPointer<Op>(calls_adder_ptr());
        T.P("native", add(40, 2)); T.P("native target", add.Target == null);
        T.P("native pointer back", Marshal.GetFunctionPointerForDelegate(add) == calls_adder_ptr());
        T.P("native to native", calls_back(add, 5, 6));
        Op add2 = (Op)Marshal.GetDelegateForFunctionPointer(calls_adder_ptr(), typeof(Op));
        T.P("native type", add2(1, 2));
        Op returned = calls_adder(); T.P("returned", returned(8, 9));
        calls_keep(op); T.P("kept", ReferenceEquals(op, calls_kept())); T.P("kept call", calls_kept_call(1, 2));
        calls_keep(null); T.P("kept null", calls_kept() == null);
        Op both = add; both += Twice; T.P("multicast of native", calls_back(both, 1, 1));
        GC.KeepAlive(op);
    }

    static void Options()
    {
        Errno e = Marshal.GetDelegateForFunctionPointer<Errno>(NativeLibrary.GetExport(NativeLibrary.Load("libcorert_interop_calls.so"), "calls_errno"));
        Marshal.SetLastPInvokeError(0); int r = e(77), error = Marshal.GetLastPInvokeError(); T.P("result", r); T.P("error", error);
        Marshal.SetLastSystemError(5); T.P("system error", Marshal.GetLastSystemError());
    }

    static void Mistakes()
    {
        try { Marshal.GetFunctionPointerForDelegate<Op>(null); } catch (ArgumentNullException x) { T.P("null delegate " + x.ParamName); }
        try { Marshal.GetFunctionPointerForDelegate((Delegate)null); } catch (ArgumentNullException x) { T.P("null delegate " + x.ParamName); }
        try { Marshal.GetFunctionPointerForDelegate(new Func<int>(() => 1)); } catch (ArgumentException x) { T.P("generic " + x.ParamName); }
        try { Marshal.GetDelegateForFunctionPointer<Op>(IntPtr.Zero); } catch (ArgumentNullException x) { T.P("null pointer " + x.ParamName); }
        try { Marshal.GetDelegateForFunctionPointer((IntPtr)1, null); } catch (ArgumentNullException x) { T.P("null type " + x.ParamName); }
        try { Marshal.GetDelegateForFunctionPointer((IntPtr)1, typeof(string)); } catch (ArgumentException x) { T.P("no delegate " + x.ParamName); }
        try { Marshal.GetDelegateForFunctionPointer((IntPtr)1, typeof(Func<int>)); } catch (ArgumentException x) { T.P("generic " + x.ParamName); }
    }

    static void Equality()
    {
        Op a = Box.Stat, b = Box.Stat, c = Twice; var box = new Box(2); Op d = box.Inst, e = box.Inst, f = new Box(2).Inst;
        T.P("static equal", a.Equals(b) && a == b && a.GetHashCode() == b.GetHashCode()); T.P("static differ", a != c);
        T.P("instance equal", d == e && d.GetHashCode() == e.GetHashCode()); T.P("instance differ", d != f);
        IntPtr p = calls_adder_ptr(); Op n1 = Marshal.GetDelegateForFunctionPointer<Op>(p); Op n2 = n1;
        T.P("native equal", n1 == n2 && n1.Equals(n2)); T.P("target", ReferenceEquals(d.Target, box)); T.P("static target", a.Target == null);
        Op m1 = a + d, m2 = b + e; T.P("multi equal", m1 == m2 && m1.GetHashCode() == m2.GetHashCode()); T.P("multi target", ReferenceEquals(m1.Target, box));
        T.P("removed", (m1 - d) == a); T.P("closed static", ((Op)"ab".Closed) == ((Op)"ab".Closed)); T.P("closed target", (string)((Op)"ab".Closed).Target);
        T.P("list", m1.GetInvocationList().Length);
    }

    public static void Main() { Shapes(); Signatures(); Pointers(); Options(); Mistakes(); Equality(); }
}
