// engine/managed/Callbacks.cs - delegates that native code calls, and delegates made from native
// functions. Compiled code calls this by name (compiler/il/marshal_delegate.c).
// A thunk's context is the library's PInvokeMarshal.ThunkContextData; while the thunk is free the
// engine answers null for it.

using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Internal.Runtime;

namespace CoreRT.Companion
{
    internal sealed class NativeFunction : NativeFunctionPointerWrapper
    {
        public NativeFunction(nint function) : base(function) { }
    }

    public static unsafe class Callbacks
    {
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhGetCurrentCallback")]
        private static extern nint* Current();

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhIsThunkFree")]
        private static extern int IsThunkFree(nint context);

        // For System.Private.CoreLib: RuntimeAugments::TryGetThunkData. A free thunk stands for no
        // delegate any more: its pointer is that of any native function, which then reports itself.
        public static bool TryGetThunkData(object thunksHeap, nint thunk, out nint context,
            out nint target)
        {
            return Unsafe.As<ThunksHeap>(thunksHeap).TryGetThunkData(thunk, out context, out target) &&
                IsThunkFree(context) == 0;
        }

        // What the thunk that was just called stands for; null: its delegate is gone.
        public static Delegate Callee()
        {
            nint* context = Current();

            if (context == null || *context == 0)
                return null;
            return Unsafe.As<Delegate>(RuntimeImports.RhHandleGet(*context));
        }

        // The same for a delegate over a static method without a first argument: the method.
        public static nint StaticCallee()
        {
            nint* context = Current();

            if (context == null || *context == 0 || RuntimeImports.RhHandleGet(*context) == null)
                return 0;
            return context[1];
        }

        // Native code called a delegate that was collected. A program ends; a host is told, and
        // its call returns zero.
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Collected(string callback)
        {
            string text = "A callback was made on a garbage collected delegate of type '" + callback +
                "'.";

            if (!Engine.IsHosted())
                Environment.FailFast(text);
            fixed (char* first = text)
                Engine.UnhandledAtExport(first, text.Length);
        }

        // A delegate of `type` that calls a native function through `forward`.
        public static Delegate ForNative(nint type, nint function, nint forward)
        {
            Delegate result = Unsafe.As<Delegate>(RuntimeImports.RhNewObject((MethodTable*)type));

            result.InitializeClosedInstance(new NativeFunction(function), forward);
            return result;
        }

        public static StringBuilder Builder(string text) => new StringBuilder(text);
    }
}
