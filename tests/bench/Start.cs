// Start: how long it takes until a host has the answer of a module's first export (start_host.c); as a
// program it only shows the same answer.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

public static unsafe class Start
{
    static readonly Dictionary<string, int> words = new Dictionary<string, int> { ["one"] = 1, ["two"] = 2, ["forty"] = 40 };

    static int Answer(string word, int more) => words[word] + more;

    // A string, a dictionary and a static constructor: what a small plugin does first.
    [UnmanagedCallersOnly(EntryPoint = "start_export")]
    public static int Export(byte* word, int more) => Answer(Marshal.PtrToStringUTF8((nint)word), more);

    public static void Main()
    {
        Console.WriteLine("start check " + Answer("forty", 2));
    }
}
