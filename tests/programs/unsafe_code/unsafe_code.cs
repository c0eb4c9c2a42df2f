// Pointers: arithmetic, comparison, all element types, fixed over arrays, strings and fields, stackalloc, pointers to structs,
// pointer casts, sizeof, function pointers with unmanaged calls, native memory, Unsafe.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace unsafe_code;

struct Node { public int V; public unsafe Node* Next; }
struct Rec { public byte A; public short B; public int C; public long D; public double E; public char F; public bool G; }
class Obj { public int A = 1; public long B = 2; public Rec R; public byte[] Data = { 1, 2, 3 }; }

static unsafe class Program
{
    [DllImport("libc", EntryPoint = "abs")] static extern int Abs(int v);
    [DllImport("libc", EntryPoint = "strlen")] static extern nuint Strlen(byte* s);
    [DllImport("libc", EntryPoint = "labs")] static extern long Labs(long v);
    [DllImport("libc", EntryPoint = "memcmp")] static extern int Memcmp(void* a, void* b, nuint n);
    [DllImport("libc", EntryPoint = "toupper")] static extern int ToUpper(int c);
    [DllImport("libc", EntryPoint = "strtol")] static extern long Strtol(byte* s, byte** end, int radix);
    [DllImport("libm.so.6", EntryPoint = "ldexp")] static extern double Ldexp(double x, int e);
    [DllImport("libc", EntryPoint = "qsort")] static extern void Qsort(void* b, nuint n, nuint size, delegate* unmanaged<void*, void*, int> cmp);
    [DllImport("libc", EntryPoint = "div")] static extern DivT Div(int a, int b);
    [StructLayout(LayoutKind.Sequential)] struct DivT { public int Quot, Rem; }
    [UnmanagedCallersOnly] static int Compare(void* a, void* b) => *(int*)a - *(int*)b;
    static int SumPtr(int* p, int n) { int t = 0; int* end = p + n; for (; p < end; p++) t += *p; return t; }
    static void Put<X>(X* p, int i, X v) where X : unmanaged => p[i] = v;
    static int Length(char* s) { char* p = s; while (*p != 0) p++; return (int)(p - s); }
    static void Swap(int** a, int** b) { int* t = *a; *a = *b; *b = t; }
    static bool Identical(Obj o) { fixed (int* p = &o.A) fixed (long* q = &o.B) { *p = 10; *q = 20; return (byte*)q != (byte*)p; } }

