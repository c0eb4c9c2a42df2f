// Reads and writes through a null unmanaged pointer, a null byref and a null function pointer's neighbour fields throw
// NullReferenceException.
using System;
using System.Runtime.CompilerServices;

namespace null_pointer;

struct Two { public int A, B; }

static unsafe class Program
{
    internal static void Main()
    {
        int* p = (int*)T.Opaque<nint>(0);
        Two* t = (Two*)T.Opaque<nint>(0);
        T.P("write", T.Throws(() => *p = 1));
        T.P("read", T.Throws(() => T.Opaque(*p)));
        T.P("field", T.Throws(() => t->B = 2));
        T.P("field read", T.Throws(() => T.Opaque(t->B)));
        T.P("struct", T.Throws(() => T.Opaque(*t)));
        T.P("byref", T.Throws(() => Unsafe.NullRef<int>() = 5));
        T.P("byref read", T.Throws(() => T.Opaque(Unsafe.NullRef<long>())));
        T.P("alive");
    }
}
