// Runs any managed executable inside the oracle's own CoreCLR: oracle PATH.dll [ARGS]. Exceptions and exit codes pass through
// unchanged.
using System;
using System.IO;

static class Oracle
{
    static int Main(string[] args) => AppDomain.CurrentDomain.ExecuteAssembly(Path.GetFullPath(args[0]), args[1..]);
}
