// Marshal and NativeMemory without structures: allocation, strings both ways, copies, reads and writes, error codes.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace interop_marshal_memory;

static unsafe class Program
{
    static void Memory()
    {
        IntPtr p = Marshal.AllocHGlobal(100); T.P("hglobal", p != IntPtr.Zero); for (int i = 0; i < 100; i++) Marshal.WriteByte(p, i, (byte)i);
        p = Marshal.ReAllocHGlobal(p, (IntPtr)10000); T.P("kept", Marshal.ReadByte(p, 99)); Marshal.FreeHGlobal(p); Marshal.FreeHGlobal(IntPtr.Zero);
        p = Marshal.AllocCoTaskMem(16); Marshal.WriteInt64(p, 8, 42); p = Marshal.ReAllocCoTaskMem(p, 32); T.P("cotask", Marshal.ReadInt64(p + 8)); Marshal.FreeCoTaskMem(p);
        p = Marshal.ReAllocCoTaskMem(IntPtr.Zero, 8); T.P("from null", p != IntPtr.Zero); T.P("to nothing", Marshal.ReAllocCoTaskMem(p, 0) == IntPtr.Zero);
        T.P("zero bytes", Marshal.AllocHGlobal(0) != IntPtr.Zero);
        try { Marshal.AllocHGlobal(unchecked((IntPtr)(-1))); } catch (OutOfMemoryException) { T.P("out of memory"); }
        void* n = NativeMemory.Alloc(10); n = NativeMemory.Realloc(n, 20); NativeMemory.Free(n); n = NativeMemory.AllocZeroed(4, 4); T.P("zeroed", ((int*)n)[3]);
        NativeMemory.Fill(n, 16, 0x5a); T.P("filled", ((int*)n)[3]); NativeMemory.Clear(n, 16); T.P("cleared", ((int*)n)[0]); NativeMemory.Free(n); NativeMemory.Free(null);
        n = NativeMemory.AlignedAlloc(100, 256); T.P("aligned", (long)n % 256); n = NativeMemory.AlignedRealloc(n, 1000, 512); T.P("aligned", (long)n % 512); NativeMemory.AlignedFree(n);
        try { NativeMemory.AlignedAlloc(8, 3); } catch (ArgumentException) { T.P("bad alignment"); }
        try { NativeMemory.Alloc(nuint.MaxValue); } catch (OutOfMemoryException) { T.P("out of memory"); }
        byte* a = stackalloc byte[8], b = stackalloc byte[8]; for (int i = 0; i < 8; i++) a[i] = (byte)(i * i); NativeMemory.Copy(a, b, 8); T.P("copied", b[7]);
    }

    static void Strings()
    {
        string s = "a\u00e4\u20ac\ud83d\ude00z";
        IntPtr p = Marshal.StringToHGlobalAnsi(s); T.P("ansi", Marshal.PtrToStringAnsi(p)); T.P("ansi 3", Marshal.PtrToStringAnsi(p, 3)); T.P("utf8", Marshal.PtrToStringUTF8(p)); Marshal.FreeHGlobal(p);
        p = Marshal.StringToHGlobalUni(s); T.P("uni", Marshal.PtrToStringUni(p)); T.P("uni 2", Marshal.PtrToStringUni(p, 2)); T.P("uni end", Marshal.ReadInt16(p, 2 * s.Length)); Marshal.FreeHGlobal(p);
        p = Marshal.StringToHGlobalAuto(s); T.P("auto", Marshal.PtrToStringAuto(p)); Marshal.FreeHGlobal(p);
        p = Marshal.StringToCoTaskMemAnsi(s); T.P("co ansi", Marshal.PtrToStringAnsi(p)); Marshal.ZeroFreeCoTaskMemAnsi(p);
        p = Marshal.StringToCoTaskMemUni(s); T.P("co uni", Marshal.PtrToStringUni(p)); Marshal.ZeroFreeCoTaskMemUnicode(p);
        p = Marshal.StringToCoTaskMemUTF8(s); T.P("co utf8", Marshal.PtrToStringUTF8(p)); T.P("utf8 3", Marshal.PtrToStringUTF8(p, 3)); Marshal.ZeroFreeCoTaskMemUTF8(p);
        p = Marshal.StringToCoTaskMemAuto(s); T.P("co auto", Marshal.PtrToStringAuto(p)); Marshal.FreeCoTaskMem(p);
        p = Marshal.StringToBSTR(s); T.P("bstr", Marshal.PtrToStringBSTR(p)); T.P("bstr length", Marshal.ReadInt32(p, -4)); Marshal.FreeBSTR(p);
        p = Marshal.StringToBSTR("a\0b"); T.P("bstr nul", Marshal.PtrToStringBSTR(p).Length); Marshal.ZeroFreeBSTR(p);
        T.P("nulls", Marshal.StringToHGlobalAnsi(null) == IntPtr.Zero && Marshal.StringToCoTaskMemUni(null) == IntPtr.Zero && Marshal.StringToBSTR(null) == IntPtr.Zero);
        T.P("null strings", Marshal.PtrToStringAnsi(IntPtr.Zero) == null && Marshal.PtrToStringUni(IntPtr.Zero) == null && Marshal.PtrToStringUTF8(IntPtr.Zero) == null);
        try { Marshal.PtrToStringBSTR(IntPtr.Zero); } catch (ArgumentNullException e) { T.P("null bstr", e.ParamName); }
        try { Marshal.PtrToStringAnsi(IntPtr.Zero, 1); } catch (ArgumentNullException e) { T.P("null ansi", e.ParamName); }
        try { Marshal.PtrToStringUni((IntPtr)1, -1); } catch (ArgumentException e) { T.P("negative", e.ParamName); }
        var secret = new SecureString(); foreach (char c in "pass\u00e4") secret.AppendChar(c); secret.MakeReadOnly();
        p = Marshal.SecureStringToGlobalAllocUnicode(secret); T.P("secure", Marshal.PtrToStringUni(p)); Marshal.ZeroFreeGlobalAllocUnicode(p);
        p = Marshal.SecureStringToCoTaskMemAnsi(secret); T.P("secure ansi", Marshal.PtrToStringAnsi(p)); Marshal.ZeroFreeCoTaskMemAnsi(p);
        p = Marshal.SecureStringToBSTR(secret); T.P("secure bstr", Marshal.PtrToStringBSTR(p)); Marshal.ZeroFreeBSTR(p);
    }

