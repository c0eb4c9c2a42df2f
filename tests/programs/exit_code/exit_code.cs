// Main's return value and Environment.ExitCode: the returned value wins; bits beyond the low eight are cut by the operating system.
using System;

namespace exit_code;

static class Program
{
    internal static int Main()
    {
        Environment.ExitCode = 9;
        T.P("exit code", Environment.ExitCode);
        AppDomain.CurrentDomain.ProcessExit += (s, e) => T.P("process exit", Environment.ExitCode);
        return 256 + 37;
    }
}
