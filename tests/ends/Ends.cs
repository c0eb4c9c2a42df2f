// tests/ends/Ends.cs - a program that ends in all ways at all places: Ends PLACE KIND. What must come of it
// is in cases.txt.
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

static class Start
{
    // The place `start`: before Main, where the arguments come from the environment.
    [ModuleInitializer]
    internal static void Run()
    {
        string kind = Environment.GetEnvironmentVariable("ENDS_START");

        if (kind != null)
            Program.End(kind);
    }
}

static class Constructed
{
    public static int Value = Make();

    static int Make()
    {
        Program.End(Program.Kind);
        return 1;
    }

    static Constructed() { }
}

sealed class Dying
{
    ~Dying()
    {
        Program.End(Program.Kind);
    }
}

static class Program
{
    public static string Kind;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int n) => Deep(n + 1) + 1;

    public static void End(string kind)
    {
        switch (kind)
        {
        case "throw": throw new InvalidOperationException("nobody catches");
        case "overflow": Deep(0); break;
        case "exit": Environment.Exit(3); break;
        case "failfast": Environment.FailFast("going down"); break;
        }
        Console.WriteLine("not reached");
    }

    static void EndWithFinally()
    {
        try
        {
            End(Kind);
        }
        finally
        {
            Console.WriteLine("finally");
        }
    }

    static async void EndAsync()
    {
        await Task.Yield();
        End(Kind);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int MakeDying(int depth)
    {
        if (depth > 0)
            return MakeDying(depth - 1) + 1;
        for (int i = 0; i < 20; i++)
            new Dying();
        return 0;
    }

    static bool Filter()
    {
        End(Kind);
        return true;
    }

    static void Run(string place)
    {
        switch (place)
        {
        case "main": End(Kind); break;
        case "finally": EndWithFinally(); break;
        case "thread": new Thread(() => End(Kind)).Start(); break;
        case "background": new Thread(() => End(Kind)) { IsBackground = true }.Start(); break;
        case "pool": ThreadPool.QueueUserWorkItem(o => End(Kind)); break;
        case "timer": GC.KeepAlive(new Timer(o => End(Kind), null, 1, Timeout.Infinite)); break;
        case "async": EndAsync(); break;
        case "task": Task.Run(() => End(Kind)).ContinueWith(t => { }).Wait(); Console.WriteLine("unobserved"); return;
        case "finalizer": MakeDying(20); GC.Collect(); GC.WaitForPendingFinalizers(); break;
        case "constructor": Console.WriteLine(Constructed.Value); break;
        case "atexit": AppDomain.CurrentDomain.ProcessExit += (s, e) => End(Kind); return;
        case "filter":
            try
            {
                throw new FormatException();
            }
            catch (FormatException) when (Filter())
            {
                Console.WriteLine("accepted");
            }
            catch (FormatException)
            {
                Console.WriteLine("refused");
            }
            return;
        }
        Thread.Sleep(100000);
        Console.WriteLine("did not end");
    }

    static int Main(string[] args)
    {
        Kind = args[1];
        if (args[0] != "atexit")
            AppDomain.CurrentDomain.ProcessExit += (s, e) => Console.WriteLine("process exit");
        Run(args[0]);
        return 5;
    }
}
