// Monitor, events, semaphores, mutexes, reader-writer locks, barriers, spin locks, lazy values.
using System;
using System.Collections.Generic;
using System.Threading;

namespace threads_sync;

static class Program
{
    static void Run(int count, Action<int> body)
    {
        var threads = new Thread[count];

        for (int i = 0; i < count; i++)
        {
            int number = i;

            threads[i] = new Thread(() => body(number));
            threads[i].Start();
        }
        foreach (Thread t in threads)
            t.Join();
    }

    static void Monitors()
    {
        var gate = new object();
        long sum = 0;

        Run(8, n =>
        {
            for (int i = 0; i < 2000; i++)
            {
                lock (gate)
                {
                    lock (gate)
                        sum += n;
                }
            }
        });
        Console.WriteLine(sum);

        var queue = new Queue<int>();
        long received = 0;
        var consumer = new Thread(() =>
        {
            for (;;)
            {
                int item;

                lock (queue)
                {
                    while (queue.Count == 0)
                        Monitor.Wait(queue);
                    item = queue.Dequeue();
                }
                if (item < 0)
                    return;
                received += item;
            }
        });
        consumer.Start();
        for (int i = 0; i <= 1000; i++)
        {
            lock (queue)
            {
                queue.Enqueue(i == 1000 ? -1 : i);
                Monitor.Pulse(queue);
            }
        }
        consumer.Join();
        Console.WriteLine(received);

        int woken = 0, waiting = 0;
        var all = new Thread(() => Run(5, n =>
        {
            lock (gate)
            {
                waiting++;
                Monitor.Wait(gate);
                woken++;
            }
        }));
        all.Start();
        for (;;)
        {
            lock (gate)
            {
                if (waiting == 5)
                {
                    Monitor.PulseAll(gate);
                    break;
                }
            }
            Thread.Yield();
        }
        all.Join();
        Console.WriteLine(woken);

        lock (gate)
        {
            Console.WriteLine(Monitor.Wait(gate, 1));
            Console.WriteLine(Monitor.IsEntered(gate));
            bool entered = true;
            var other = new Thread(() => entered = Monitor.TryEnter(gate, 1));
            other.Start();
            other.Join();
            Console.WriteLine(entered);
        }
        try
        {
            Monitor.Exit(gate);
        }
        catch (SynchronizationLockException)
        {
            Console.WriteLine("not entered");
        }
    }

    static void Events()
    {
        using var turn0 = new AutoResetEvent(true);
        using var turn1 = new AutoResetEvent(false);
        var order = new List<int>();

        Run(2, n =>
        {
            for (int i = 0; i < 50; i++)
            {
                (n == 0 ? turn0 : turn1).WaitOne();
                order.Add(2 * i + n);
                (n == 0 ? turn1 : turn0).Set();
            }
        });
        bool sorted = order.Count == 100;
        for (int i = 0; i < order.Count; i++)
            sorted &= order[i] == i;
        Console.WriteLine(sorted);

        var handles = new WaitHandle[] { new ManualResetEvent(false), new AutoResetEvent(false), new Semaphore(0, 2) };
        Console.WriteLine(WaitHandle.WaitAny(handles, 1) == WaitHandle.WaitTimeout);
        ((AutoResetEvent)handles[1]).Set();
        Console.WriteLine(WaitHandle.WaitAny(handles));
        ((Semaphore)handles[2]).Release(2);
        ((ManualResetEvent)handles[0]).Set();
        Console.WriteLine(WaitHandle.WaitAll(handles, 1));
        new Thread(() => ((AutoResetEvent)handles[1]).Set()).Start();
        Console.WriteLine(WaitHandle.WaitAll(handles));
        Console.WriteLine(handles[2].WaitOne(0) + " " + handles[2].WaitOne(0));
        using var ready = new ManualResetEvent(false);
        using var back = new ManualResetEvent(false);
        var answering = new Thread(() => { ready.WaitOne(); back.Set(); });
        answering.Start();
        Console.WriteLine(WaitHandle.SignalAndWait(ready, back));
        answering.Join();
    }

