// engine/managed/Values.cs - strings, arrays, boxes, delegates and exceptions for the embedding API.
// Called by engine/api_value.c and engine/api_error.c through loader/classlib_functions.def. A
// handle is what GCHandle.ToIntPtr gives; 0 stands for the null reference. Nothing is thrown out of
// here: every body ends with a corert_status.

using System;
using System.Collections.Generic;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Internal.Runtime;

namespace CoreRT.Companion
{
    // corert_status; only what is answered here.
    internal static class Status
    {
        internal const int Ok = 0;
        internal const int Misuse = 1;
        internal const int NoMemory = 2;
        internal const int Exception = 9;
        internal const int Type = 12;
        internal const int Range = 13;
    }

    // corert_kind.
    internal enum Kind
    {
        Null, Other, String, Delegate, Exception, Array, Object,
        Bool = 16, Char, SByte, Byte, Int16, UInt16, Int32, UInt32, Int64, UInt64, Single, Double,
        IntPtr, UIntPtr
    }

    public static unsafe class Values
    {
        internal static object Target(nint handle)
        {
            return handle == 0 ? null : Unsafe.AsRef<object>((void*)(handle & ~(nint)1));
        }

        private static int Answer(object value, nint* handle)
        {
            *handle = value == null ? 0 : GCHandle.ToIntPtr(GCHandle.Alloc(value));
            return Status.Ok;
        }

        private static int Failure(Exception exception)
        {
            if (exception is OutOfMemoryException)
                return Status.NoMemory;
            Engine.KeepError(exception);
            Engine.Report(exception);
            return Status.Exception;
        }

        // ---- strings ----

