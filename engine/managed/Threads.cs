// engine/managed/Threads.cs - threads and how they end: bodies that replace bodies of the class
// library (rows of the compiler's replacement table). What blocks goes through P/Invokes of the
// engine, which can wake it (engine/thr_monitor.c); what ends a guest does not end its host.

using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace CoreRT.Companion
{
    public static unsafe class Threads
    {
        [DllImport("*", EntryPoint = "RhThreadCreate")]
        private static extern int NativeCreate(nint stackSize, void* start, nint parameter, byte* name);

        [DllImport("*", EntryPoint = "RhThreadName")]
        private static extern void NativeName(byte* name);

        [DllImport("*", EntryPoint = "RhMonitorWait")]
        private static extern int NativeWait(nint monitor, int timeout, int canEnd);

        // For System.Private.CoreLib: Interop+Sys::LowLevelMonitor_*.
        [DllImport("*", EntryPoint = "RhMonitorCreate")]
        public static extern nint MonitorCreate();

        [DllImport("*", EntryPoint = "RhMonitorDestroy")]
        public static extern void MonitorDestroy(nint monitor);

        [DllImport("*", EntryPoint = "RhMonitorAcquire")]
        public static extern void MonitorAcquire(nint monitor);

        [DllImport("*", EntryPoint = "RhMonitorRelease")]
        public static extern void MonitorRelease(nint monitor);

        [DllImport("*", EntryPoint = "RhMonitorSignalRelease")]
        public static extern void MonitorSignalRelease(nint monitor);

        public static void MonitorWait(nint monitor)
        {
            int result = NativeWait(monitor, -1, 1);

            if (result >= 0)
                return;
            if (!EndWait(monitor))
            {
                if (result != WokenEnd)
                    NativeWait(monitor, -1, 0);
            }
            else if (result == Deadlock)
            {
                ThrowDeadlock(monitor);
            }
        }

        public static bool MonitorTimedWait(nint monitor, int timeoutMilliseconds)
        {
            int result = NativeWait(monitor, timeoutMilliseconds, 1);

            if (result < 0)
                return EndWait(monitor) || result == WokenEnd || NativeWait(monitor, timeoutMilliseconds, 0) != 0;
            return result != 0;
        }

        [DllImport("*", EntryPoint = "RhDescriptorWait")]
        private static extern int NativeDescriptorWait(int descriptor);

        [DllImport("libSystem.Native", EntryPoint = "SystemNative_WaitForSocketEvents")]
        private static extern int NativeWaitForSocketEvents(nint port, void* buffer, int* count);

        // For System.Net.Sockets: Interop+Sys::WaitForSocketEvents. The shim waits in the system, which
        // would stop every coroutine.
        public static int WaitForSocketEvents(nint port, void* buffer, int* count)
        {
            if (NativeDescriptorWait((int)port) < 0)
                Endings.EndThread();
            return NativeWaitForSocketEvents(port, buffer, count);
        }

        // For Interop+Sys::CreateThread. False: refused, which the caller turns into an exception.
        public static bool Create(nint stackSize, delegate* unmanaged<nint, nint> startAddress, nint parameter)
        {
            byte* name = stackalloc byte[NameBytes];

            Utf8(((Thread)GCHandle.FromIntPtr(parameter).Target)._name, name);
            return NativeCreate(stackSize, startAddress, parameter, name) != 0;
        }

        // The system takes 15 bytes of a name; a unit gives three at most.
        private const int NameUnits = 15, NameBytes = 3 * NameUnits + 1;

        // `bytes` is zero.
        private static void Utf8(string name, byte* bytes)
        {
            if (name != null)
                Encoding.UTF8.GetBytes(name.AsSpan(0, Math.Min(name.Length, NameUnits)), new Span<byte>(bytes, NameBytes));
        }

        // For System.Threading.Thread::set_Name: the library's body, and the system hears of it. Of another
        // thread it does only if that has not started yet (Create).
        public static void SetName(Thread thread, string value)
        {
            lock (thread)
            {
                if (thread._name == value)
                    return;
                thread._name = value;
                thread._mayNeedResetForThreadPool = true;
            }
            Tell(thread, value);
        }

        // For System.Threading.Thread::SetThreadPoolWorkerThreadName.
        public static void SetWorkerName(Thread thread)
        {
            lock (thread)
                thread._name = WorkerName;
            Tell(thread, WorkerName);
        }

        private const string WorkerName = ".NET TP Worker";

        private static void Tell(Thread thread, string name)
        {
            byte* bytes = stackalloc byte[NameBytes];

            if (thread != Thread.t_currentThread)
                return;
            Utf8(name, bytes);
            NativeName(bytes);
        }

        // Of RhMonitorWait: the host's thread waits for something that no thread of the process can do.
        private const int Deadlock = -2;
        // Of RhMonitorWait: it has waited and has to end. The caller looks again for what it waits for, as after
        // any wake: had that come just then, a second wait would never end.
        private const int WokenEnd = -3;

        private static void ThrowDeadlock(nint monitor)
        {
            Thread.t_currentThread._waitInfo._waitSignalState =
                WaitSubsystem.ThreadWaitInfo.WaitSignalState.NotWaiting;
            MonitorRelease(monitor);
            throw new InvalidOperationException("Deadlock: the host's thread waits, and so does every managed thread, for something that none of them can do (no-threads mode).");
        }

        // The thread has to end. If the monitor is the one of its WaitHandle waits, this wait ends
        // as Thread.Interrupt would end it; the exception that then comes is the end of the thread.
        // False: an inner lock of the library, which is never held for long.
        private static bool EndWait(nint monitor)
        {
            Thread thread = Thread.t_currentThread;
            WaitSubsystem.ThreadWaitInfo info = thread == null ? null : thread._waitInfo;

            if (info == null || info._waitMonitor._nativeMonitor != monitor)
                return false;
            MonitorRelease(monitor); // the order is: this lock first
            WaitSubsystem.s_lock.Acquire();
            MonitorAcquire(monitor);
            if (info.IsWaiting)
            {
                if (info._waitedCount != 0)
                    info.UnregisterWait();
                info._waitSignalState =
                    WaitSubsystem.ThreadWaitInfo.WaitSignalState.NotWaiting_SignaledToInterruptWait;
            }
            WaitSubsystem.s_lock.Release();
            return true;
        }
    }

    public static unsafe class Endings
    {
        // Tells the host and closes the module of the innermost export. P/Invoke: the host's
        // callback may do anything.
        [DllImport("*", EntryPoint = "RhModuleEnded")]
        private static extern void ModuleEnded(char* text, int length);

        // Unwinds the thread; nothing catches. Comes back only where that is not possible: under an
        // engine function that waits for an answer (a filter, a first-chance handler).
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhpEndThread")]
        internal static extern void EndThread();

        [DllImport("libSystem.Native", EntryPoint = "SystemNative_Abort")]
        private static extern void NativeAbort();

        [DllImport("libSystem.Native", EntryPoint = "SystemNative_SetPosixSignalHandler")]
        private static extern void NativeSetPosixSignalHandler(void* handler);

        // The module has ended by itself: exports return zero from now on.
        internal static void End(string text)
        {
            fixed (char* first = text)
                ModuleEnded(first, text.Length);
            EndThread();
            throw new PlatformNotSupportedException(text + ": a module cannot end in a filter or in an exception event");
        }

        // For System.Environment::FailFast, its three forms.
        public static void FailFast(string message) => FailFast(message, null);

        public static void FailFast(string message, Exception exception)
        {
            if (Engine.IsHosted())
                End("Environment.FailFast: " + message + Text(exception));
            RuntimeExceptionHelpers.FailFast(message, exception);
        }

        public static void FailFast(string message, Exception exception, string errorSource)
        {
            if (Engine.IsHosted())
                End(errorSource + message + Text(exception));
            RuntimeExceptionHelpers.FailFast(message, exception, errorSource, RhFailFastReason.AssertionFailure);
        }

        // For System.RuntimeExceptionHelpers::ReportUnhandledException: exceptions out of async void.
        public static void ReportUnhandledException(Exception exception)
        {
            if (Engine.IsHosted())
                End(exception.ToString());
            RuntimeExceptionHelpers.FailFast(null, exception, null, RhFailFastReason.UnhandledException);
        }

        private static string Text(Exception exception)
        {
            return exception == null ? "" : Environment.NewLine + exception.ToString();
        }

        // For Interop+Sys::Abort: the last thing that the library does after a failure of its own.
        public static void Abort()
        {
            if (Engine.IsHosted())
                End("the class library has failed");
            NativeAbort();
        }

        // For Interop+Sys::SetPosixSignalHandler, which installs handlers.
        public static void SetPosixSignalHandler(delegate* unmanaged<int, PosixSignal, int> handler)
        {
            if (Engine.IsHosted())
                throw new PlatformNotSupportedException("signal handlers are the host's: PosixSignalRegistration works in programs only");
            if (!Engine.HasThreads())
                throw new PlatformNotSupportedException("PosixSignalRegistration needs a thread: not in no-threads mode");
            NativeSetPosixSignalHandler(handler);
        }
    }
}
