// tests/host/Faults.cs - the module of the tests of hard times: no memory at any place, signals of the
// host all the time, finalizers and timers that fail.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

static class Delayed
{
    public static async Task<int> Later(int n)
    {
        await Task.Yield();
        return n + 1;
    }

    public static async void EndAsync(int kind)
    {
        await Task.Delay(1);
        Faults.End(kind);
    }
}

public static unsafe class Faults
{
    // ---- no memory ----

    static readonly List<byte[]> ballast = new List<byte[]>(20000);
    static readonly ConditionalWeakTable<object, object> attached = new ConditionalWeakTable<object, object>();
    static readonly object gate = new object();

    class Item : IComparable<Item>
    {
        public readonly string Name;
        public readonly int Value;
        public Item Next;

        public Item(string name, int value)
        {
            Name = name;
            Value = value;
        }

        public int CompareTo(Item other) => Value.CompareTo(other.Value);

        public virtual T Echo<T>(T value) => value;
    }

    sealed class Ended : Item
    {
        public static int Count;

        public Ended(int value) : base("ended", value) { }

        ~Ended()
        {
            Interlocked.Increment(ref Count);
        }
    }

    interface IShape
    {
        int Area();
    }

    sealed class Square<T> : IShape
    {
        public T Side;

        public int Area() => Side is int side ? side * side : -3;
    }

    // Fills the heap with arrays of ever smaller sizes and then drops `drop` of the small ones.
    static void Fill(int drop)
    {
        foreach (int size in new[] { 32768, 2048, 128, 1 })
        {
            try
            {
                while (ballast.Count < 19000)
                    ballast.Add(new byte[size]);
            }
            catch (OutOfMemoryException)
            {
            }
        }
        if (drop > ballast.Count)
            drop = ballast.Count;
        ballast.RemoveRange(ballast.Count - drop, drop);
    }

    static int Iterate(int n)
    {
        static IEnumerable<int> Numbers(int most)
        {
            for (int i = 0; i < most; i++)
                yield return i;
        }

        return Numbers(n).Where(i => i % 3 == 0).Select(i => i * 2).OrderByDescending(i => i).Take(5).Sum();
    }

    static int Throw(int depth)
    {
        if (depth > 0)
            return Throw(depth - 1) + 1;
        throw new InvalidOperationException("at the bottom " + depth.ToString());
    }

    delegate int Call(int value);

    public const int Works = 24;

