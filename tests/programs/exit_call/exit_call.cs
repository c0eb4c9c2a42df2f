// Environment.Exit ends the process from a nested call: no finally runs, ProcessExit does.
using System;

namespace exit_call;

static class Program
{
    static void Deep(int n)
    {
        try { if (n == 0) Environment.Exit(3); Deep(n - 1); }
        finally { T.P("finally must not run"); }
    }

    internal static void Main()
    {
        AppDomain.CurrentDomain.ProcessExit += (s, e) => T.P("process exit");
        T.P("before");
        Deep(3);
        T.P("not reached");
    }
}
