// Marshal on delegates whose type only the run knows: System.Delegate and Type variables.
using System;
using System.Runtime.InteropServices;

namespace interop_delegates_any;

delegate int Op(int a, int b);
delegate long Twice(long a);

static unsafe class Program
{
    static Delegate Pick(int k) => k == 0 ? new Op((a, b) => a + b) : new Twice(a => a * 2);

    public static void Main()
    {
        Delegate op = Pick(T.Opaque(0)), twice = Pick(T.Opaque(1));
        T.P("op", ((delegate* unmanaged<int, int, int>)Marshal.GetFunctionPointerForDelegate(op))(3, 4));
        IntPtr p = Marshal.GetFunctionPointerForDelegate(twice);
        T.P("twice", ((delegate* unmanaged<long, long>)p)(21));
        T.P("same", ReferenceEquals(twice, Marshal.GetDelegateForFunctionPointer(p, twice.GetType())));
        IntPtr native = NativeLibrary.GetExport(NativeLibrary.Load("libcorert_interop_calls.so"), "calls_add");
        T.P("native", ((Op)Marshal.GetDelegateForFunctionPointer(native, op.GetType()))(20, 22));
        try { Marshal.GetFunctionPointerForDelegate<Delegate>(null); } catch (ArgumentNullException e) { T.P("null", e.ParamName); }
        GC.KeepAlive(op); GC.KeepAlive(twice);
    }
}