    static void Mutexes()
    {
        using var mutex = new Mutex();
        int inside = 0, worst = 0;

        Run(4, n =>
        {
            for (int i = 0; i < 100; i++)
            {
                mutex.WaitOne();
                mutex.WaitOne();
                worst = Math.Max(worst, ++inside);
                inside--;
                mutex.ReleaseMutex();
                mutex.ReleaseMutex();
            }
        });
        Console.WriteLine(worst);
        Run(1, n => mutex.WaitOne()); // ends and leaves it
        try
        {
            mutex.WaitOne();
        }
        catch (AbandonedMutexException e)
        {
            Console.WriteLine($"abandoned {e.Mutex == null}");
        }
        mutex.ReleaseMutex();
        try
        {
            mutex.ReleaseMutex();
        }
        catch (ApplicationException)
        {
            Console.WriteLine("not owned");
        }
    }

    static void Slim()
    {
        using var semaphore = new SemaphoreSlim(2);
        int inside = 0, worst = 0;

        Run(6, n =>
        {
            for (int i = 0; i < 100; i++)
            {
                semaphore.Wait();
                int now = Interlocked.Increment(ref inside);
                lock (semaphore)
                    worst = Math.Max(worst, now);
                Interlocked.Decrement(ref inside);
                semaphore.Release();
            }
        });
        Console.WriteLine($"{worst <= 2} {semaphore.CurrentCount}");

        using var rw = new ReaderWriterLockSlim();
        int value = 0, torn = 0;
        Run(6, n =>
        {
            for (int i = 0; i < 300; i++)
            {
                if (n < 2)
                {
                    rw.EnterWriteLock();
                    value++;
                    value++;
                    rw.ExitWriteLock();
                }
                else
                {
                    rw.EnterReadLock();
                    if (value % 2 != 0)
                        Interlocked.Increment(ref torn);
                    rw.ExitReadLock();
                }
            }
        });
        Console.WriteLine($"{value} {torn}");

        using var countdown = new CountdownEvent(5);
        Run(5, n => countdown.Signal());
        Console.WriteLine($"{countdown.Wait(0)} {countdown.IsSet}");

        long phases = 0;
        using var barrier = new Barrier(4, b => phases = 10 * phases + b.CurrentPhaseNumber + 1);
        Run(4, n =>
        {
            for (int i = 0; i < 5; i++)
                barrier.SignalAndWait();
        });
        Console.WriteLine(phases);
    }

    static void Spins()
    {
        var spin = new SpinLock(false);
        int count = 0;

        Run(4, n =>
        {
            for (int i = 0; i < 1000; i++)
            {
                bool taken = false;

                spin.Enter(ref taken);
                count++;
                spin.Exit();
            }
        });
        Console.WriteLine(count);

        int made = 0;
        var lazy = new Lazy<object>(() => { Interlocked.Increment(ref made); return new object(); });
        var seen = new object[6];
        Run(6, n => seen[n] = lazy.Value);
        bool same = true;
        foreach (object o in seen)
            same &= o == seen[0];
        Console.WriteLine($"{same} {made}");

        var gate = new Lock();
        long sum = 0;
        Run(4, n =>
        {
            for (int i = 0; i < 1000; i++)
            {
                lock (gate)
                    sum++;
            }
        });
        Console.WriteLine($"{sum} {gate.IsHeldByCurrentThread}");
    }

    static class Slow
    {
        public static int Made;
        public static readonly int Value = Make();

        static int Make()
        {
            Thread.Sleep(2);
            return Interlocked.Increment(ref Made);
        }
    }

    public static void Main()
    {
        Monitors();
        Events();
        Mutexes();
        Slim();
        Spins();
        int wrong = 0;
        Run(8, n => { if (Slow.Value != 1) Interlocked.Increment(ref wrong); });
        Console.WriteLine($"{wrong} {Slow.Made}");
    }
}
