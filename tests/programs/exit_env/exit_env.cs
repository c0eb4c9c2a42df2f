// Environment.ExitCode can be read back and returned.
using System;

namespace exit_env;

static class Program
{
    internal static int Main()
    {
        T.P("setting");
        Environment.ExitCode = 77;
        return Environment.ExitCode;
    }
}
