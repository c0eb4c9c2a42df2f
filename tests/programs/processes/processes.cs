// Child processes: output, error output, input, environment, exit codes, ends by a signal, programs that are not there.
using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Threading.Tasks;

namespace processes
{
    static class Program
    {
        static Process Start(string file, params string[] args)
        {
            ProcessStartInfo info = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };

            foreach (string a in args)
                info.ArgumentList.Add(a);
            return Process.Start(info);
        }

        static void Echo()
        {
            using Process p = Start("/bin/echo", "hello", "a b", "c\"d");

            Console.Write(p.StandardOutput.ReadToEnd());
            p.WaitForExit();
            Console.WriteLine(p.ExitCode + " " + p.HasExited);
        }

        static void Input()
        {
            using Process p = Start("/bin/sh", "-c", "while read line; do echo \"<$line>\"; done; echo problem >&2; exit 3");

            p.StandardInput.WriteLine("first");
            p.StandardInput.WriteLine("second");
            p.StandardInput.Close();
            Console.Write(p.StandardOutput.ReadToEnd());
            Console.Write(p.StandardError.ReadToEnd());
            p.WaitForExit();
            Console.WriteLine(p.ExitCode);
        }

        static void Variables()
        {
            ProcessStartInfo info = new ProcessStartInfo("/bin/sh", "-c \"echo $GAP_ONE-$GAP_TWO; pwd\"") { RedirectStandardOutput = true, WorkingDirectory = "/" };

            info.Environment["GAP_ONE"] = "eins";
            info.Environment.Remove("GAP_TWO");
            using Process p = Process.Start(info);
            Console.Write(p.StandardOutput.ReadToEnd());
            p.WaitForExit();
            Console.WriteLine(p.ExitCode);
        }

        static async Task Events()
        {
            using Process p = new Process { StartInfo = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true }, EnableRaisingEvents = true };
            TaskCompletionSource ended = new TaskCompletionSource();
            int lines = 0;

            p.StartInfo.ArgumentList.Add("-c");
            p.StartInfo.ArgumentList.Add("for i in 1 2 3 4 5; do echo line $i; done");
            p.OutputDataReceived += (_, e) => { if (e.Data != null) lines++; };
            p.Exited += (_, _) => ended.SetResult();
            p.Start();
            p.BeginOutputReadLine();
            await p.WaitForExitAsync();
            await ended.Task;
            Console.WriteLine(lines + " lines, " + p.ExitCode);
        }

        static void Kill()
        {
            using Process p = Start("/bin/sh", "-c", "exec sleep 60");

            Console.WriteLine(p.HasExited + " " + p.WaitForExit(0));
            p.Kill();
            p.WaitForExit();
            Console.WriteLine(p.ExitCode);
        }

        static void Missing()
        {
            try
            {
                Process.Start("/no/such/program");
            }
            catch (Win32Exception e)
            {
                Console.WriteLine(e.NativeErrorCode + " " + (e.Message.Length > 0));
            }
        }

        static async Task Main2()
        {
            Echo();
            Input();
            Variables();
            await Events();
            Kill();
            Missing();
        }

        internal static void Main() => Main2().GetAwaiter().GetResult();
    }
}
