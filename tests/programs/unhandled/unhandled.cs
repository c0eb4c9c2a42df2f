// An unhandled exception: filters run, finally blocks need not, the UnhandledException event is raised, the process aborts.
using System;

namespace unhandled;

class Fatal : Exception { public Fatal() : base("fatal") { } }

static class Program
{
    static void Thrower() => throw new Fatal();

    internal static void Main()
    {
        AppDomain.CurrentDomain.UnhandledException += (s, e) => T.P("event " + (e.ExceptionObject is Fatal) + e.IsTerminating);
        AppDomain.CurrentDomain.ProcessExit += (s, e) => T.P("no process exit");
        try { Thrower(); }
        catch (Fatal e) when (Filter(e)) { T.P("not caught"); }
        T.P("not reached");
    }

    static bool Filter(Exception e) { T.P("filter " + e.Message); return false; }
}
