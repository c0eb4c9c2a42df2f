// A stack overflow that nobody catches ends the program as any exception does: event, message, a trace that is cut, exit
// code 134. CoreCLR has no event here; the expected output follows from docs/abi.md, "The one check".
using System;
using System.Runtime.CompilerServices;

namespace stack_overflow_end;

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)] static int Down(int n) => Down(n + 1) + 1;

    static int Lines(string text)
    {
        int lines = 0;
        foreach (char c in text) if (c == '\n') lines++;
        return lines;
    }

    internal static void Main()
    {
        AppDomain.CurrentDomain.UnhandledException += (s, e) =>
        {
            T.P("event " + (e.ExceptionObject is InsufficientExecutionStackException));
            int lines = Lines(e.ExceptionObject.ToString());
            T.P("trace of some length", lines > 30 && lines < 300);
        };
        T.P("down");
        T.P("result", Down(0));
    }
}