    internal static void Main()
    {
        int[] a = { 1, 2, 3, 4, 5 };
        fixed (int* p = a)
        {
            p[1] = 20; *(p + 2) += 5;
            T.P("sum " + SumPtr(p, 5) + " " + SumPtr(p + 1, 2) + " " + (int)(&p[4] - p) + (p < p + 1) + (p == &p[0]) + p[-1 + 1]); int* q = p + 4;
            q--; --q; q -= 1; T.P("walk " + *q + *q++ + *++q + (q - p)); long dist = (byte*)q - (byte*)p; T.P("bytes", dist);
        }
        fixed (int* e = new int[0]) T.P("empty " + (e == null)); fixed (int* e = (int[])null) T.P("null " + (e == null));
        fixed (char* c = "hello") T.P("string " + Length(c) + c[1]); fixed (int* p = &a[3]) *p = 44; fixed (int* p = a.AsSpan(1)) p[0]++;
        T.P(T.Join(a));
        byte* b = stackalloc byte[16]; for (int i = 0; i < 16; i++) b[i] = (byte)(i * 17);
        T.P("view " + *(int*)b + " " + *(short*)(b + 3) + " " + *(long*)(b + 5) + " " + *(ulong*)(b + 8) + " " + ((sbyte*)b)[15] + " "
            + *(ushort*)(b + 1));
        *(double*)b = 1.5; *(float*)(b + 8) = -2f; *(char*)(b + 12) = 'Z'; *(bool*)(b + 14) = true;
        T.P("write " + T.Hex(*(ulong*)b, 16) + T.Hex(*(uint*)(b + 8), 8) + b[12] + b[14]); Put((long*)b, 1, -1L); Put((byte*)b, 8, (byte)5);
        T.P("put " + ((long*)b)[1]); Node n1 = new Node { V = 1 }, n2 = new Node { V = 2, Next = &n1 }, n3 = new Node { V = 3, Next = &n2 };
        int chain = 0; for (Node* n = &n3; n != null; n = n->Next) { chain = chain * 10 + n->V; n->V++; } T.P("chain " + chain + n1.V);
        int x = 1, y = 2; int* px = &x, py = &y; Swap(&px, &py); *px = 9; T.P("swap " + x + y + **&py); void* v = &x; *(int*)v = 7;
        nint addr = (nint)v; T.P("void " + *(int*)addr + ((int*)(void*)addr == py));
        Rec r = default; Rec* pr = &r; pr->A = 1; pr->B = -2; (*pr).C = 3; pr->D = 4; pr->E = 5.5; pr->F = 'f'; pr->G = true;
        Rec* arr = stackalloc Rec[3]; arr[2] = *pr; arr[1] = arr[2]; arr[1].C = 33;
        T.P("rec " + r.B + r.F + arr[2].E + arr[1].C + arr[2].C + (int)((byte*)&arr[1] - (byte*)arr) + sizeof(Rec) + r.G); var o = new Obj();
        T.P("obj " + Identical(o) + o.A + o.B); fixed (Rec* fr = &o.R) { fr->D = 99; fr->F = 'q'; }
        fixed (byte* d = o.Data) { d[2] = 200; GC.Collect(); d[0]++; } T.P("obj " + o.R.D + o.R.F + o.Data[2] + o.Data[0]);
        int[,] m = { { 1, 2 }, { 3, 4 } }; fixed (int* p = m) { p[3] = 40; T.P("md", p[2]); } T.P("md", m[1, 1]);
        T.P("libc " + Abs(-5) + " " + Labs(-1L << 40) + " " + ToUpper('q') + " " + Ldexp(1.5, 4));
        fixed (byte* s = "native string\0"u8) T.P("strlen " + Strlen(s));
        fixed (byte* s = "123abc\0"u8) { byte* end; long num = Strtol(s, &end, 10); T.P("strtol " + num + (end - s)); } int[] un = { 5, -3, 9, 0, 2 };
        fixed (int* p = un) Qsort(p, 5, 4, &Compare); T.P("qsort " + T.Join(un)); var dv = Div(17, 5); T.P("div " + dv.Quot + dv.Rem);
        fixed (int* p = un, q = a) T.P("memcmp " + (Memcmp(p, p, 20) == 0) + (Memcmp(p, q, 20) != 0));
        byte* heap = (byte*)NativeMemory.AllocZeroed(100); int z = 0; for (int i = 0; i < 100; i++) z |= heap[i]; heap[99] = 5;
        heap = (byte*)NativeMemory.Realloc(heap, 1000); T.P("heap " + z + heap[99]); NativeMemory.Free(heap); nint hg = Marshal.AllocHGlobal(8);
        Marshal.WriteInt32(hg, 4, 77); T.P("hglobal " + Marshal.ReadInt32(hg, 4)); Marshal.FreeHGlobal(hg);
        ref int first = ref a[0]; ref int third = ref Unsafe.Add(ref first, 2); third = 300;
        T.P("unsafe " + a[2] + Unsafe.AreSame(ref third, ref a[2]) + Unsafe.ByteOffset(ref first, ref third)
            + Unsafe.IsAddressLessThan(ref first, ref third) + Unsafe.As<int, uint>(ref a[0]) + Unsafe.ReadUnaligned<long>(b + 3)
            + Unsafe.SizeOf<Rec>());
        Unsafe.WriteUnaligned(b + 1, 0x01020304); T.P("unaligned " + b[1] + b[4]); Unsafe.InitBlock(b, 0xab, 5); Unsafe.CopyBlock(b + 8, b, 4);
        T.P("block " + b[4] + b[5] + b[8] + b[11]); object boxed = 41; Unsafe.Unbox<int>(boxed)++; T.P("unbox " + boxed); object so = "as";
        T.P(Unsafe.As<string>(so) + Unsafe.AsRef(in a[1])); Buffer.MemoryCopy(b, b + 4, 12, 4); var gh = GCHandle.Alloc(a, GCHandleType.Pinned);
        *((int*)gh.AddrOfPinnedObject() + 1) = 555; gh.Free(); T.P("handle " + a[1]); var gn = GCHandle.Alloc("kept"); GC.Collect();
        T.P((string)gn.Target); gn.Free(); int sum = 0;
        for (int i = 0; i < 100; i++) { int* t = stackalloc int[i % 7 + 1]; t[i % 7] = i; sum += t[i % 7]; } T.P("loop", sum); Skip(); int local = 5;
        int* pl = &local; *pl += local; local *= *pl; T.P("alias", local);
    }

    [SkipLocalsInit] static void Skip() { Span<int> s = stackalloc int[10]; s.Fill(3); int t = 0; foreach (int v in s) t += v; T.P("skip", t); }
}
