// Messages of exceptions made by the program and by the class library (its resource texts), with parameter names and values.
using System;
using System.Collections.Generic;
using System.Linq;

namespace exc_messages;

class App : Exception
{
    public int Code { get; } public App(int code, string m = null) : base(m) => Code = code;
    public override string Message => "app " + Code + (base.Message.Length > 0 ? " " + base.Message.Length.ToString().Length : "");
}
class Sub : App { public Sub(int c) : base(c, "sub") { } }

static class Program
{
    static string M(Action a) { try { a(); return "none"; } catch (Exception e) { return e.Message; } }

    internal static void Main()
    {
        T.P(M(() => throw new Exception("plain")) + "|" + M(() => throw new App(5)) + "|" + M(() => throw new Sub(6)) + "|"
            + M(() => throw new ArgumentException("bad", "par")) + "|" + M(() => throw new ArgumentNullException("p")) + "|"
            + M(() => throw new ArgumentOutOfRangeException("q", 5, "range")) + "|" + M(() => throw new InvalidOperationException()) + "|"
            + M(() => throw new NotSupportedException("ns")) + "|" + M(() => throw new ObjectDisposedException("obj")) + "|"
            + M(() => throw new AggregateException("agg", new App(1), new Exception("two"))) + "|"
            + M(() => throw new OperationCanceledException()) + "|" + M(() => throw new TimeoutException("t")));
        T.P(M(() => new List<int> { 1 }.First(x => x > 5)) + "|" + M(() => int.Parse("abc")) + "|" + M(() => new int[0].Max()) + "|"
            + M(() => new Dictionary<int, int>().Add(0, new Dictionary<int, int> { { 1, 1 } }[2])) + "|" + M(() => "x".Substring(3)) + "|"
            + M(() => byte.Parse("300")) + "|" + M(() => _ = ((int?)null).Value) + "|" + M(() => new Queue<int>().Peek()) + "|"
            + M(() => ArgumentException.ThrowIfNullOrEmpty("")) + "|" + M(() => Guid.Parse("z")) + "|"
            + M(() => _ = T.Opaque<string>(null).Length).Length.CompareTo(0) + M(() => _ = (new int[1])[T.Opaque(4)]).Length.CompareTo(0));
    }
}
