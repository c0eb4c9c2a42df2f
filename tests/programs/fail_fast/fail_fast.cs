// Environment.FailFast aborts at once: no finally, no event.
using System;

namespace fail_fast;

static class Program
{
    internal static void Main()
    {
        AppDomain.CurrentDomain.UnhandledException += (s, e) => T.P("no event");
        try { T.P("before"); Environment.FailFast("enough"); }
        finally { T.P("no finally"); }
    }
}