    // A piece of work whose result does not depend on how often it was tried before. -1 is no result of any.
    static int Work(int kind, int n)
    {
        switch (kind)
        {
        case 0:
        {
            var words = new Dictionary<string, int>();

            for (int i = 0; i < n; i++)
                words["k" + (i % 37).ToString()] = i;
            return words.Count;
        }
        case 1:
        {
            var text = new StringBuilder();

            for (int i = 0; i < n; i++)
                text.Append(i).Append(',');
            return text.ToString().Split(',').Length;
        }
        case 2:
        {
            Call sum = v => v;

            for (int i = 0; i < 8; i++)
            {
                int by = i;

                sum += v => v + by + n;
            }
            return sum(1);
        }
        case 3:
        {
            object box = n;
            int[][] rows = new int[n % 20 + 1][];
            int[,] grid = new int[n % 7 + 1, 3];

            for (int i = 0; i < rows.Length; i++)
                rows[i] = new int[i + 1];
            return (int)box + rows.Length + grid.Length;
        }
        case 4: return Iterate(n);
        case 5:
            try
            {
                return Throw(n % 10);
            }
            catch (InvalidOperationException e)
            {
                return e.Message.Length + (e.StackTrace == null ? 1 : 0);
            }
        case 6: return Delayed.Later(n).GetAwaiter().GetResult();
        case 7:
        {
            Item list = null;

            for (int i = 0; i < n; i++)
                list = new Item("i", i) { Next = list };
            int count = 0;
            for (; list != null; list = list.Next)
                count++;
            return count;
        }
        case 8:
        {
            var handle = GCHandle.Alloc(new int[n], GCHandleType.Pinned);

            try
            {
                return ((int[])handle.Target).Length;
            }
            finally
            {
                handle.Free();
            }
        }
        case 9:
        {
            for (int i = 0; i < n; i++)
                new Ended(i);
            return n;
        }
        case 10:
        {
            object key = new object();

            attached.Add(key, new Item("attached", n));
            return attached.TryGetValue(key, out object value) ? ((Item)value).Value : -1;
        }
        case 11:
        {
            var items = new List<Item>();

            for (int i = 0; i < n; i++)
                items.Add(new Item("x", n - i));
            items.Sort();
            return items.Count == 0 ? 0 : items[0].Value;
        }
        case 12: return string.Format("{0:X4}|{1,8}|{2}", n, "right", 1.5).Length;
        case 13:
        {
            byte[] bytes = Encoding.UTF8.GetBytes(new string('\u00e9', n));

            return Encoding.UTF8.GetString(bytes).Length + bytes.Length;
        }
        case 14:
        {
            var stream = new MemoryStream();

            for (int i = 0; i < n; i++)
                stream.WriteByte((byte)i);
            return stream.ToArray().Length;
        }
        case 15:
        {
            int got = 0;
            var thread = new Thread(() => got = n + 1);

            thread.Start();
            thread.Join();
            return got;
        }
        case 16:
        {
            object o = new object();

            lock (o)
                lock (gate)
                    Monitor.PulseAll(o);
            return new WeakReference<object>(o).TryGetTarget(out _) ? n : -1;
        }
        case 17:
        {
            IShape shape = n % 2 == 0 ? new Square<int> { Side = n % 100 } : new Square<string>();

            return shape.Area();
        }
        case 18: return new Item("g", n).Echo(new KeyValuePair<int, string>(n, "v")).Key;
        case 19:
        {
            nint text = Marshal.StringToCoTaskMemUTF8("wide " + n.ToString());

            try
            {
                return Marshal.PtrToStringUTF8(text).Length;
            }
            finally
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
        case 20:
        {
            Call call = v => v + n;
            int got = ((delegate* unmanaged<int, int>)Marshal.GetFunctionPointerForDelegate(call))(2);

            GC.KeepAlive(call);
            return got;
        }
        case 21:
        {
            var queue = new ConcurrentQueue<int>();

            for (int i = 0; i < n; i++)
                queue.Enqueue(i);
            return queue.Count;
        }
        case 22:
        {
            var local = new ThreadLocal<Item>(() => new Item("local", n));

            try
            {
                return local.Value.Value;
            }
            finally
            {
                local.Dispose();
            }
        }
        default: return string.Join('-', Enumerable.Range(0, n)).GetHashCode() == 0 ? -1 : n;
        }
    }

    // With room: the result. Without: -1 for OutOfMemoryException (also as the reason of another one), -2: another one.
    static int Try(int kind, int n)
    {
        try
        {
            return Work(kind, n);
        }
        catch (OutOfMemoryException)
        {
            return -1;
        }
        catch (Exception e)
        {
            for (Exception inner = e.InnerException; inner != null; inner = inner.InnerException)
                if (inner is OutOfMemoryException)
                    return -1;
            return -2;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "faults_works")]
    public static int WorkCount() => Works;

    // Everything once, with room: what runs once in a process has run then.
    [UnmanagedCallersOnly(EntryPoint = "faults_work")]
    public static int WorkWithRoom(int kind, int n) => Try(kind, n);

    [UnmanagedCallersOnly(EntryPoint = "faults_starve")]
    public static int Starve(int kind, int n, int drop)
    {
        Fill(drop);
        return Try(kind, n);
    }

    // The exception is left to the host.
    [UnmanagedCallersOnly(EntryPoint = "faults_starve_out")]
    public static int StarveOut(int kind, int n, int drop)
    {
        Fill(drop);
        return Work(kind, n);
    }

    [UnmanagedCallersOnly(EntryPoint = "faults_relieve")]
    public static int Relieve()
    {
        ballast.Clear();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return ballast.Capacity;
    }

    [UnmanagedCallersOnly(EntryPoint = "faults_print")]
    public static int Print(int n)
    {
        Console.WriteLine("round " + n.ToString());
        return n;
    }

    // ---- exceptions that other systems make of signals ----

    static int zero;
    static readonly int[] four = new int[4];

    static int Provoke(int kind, int n)
    {
        switch (kind)
        {
        case 0: return ((Item)null).Value;
        case 1: return ((int[])null).Length + n;
        case 2: return n / zero;
        case 3: return int.MinValue / (zero - 1);
        case 4: return four[n % 4 + 4];
        case 5: return ((string)(object)new Item("no string", n)).Length;
        case 6: return checked(int.MaxValue + n + 1);
        case 7: ((Item)null).Next = null; return 0;
        case 8: return ((IShape)null).Area();
        default: return ((Call)null)(n);
        }
    }

    static readonly Type[] provoked =
    {
        typeof(NullReferenceException), typeof(NullReferenceException), typeof(DivideByZeroException), typeof(OverflowException),
        typeof(IndexOutOfRangeException), typeof(InvalidCastException), typeof(OverflowException), typeof(NullReferenceException),
        typeof(NullReferenceException), typeof(NullReferenceException),
    };

    // How many of `n` exceptions were not what they should be.
    [UnmanagedCallersOnly(EntryPoint = "faults_provoke")]
    public static int ProvokeAll(int n)
    {
        int wrong = 0;

        for (int i = 0; i < n; i++)
        {
            int kind = i % provoked.Length;

            try
            {
                Provoke(kind, i);
                wrong++;
            }
            catch (Exception e)
            {
                if (e.GetType() != provoked[kind])
                    wrong++;
            }
        }
        return wrong;
    }

    // Milliseconds that a sleep of `ms` really took, by the clock; and a file written and read meanwhile. -1: a wrong file.
    [UnmanagedCallersOnly(EntryPoint = "faults_sleep")]
    public static int Sleep(int ms)
    {
        long start = Environment.TickCount64;
        string path = Path.GetTempFileName();

        Thread.Sleep(ms);
        using (var waiting = new SemaphoreSlim(0))
            waiting.Wait(ms);
        int took = (int)(Environment.TickCount64 - start);
        File.WriteAllText(path, new string('s', 20000));
        bool same = File.ReadAllText(path).Length == 20000;
        File.Delete(path);
        return same ? took : -1;
    }

    // ---- ends of finalizers and timers ----

    static int endings;

    sealed class Dying
    {
        readonly int kind;

        public Dying(int kind)
        {
            this.kind = kind;
        }

        ~Dying()
        {
            Interlocked.Increment(ref endings);
            End(kind);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int n) => Deep(n + 1) + 1;

    public static void End(int kind)
    {
        switch (kind)
        {
        case 0: throw new InvalidOperationException("nobody catches");
        case 1: Deep(0); break;
        case 2: Environment.Exit(3); break;
        case 3: Environment.FailFast("going down"); break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int MakeDying(int depth, int kind, int count)
    {
        if (depth > 0)
            return MakeDying(depth - 1, kind, count) + 1;
        for (int i = 0; i < count; i++)
            new Dying(kind);
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "faults_finalizers")]
    public static void Finalizers(int kind, int count)
    {
        MakeDying(20, kind, count);
        GC.Collect();
    }

    [UnmanagedCallersOnly(EntryPoint = "faults_wait")]
    public static int Wait()
    {
        GC.WaitForPendingFinalizers();
        return endings;
    }

    [UnmanagedCallersOnly(EntryPoint = "faults_endings")]
    public static int Endings() => Volatile.Read(ref endings);

    static Timer timer;

    [UnmanagedCallersOnly(EntryPoint = "faults_timer")]
    public static void EndInTimer(int kind) => timer = new Timer(o => End(kind), null, 1, Timeout.Infinite);

    [UnmanagedCallersOnly(EntryPoint = "faults_async")]
    public static void EndInAsync(int kind) => Delayed.EndAsync(kind);

    // A task's exception that nobody looks at ends nothing.
    [UnmanagedCallersOnly(EntryPoint = "faults_task")]
    public static int UnobservedTask()
    {
        int told = 0;

        TaskScheduler.UnobservedTaskException += (o, e) => Interlocked.Increment(ref told);
        ((IAsyncResult)Task.Run(() => End(0))).AsyncWaitHandle.WaitOne();
        return told;
    }

    [UnmanagedCallersOnly(EntryPoint = "faults_add")]
    public static int Add(int a, int b) => a + b;
}
