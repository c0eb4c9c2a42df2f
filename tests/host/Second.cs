// tests/host/Second.cs - a small module that brings its own class library.
using System.Collections.Generic;
using System.Runtime.InteropServices;

public static unsafe class Second
{
    static readonly Dictionary<string, int> words = new Dictionary<string, int> { ["one"] = 1, ["forty"] = 40 };

    [UnmanagedCallersOnly(EntryPoint = "second")]
    public static int Two() => 2;

    // The first thing a small plugin does: tests/bench/start_host.c measures until its answer.
    [UnmanagedCallersOnly(EntryPoint = "start_export")]
    public static int Start(byte* word, int more) => words[Marshal.PtrToStringUTF8((nint)word)] + more;
}
