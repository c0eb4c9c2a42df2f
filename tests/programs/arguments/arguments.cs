// The program's arguments arrive unchanged: empty, with spaces, with quotes, beyond ASCII.
using System;

namespace arguments;

static class Program
{
    internal static int Main(string[] args)
    {
        T.P("count", args.Length);
        foreach (string a in args)
        {
            string codes = "";
            foreach (char c in a) codes += (int)c + ",";
            T.P(a.Length + ":" + codes);
        }
        T.P("command line", Environment.GetCommandLineArgs().Length >= args.Length);
        return args.Length;
    }
}
