// Names of exception types, which an image knows without reflection data: Type.FullName, Name, Namespace and ToString, and
// Exception.ToString. Objects of any type make ObjectDisposedExceptions, whatever their names.
using System;
using System.IO;
using System.Threading;

namespace exc_names;

class Own : Exception
{
    public Own(string m, Exception inner = null) : base(m, inner) { }
}

static class Outer
{
    public class Nested : Own
    {
        public Nested() : base("in") { }
        public class Deeper : Nested { }
    }
}

public static class Program
{
    static void Names(Exception e)
    {
        Type t = e.GetType();
        T.P(t.FullName + " | " + t.Name + " | " + t.Namespace + " | " + t + " | " + e.ToString().Split('\n')[0]);
    }

    static void Thrown(Action a)
    {
        try
        {
            a();
            T.P("nothing");
        }
        catch (ObjectDisposedException e)
        {
            T.P("disposed " + e.Message.Split('\n')[0] + " " + e.GetType().Name);
        }
        catch (Exception e)
        {
            Names(e);
        }
    }

    public static int Main()
    {
        Names(new Own("text"));
        Names(new Outer.Nested());
        Names(new Outer.Nested.Deeper());
        Names(new ArgumentNullException("p"));
        Names(new AggregateException(new Own("a"), new FormatException("b")));
        T.P(new Own("out", new Own("in")).ToString().Replace("\n", "/"));
        T.P(typeof(Own).Name + " " + typeof(InvalidOperationException).FullName);
        Thrown(() => throw new Own("thrown"));
        Thrown(() => ((object)"x").ToString().Substring(5));
        var locks = new ReaderWriterLockSlim();
        locks.Dispose();
        Thrown(() => locks.EnterReadLock());
        var barrier = new Barrier(1);
        barrier.Dispose();
        Thrown(() => barrier.SignalAndWait());
        var event1 = new ManualResetEvent(false);
        event1.Dispose();
        Thrown(() => event1.WaitOne());
        var local = new ThreadLocal<string>();
        local.Dispose();
        Thrown(() => T.P(local.Value));
        var stream = new MemoryStream();
        stream.Dispose();
        Thrown(() => stream.ReadByte());
        Thrown(() => ObjectDisposedException.ThrowIf(true, new int[1]));
        Thrown(() => ObjectDisposedException.ThrowIf(true, typeof(string)));
        return 0;
    }
}
