// tests/host/GuestCallbacks.cs - delegates that the host calls through function pointers.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

public static class GuestCallbacks
{
    public delegate int Operation(int a, int b);

    class Calculator
    {
        public int K;

        public int Add(int a, int b) => a + b + K;

        public int Throw(int a, int b) => throw new InvalidOperationException("out of a callback");
    }

    static Operation kept;

    static int Closed(this string text, int a, int b) => a * b * text.Length;

    // Its delegate lives as long as the module.
    [UnmanagedCallersOnly(EntryPoint = "cb_kept")]
    public static nint Kept()
    {
        kept = new Calculator { K = 100 }.Add;
        return Marshal.GetFunctionPointerForDelegate(kept);
    }

    [UnmanagedCallersOnly(EntryPoint = "cb_throwing")]
    public static nint Throwing()
    {
        kept = new Calculator().Throw;
        return Marshal.GetFunctionPointerForDelegate(kept);
    }

    // Nothing keeps the delegates.
    [UnmanagedCallersOnly(EntryPoint = "cb_forgotten")]
    public static nint Forgotten(int isStatic) => Marshal.GetFunctionPointerForDelegate(isStatic != 0 ? "x".Closed : new Operation(new Calculator().Add));
}
