// The end of a program: foreground threads are waited for, background ones are not, whatever they do.
using System;
using System.Collections.Generic;
using System.Threading;

namespace threads_exit;

static class Program
{
    static int sink;

    public static void Main()
    {
        var gate = new object();
        var mainDone = new ManualResetEvent(false);

        AppDomain.CurrentDomain.ProcessExit += (o, e) => Console.WriteLine("exit event");
        Monitor.Enter(gate); // and never left
        Start(true, () => { for (;;) sink++; });
        Start(true, () => { for (;;) { var list = new List<string>(); for (int i = 0; i < 100; i++) list.Add(i.ToString()); } });
        Start(true, () => Thread.Sleep(Timeout.Infinite));
        Start(true, () => { lock (gate) { } });
        Start(true, () => { for (;;) try { throw new Exception(); } catch (Exception) { } });
        Start(true, () => { for (;;) new Thread(() => { }).Start(); });
        Start(true, () => { for (;;) { Thread.Sleep(1); ThreadPool.QueueUserWorkItem(o => { }); } });
        Start(false, () =>
        {
            mainDone.WaitOne();
            for (int i = 0; i < 20; i++)
                Thread.Sleep(1);
            Console.WriteLine("foreground is done");
        });
        Environment.ExitCode = 7;
        Console.WriteLine("main is done");
        mainDone.Set();
    }

    static void Start(bool background, Action body)
    {
        var t = new Thread(() => body()) { IsBackground = background };

        t.Start();
    }
}