    static void Copies()
    {
        IntPtr p = Marshal.AllocHGlobal(256);
        Marshal.Copy(new byte[] { 1, 2, 3, 4 }, 1, p, 3); byte[] b = new byte[4]; Marshal.Copy(p, b, 1, 3); T.P("bytes", T.Join(b));
        Marshal.Copy(new char[] { 'x', '\u20ac' }, 0, p, 2); char[] c = new char[2]; Marshal.Copy(p, c, 0, 2); T.P("chars " + new string(c));
        Marshal.Copy(new short[] { -1, 2 }, 0, p, 2); short[] h = new short[2]; Marshal.Copy(p, h, 0, 2); T.P("shorts", T.Join(h));
        Marshal.Copy(new int[] { -1, 2 }, 0, p, 2); int[] i = new int[2]; Marshal.Copy(p, i, 0, 2); T.P("ints", T.Join(i));
        Marshal.Copy(new long[] { -1, 2 }, 0, p, 2); long[] l = new long[2]; Marshal.Copy(p, l, 0, 2); T.P("longs", T.Join(l));
        Marshal.Copy(new float[] { -1.5f, 2 }, 0, p, 2); float[] f = new float[2]; Marshal.Copy(p, f, 0, 2); T.F("float", f[0]);
        Marshal.Copy(new double[] { -1.5, 2 }, 0, p, 2); double[] d = new double[2]; Marshal.Copy(p, d, 0, 2); T.D("double", d[0]);
        Marshal.Copy(new IntPtr[] { (IntPtr)7, p }, 0, p, 2); IntPtr[] q = new IntPtr[2]; Marshal.Copy(p, q, 0, 2); T.P("pointers", q[1] == p);
        try { Marshal.Copy((byte[])null, 0, p, 1); } catch (ArgumentNullException e) { T.P("null", e.ParamName); }
        try { Marshal.Copy(b, 0, IntPtr.Zero, 1); } catch (ArgumentNullException e) { T.P("null", e.ParamName); }
        try { Marshal.Copy(b, 3, p, 2); } catch (ArgumentOutOfRangeException e) { T.P("range", e.ParamName); }
        try { Marshal.Copy(p, b, -1, 2); } catch (ArgumentOutOfRangeException e) { T.P("range", e.ParamName); }
        Marshal.WriteByte(p, 200); Marshal.WriteInt16(p, 2, -2); Marshal.WriteInt32(p, 4, -4); Marshal.WriteInt64(p, 8, -8); Marshal.WriteIntPtr(p, 16, p); Marshal.WriteInt16(p, 24, 'c');
        T.P("read", Marshal.ReadByte(p)); T.P("read", Marshal.ReadInt16(p, 2)); T.P("read", Marshal.ReadInt32(p, 4)); T.P("read", Marshal.ReadInt64(p, 8)); T.P("read", Marshal.ReadIntPtr(p, 16) == p);
        Marshal.WriteInt32(p + 1, 0x01020304); T.P("unaligned", Marshal.ReadInt32(p, 1)); Marshal.WriteInt64(p + 3, 77); T.P("unaligned", Marshal.ReadInt64(p, 3));
        try { Marshal.ReadInt32(IntPtr.Zero); } catch (NullReferenceException) { T.P("null read"); } catch (AccessViolationException) { T.P("null read"); }
        Marshal.FreeHGlobal(p);
        int[] pinned = { 10, 20, 30 }; GCHandle g = GCHandle.Alloc(pinned, GCHandleType.Pinned); T.P("pinned", Marshal.ReadInt32(Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 1)));
        T.P("same", g.AddrOfPinnedObject() == Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0)); T.P("array data", Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(pinned), 2));
        T.P("array data", Unsafe.As<byte, int>(ref MemoryMarshal.GetArrayDataReference((Array)pinned))); g.Free();
        try { GCHandle.Alloc(new object[1], GCHandleType.Pinned); } catch (ArgumentException) { T.P("not pinnable"); }
        g = GCHandle.Alloc("text", GCHandleType.Pinned); T.P("pinned text", (char)Marshal.ReadInt16(g.AddrOfPinnedObject()) + ""); g.Free();
        T.P("span", MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)Marshal.StringToCoTaskMemUTF8("seven77")).Length);
    }

    static void Codes()
    {
        T.P("hr", Marshal.GetHRForException(new ArgumentException())); T.P("hr", Marshal.GetHRForException(new OutOfMemoryException())); T.P("hr null", Marshal.GetHRForException(null));
        int[] codes = { unchecked((int)0x80070057), unchecked((int)0x8007000E), unchecked((int)0x80004001), unchecked((int)0x80004003), unchecked((int)0x80070005), unchecked((int)0x80004002), unchecked((int)0x80131509), unchecked((int)0x81234567) };
        foreach (int code in codes)
        {
            try { Marshal.ThrowExceptionForHR(code); T.P("no exception"); }
            catch (ArgumentException) { T.P("ArgumentException", code); } catch (OutOfMemoryException) { T.P("OutOfMemoryException", code); }
            catch (NotImplementedException) { T.P("NotImplementedException", code); } catch (NullReferenceException) { T.P("NullReferenceException", code); }
            catch (UnauthorizedAccessException) { T.P("UnauthorizedAccessException", code); } catch (InvalidCastException) { T.P("InvalidCastException", code); }
            catch (InvalidOperationException) { T.P("InvalidOperationException", code); } catch (COMException e) { T.P("COMException", e.ErrorCode); }
        }
        Marshal.ThrowExceptionForHR(0); Marshal.ThrowExceptionForHR(1); T.P("success codes pass");
        T.P("exception", Marshal.GetExceptionForHR(unchecked((int)0x80070057)) is ArgumentException); T.P("no exception", Marshal.GetExceptionForHR(0) == null);
        Marshal.SetLastSystemError(2); int e2 = Marshal.GetLastSystemError(); T.P("system error", e2); T.P("message", Marshal.GetPInvokeErrorMessage(2)); T.P("message", Marshal.GetPInvokeErrorMessage(13));
        Marshal.SetLastPInvokeError(2); string last = Marshal.GetLastPInvokeErrorMessage(); int hr = Marshal.GetHRForLastWin32Error(), win32 = Marshal.GetLastWin32Error(); T.P("last message", last); T.P("hr of error", hr); T.P("win32", win32);
        T.P("sizes", Marshal.SystemDefaultCharSize + " " + Marshal.SystemMaxDBCSCharSize);
        try { Marshal.GetTypeFromCLSID(Guid.Empty); T.P("clsid"); } catch (PlatformNotSupportedException) { T.P("no COM"); }
        try { Marshal.GetIUnknownForObject(new object()); } catch (PlatformNotSupportedException) { T.P("no COM"); }
        try { Marshal.BindToMoniker("x"); } catch (PlatformNotSupportedException) { T.P("no COM"); }
        T.P("com object", Marshal.IsComObject(new object())); try { T.P("release", Marshal.ReleaseComObject(new object())); } catch (PlatformNotSupportedException) { T.P("no COM"); }
    }

    sealed class Handle : SafeHandle
    {
        public static int Released;
        public Handle() : base(IntPtr.Zero, true) { }
        public override bool IsInvalid => handle == IntPtr.Zero;
        protected override bool ReleaseHandle() { Released++; return true; }
    }

    static void Handles()
    {
        var h = new Handle(); Marshal.InitHandle(h, (IntPtr)9); T.P("handle", (long)h.DangerousGetHandle()); h.Dispose(); T.P("released", Handle.Released);
        IntPtr p = GCHandle.ToIntPtr(GCHandle.Alloc("kept")); T.P("through pointer", (string)GCHandle.FromIntPtr(p).Target); GCHandle.FromIntPtr(p).Free();
        try { Marshal.InitHandle(null, IntPtr.Zero); } catch (NullReferenceException) { T.P("null handle"); } catch (ArgumentNullException) { T.P("null handle"); }
    }

    public static void Main() { Memory(); Strings(); Copies(); Codes(); Handles(); }
}
