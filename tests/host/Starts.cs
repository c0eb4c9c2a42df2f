// tests/host/Starts.cs - a module whose start-up code ends in the way that STARTS_END says; its export's
// type has a static constructor that does what STARTS_TYPE_END says.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

static class Ends
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int n) => Deep(n + 1) + 1;

    public static void By(string kind)
    {
        switch (kind)
        {
        case "exit": Environment.Exit(3); break;
        case "failfast": Environment.FailFast("going down"); break;
        case "throw": throw new InvalidOperationException("no start");
        case "overflow": Deep(0); break;
        }
    }

    [ModuleInitializer]
    internal static void Start() => By(Environment.GetEnvironmentVariable("STARTS_END"));
}

public static class Starts
{
    static readonly int answer;

    static Starts()
    {
        Ends.By(Environment.GetEnvironmentVariable("STARTS_TYPE_END"));
        answer = 42;
    }

    [UnmanagedCallersOnly(EntryPoint = "starts_answer")]
    public static int Answer() => answer;
}
