// tests/limits/limits.cs - what docs/limits.md says does not work yet, each by its smallest example. A line is
// NAME: ANSWER. expected.txt has this engine's answers, coreclr.txt CoreCLR's: an entry of the list that is built
// changes its line, and the two files come closer.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

[AttributeUsage(AttributeTargets.Class)]
class MarkAttribute : Attribute { }

[Mark]
class Marked
{
    public int Field = 1;
    public int Twice(int x) => 2 * x;
}

enum Colour { Red, Green }

[StructLayout(LayoutKind.Sequential)]
struct Pair
{
    public int A;
    public long B;
}

static unsafe class Limits
{
    delegate void TakesHandle(Microsoft.Win32.SafeHandles.SafeFileHandle handle);

    static void Line(string name, Func<object> answer)
    {
        string text;

        try
        {
            object value = answer();
            text = value is bool b ? (b ? "yes" : "no") : value?.ToString() ?? "null";
        }
        catch (Exception e)
        {
            text = e switch
            {
                NotSupportedException => "not supported",
                MarshalDirectiveException => "cannot be marshalled",
                TypeLoadException => "cannot be loaded",
                InvalidOperationException => "invalid operation",
                NotImplementedException => "not implemented",
                _ => "fails"
            };
        }
        Console.WriteLine($"{name}: {text}");
    }

    // ---- the collector ----

    static void Collector()
    {
        Line("collections of generation 0 alone", () =>
        {
            int before = GC.CollectionCount(2);
            GC.Collect(0);
            return GC.CollectionCount(2) == before;
        });
        Line("generation 1 exists", () =>
        {
            object old = new object();
            GC.Collect(0);
            int generation = GC.GetGeneration(old);
            GC.KeepAlive(old);
            return generation == 1;
        });
        Line("large objects move", () =>
        {
            var holes = new byte[64][];
            for (int i = 0; i < holes.Length; i++)
                holes[i] = new byte[200_000];
            byte[] last = holes[63];
            nint before = Address(last);
            for (int i = 0; i < 60; i++)
                holes[i] = null;
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect();
            bool moved = Address(last) != before;
            GC.KeepAlive(holes);
            return moved;
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static nint Address(byte[] array) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));

    // ---- reflection ----

    static void Reflection()
    {
        Line("name of an enum's member", () => Colour.Green.ToString() == "Green");
        Line("enum from text", () => Enum.Parse<Colour>("Green") == Colour.Green);
        Line("attributes", () => typeof(Marked).IsDefined(typeof(MarkAttribute), false));
        Line("methods", () => typeof(Marked).GetMethod("Twice").Invoke(new Marked(), new object[] { 21 }));
        Line("fields", () => typeof(Marked).GetField("Field").GetValue(new Marked()));
        Line("type from text", () => Type.GetType("Mar" + Environment.NewLine.Trim() + "ked") != null);
        Line("generic types at run time", () => typeof(List<>).MakeGenericType(typeof(Marked)) != null);
        Line("objects by type", () => Activator.CreateInstance(typeof(Marked)) != null);
        Line("types of an assembly", () => typeof(Marked).Assembly.GetTypes().Length > 0);
        Line("stack trace with names", () =>
        {
            try
            {
                throw new Exception("x");
            }
            catch (Exception e)
            {
                return e.StackTrace.Contains("Reflection");
            }
        });
    }

    // ---- the class library ----

    static void Library()
    {
        Line("arrays from another lower bound", () => Array.CreateInstance(typeof(int), new[] { 3 }, new[] { 5 }).GetLowerBound(0));
        Line("vectors in hardware", () => Vector128.IsHardwareAccelerated);
    }

    // ---- interop ----

    static void Interop()
    {
        Line("handles as parameters of callbacks", () => Marshal.GetFunctionPointerForDelegate<TakesHandle>(_ => { }) != 0);
        Line("structs of the library as objects", () => Marshal.SizeOf((object)Guid.Empty));
        Line("struct from memory by its type", () =>
        {
            Pair pair = new Pair { A = 1, B = 2 };
            Type[] types = { typeof(Pair), typeof(Marked) };
            return ((Pair)Marshal.PtrToStructure((nint)(&pair), types[pair.A - 1])).B;
        });
    }

    static void Main()
    {
        Collector();
        Reflection();
        Library();
        Interop();
    }
}