        [UnmanagedCallersOnly]
        public static int StringFromUtf8(byte* text, nuint bytes, nint* handle)
        {
            try
            {
                if (bytes > int.MaxValue)
                    return Status.NoMemory;
                return Answer(Encoding.UTF8.GetString(new ReadOnlySpan<byte>(text, (int)bytes)), handle);
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        [UnmanagedCallersOnly]
        public static int StringFromUtf16(char* text, nuint units, nint* handle)
        {
            try
            {
                if (units > int.MaxValue)
                    return Status.NoMemory;
                return Answer(new string(text, 0, (int)units), handle);
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        // As many whole characters as fit, and a terminator.
        [UnmanagedCallersOnly]
        public static int StringToUtf8(nint handle, byte* buffer, nuint size, nuint* needed)
        {
            try
            {
                if (Target(handle) is not string text)
                    return Status.Type;
                *needed = (nuint)Encoding.UTF8.GetByteCount(text);
                if (size == 0)
                    return Status.Range;
                if (size > int.MaxValue)
                    size = int.MaxValue;
                System.Text.Unicode.Utf8.FromUtf16(text, new Span<byte>(buffer, (int)size - 1), out _,
                    out int written, true, true);
                buffer[written] = 0;
                return *needed < size ? Status.Ok : Status.Range;
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        [UnmanagedCallersOnly]
        public static int StringToUtf16(nint handle, char* buffer, nuint size, nuint* needed)
        {
            if (Target(handle) is not string text)
                return Status.Type;
            *needed = (nuint)text.Length;
            if (size == 0)
                return Status.Range;
            int count = (nuint)text.Length < size ? text.Length : (int)(size - 1);

            if (count < text.Length && count > 0 && char.IsHighSurrogate(text[count - 1]))
                count--;
            text.AsSpan(0, count).CopyTo(new Span<char>(buffer, count));
            buffer[count] = '\0';
            return count == text.Length ? Status.Ok : Status.Range;
        }

        // ---- kinds ----

        private static Kind KindOfPrimitive(EETypeElementType type)
        {
            // The library's order: Boolean, Char, SByte ... UInt64, IntPtr, UIntPtr, Single, Double.
            switch (type)
            {
                case EETypeElementType.Single: return Kind.Single;
                case EETypeElementType.Double: return Kind.Double;
                case EETypeElementType.IntPtr: return Kind.IntPtr;
                case EETypeElementType.UIntPtr: return Kind.UIntPtr;
                default:
                    if (type < EETypeElementType.Boolean || type > EETypeElementType.UInt64)
                        return Kind.Other;
                    return Kind.Bool + (type - EETypeElementType.Boolean);
            }
        }

        private static Kind KindOfObject(object value)
        {
            switch (value)
            {
                case null: return Kind.Null;
                case string: return Kind.String;
                case Delegate: return Kind.Delegate;
                case Exception: return Kind.Exception;
                case Array: return Kind.Array;
            }
            MethodTable* type = value.GetMethodTable();

            if (type->IsValueType)
                return KindOfPrimitive(type->ElementType);
            return type->BaseType == null ? Kind.Object : Kind.Other;
        }

        private static Kind KindOfElement(Array array)
        {
            MethodTable* element = array.GetMethodTable()->RelatedParameterType;

            if (element->IsValueType)
                return KindOfPrimitive(element->ElementType);
            if (element == MethodTable.Of<string>())
                return Kind.String;
            return element == MethodTable.Of<object>() ? Kind.Object : Kind.Other;
        }

        // Of an array: its elements' kind in *element, else 0.
        [UnmanagedCallersOnly]
        public static int KindOf(nint handle, int* kind, int* element)
        {
            object value = Target(handle);

            *kind = (int)KindOfObject(value);
            *element = value is Array array ? (int)KindOfElement(array) : 0;
            return Status.Ok;
        }

        // ---- boxes ----

        [UnmanagedCallersOnly]
        public static int Box(int kind, void* value, nint* handle)
        {
            try
            {
                object box;

                switch ((Kind)kind)
                {
                    case Kind.Bool: box = *(byte*)value != 0; break;
                    case Kind.Char: box = *(char*)value; break;
                    case Kind.SByte: box = *(sbyte*)value; break;
                    case Kind.Byte: box = *(byte*)value; break;
                    case Kind.Int16: box = *(short*)value; break;
                    case Kind.UInt16: box = *(ushort*)value; break;
                    case Kind.Int32: box = *(int*)value; break;
                    case Kind.UInt32: box = *(uint*)value; break;
                    case Kind.Int64: box = *(long*)value; break;
                    case Kind.UInt64: box = *(ulong*)value; break;
                    case Kind.Single: box = *(float*)value; break;
                    case Kind.Double: box = *(double*)value; break;
                    case Kind.IntPtr: box = *(nint*)value; break;
                    case Kind.UIntPtr: box = *(nuint*)value; break;
                    default: return Status.Misuse;
                }
                return Answer(box, handle);
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        // The exact kind, as the CLI's unbox has it; an enum counts as its underlying type.
        [UnmanagedCallersOnly]
        public static int Unbox(nint handle, int kind, void* value)
        {
            object box = Target(handle);

            if ((Kind)kind < Kind.Bool || KindOfObject(box) != (Kind)kind)
                return Status.Type;
            MethodTable* type = box.GetMethodTable();

            new ReadOnlySpan<byte>(ref box.GetRawData(), (int)type->ValueTypeSize)
                .CopyTo(new Span<byte>(value, (int)type->ValueTypeSize));
            return Status.Ok;
        }

        // ---- arrays ----

        [UnmanagedCallersOnly]
        public static int ArrayNew(int kind, nuint length, nint* handle)
        {
            try
            {
                if (length > (nuint)Array.MaxLength)
                    return Status.NoMemory;
                int n = (int)length;
                Array array;

                switch ((Kind)kind)
                {
                    case Kind.Bool: array = new bool[n]; break;
                    case Kind.Char: array = new char[n]; break;
                    case Kind.SByte: array = new sbyte[n]; break;
                    case Kind.Byte: array = new byte[n]; break;
                    case Kind.Int16: array = new short[n]; break;
                    case Kind.UInt16: array = new ushort[n]; break;
                    case Kind.Int32: array = new int[n]; break;
                    case Kind.UInt32: array = new uint[n]; break;
                    case Kind.Int64: array = new long[n]; break;
                    case Kind.UInt64: array = new ulong[n]; break;
                    case Kind.Single: array = new float[n]; break;
                    case Kind.Double: array = new double[n]; break;
                    case Kind.IntPtr: array = new nint[n]; break;
                    case Kind.UIntPtr: array = new nuint[n]; break;
                    case Kind.String: array = new string[n]; break;
                    case Kind.Object: array = new object[n]; break;
                    default: return Status.Misuse;
                }
                return Answer(array, handle);
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        [UnmanagedCallersOnly]
        public static int ArrayLength(nint handle, nuint* length)
        {
            if (Target(handle) is not Array array)
                return Status.Type;
            *length = array.NativeLength;
            return Status.Ok;
        }

        // The bytes of an array without references, a string or a boxed primitive; null for others.
        private static ref byte Content(object value, ref nuint size)
        {
            if (value is string text)
            {
                size = (nuint)text.Length * sizeof(char);
                return ref Unsafe.As<char, byte>(ref text.GetRawStringData());
            }
            if (value is Array array && !array.GetMethodTable()->ContainsGCPointers)
            {
                size = array.NativeLength * array.ElementSize;
                return ref MemoryMarshal.GetArrayDataReference(array);
            }
            if (value != null && value.GetMethodTable()->IsPrimitive)
            {
                size = value.GetMethodTable()->ValueTypeSize;
                return ref value.GetRawData();
            }
            return ref Unsafe.NullRef<byte>();
        }

        // A handle that keeps the elements where they are; they may not be references.
        [UnmanagedCallersOnly]
        public static int ArrayPin(nint handle, nint* pin, void** data, nuint* bytes)
        {
            try
            {
                object value = Target(handle);
                nuint size = 0;
                ref byte probe = ref Content(value, ref size);

                if (Unsafe.IsNullRef(ref probe))
                    return Status.Type;
                IntPtr slot = RuntimeImports.RhHandleAlloc(value, GCHandleType.Pinned);

                *data = Unsafe.AsPointer(ref Content(value, ref size));
                *bytes = size;
                *pin = slot | 1;
                return Status.Ok;
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        // Copies `count` elements from `start` on between an array without references and memory.
        [UnmanagedCallersOnly]
        public static int ArrayCopy(nint handle, nuint start, nuint count, byte* memory, int toArray)
        {
            if (Target(handle) is not Array array || array.GetMethodTable()->ContainsGCPointers)
                return Status.Type;
            nuint length = array.NativeLength, size = array.ElementSize;

            if (start > length || count > length - start)
                return Status.Range;
            ref byte first = ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(array), start * size);

            if (toArray != 0)
                Buffer.Memmove(ref first, ref *memory, count * size);
            else
                Buffer.Memmove(ref *memory, ref first, count * size);
            return Status.Ok;
        }

        // One element of an array of references, as a new handle.
        [UnmanagedCallersOnly]
        public static int ArrayGet(nint handle, nuint index, nint* element)
        {
            try
            {
                if (Target(handle) is not object[] array)
                    return Status.Type;
                return index < (nuint)array.Length ? Answer(array[(int)index], element) : Status.Range;
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        [UnmanagedCallersOnly]
        public static int ArraySet(nint handle, nuint index, nint element)
        {
            try
            {
                if (Target(handle) is not object[] array)
                    return Status.Type;
                if (index >= (nuint)array.Length)
                    return Status.Range;
                array[(int)index] = Target(element);
                return Status.Ok;
            }
            catch (ArrayTypeMismatchException)
            {
                return Status.Type;
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        // ---- handles ----

        // kind: GCHandleType but Pinned. The null reference has no strong handle: 0.
        [UnmanagedCallersOnly]
        public static int HandleNew(nint handle, int kind, nint* result)
        {
            try
            {
                object value = Target(handle);

                *result = value == null ? 0 : RuntimeImports.RhHandleAlloc(value, (GCHandleType)kind);
                return Status.Ok;
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        [UnmanagedCallersOnly]
        public static int HandleSame(nint a, nint b)
        {
            return Target(a) == Target(b) ? 1 : 0;
        }

        // ---- delegates ----

        [UnmanagedCallersOnly]
        public static int DelegatePointer(nint handle, void** pointer)
        {
            try
            {
                if (Target(handle) is not Delegate target)
                    return Status.Type;
                *pointer = (void*)Marshal.GetFunctionPointerForDelegate(target);
                return Status.Ok;
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        // ---- exceptions ----

        // From System.Private.CoreLib's point of view the host's error object is a sink for texts.
        [DllImport("*", EntryPoint = "RhErrorAdd")]
        private static extern int ErrorAdd(void* sink, char* type, int typeLength, int hresult, char* message,
            int messageLength, char* stack, int stackLength);

        // What is added from here on is inside the next one of those added so far.
        [DllImport("*", EntryPoint = "RhErrorOuterNext")]
        private static extern void ErrorOuterNext(void* sink);

        // An AggregateException may hold others of its kind, and one of them several times.
        private const int ErrorsMax = 65536;

        private static string MessageOf(Exception exception)
        {
            try
            {
                return exception.Message ?? "";
            }
            catch (Exception)
            {
                return "its Message failed";
            }
        }

        private static string StackOf(Exception exception)
        {
            try
            {
                return exception.StackTrace ?? "";
            }
            catch (Exception)
            {
                return "";
            }
        }

        private static int AddError(void* sink, Exception exception)
        {
            string type = exception.GetType().ToString();
            string message = MessageOf(exception), stack = StackOf(exception);

            fixed (char* t = type, m = message, s = stack)
                return ErrorAdd(sink, t, type.Length, exception.HResult, m, message.Length, s, stack.Length);
        }

        // The exception first, then its inner ones, then theirs.
        [UnmanagedCallersOnly]
        public static int DescribeException(nint handle, void* sink)
        {
            try
            {
                var found = new List<Exception>();
                int status;

                if (Target(handle) is not Exception thrown)
                    return Status.Type;
                found.Add(thrown);
                status = AddError(sink, thrown);
                for (int i = 0; i < found.Count && status == Status.Ok; i++)
                {
                    int first = found.Count;

                    if (found[i] is AggregateException several)
                        found.AddRange(several.InnerExceptions);
                    else if (found[i].InnerException != null)
                        found.Add(found[i].InnerException);
                    if (found.Count > ErrorsMax)
                        found.RemoveRange(ErrorsMax, found.Count - ErrorsMax);
                    ErrorOuterNext(sink);
                    for (int k = first; k < found.Count && status == Status.Ok; k++)
                        status = AddError(sink, found[k]);
                }
                return status;
            }
            catch (Exception)
            {
                return Status.NoMemory;
            }
        }
    }
}
