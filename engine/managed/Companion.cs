// engine/managed/Companion.cs - the engine's own managed code: start-up of modules and programs.
// Compiled against a publicised System.Private.CoreLib (engine/managed/publicise.c) and to native
// code together with the class library. Names and signatures of class Startup are fixed:
// loader/classlib_functions.def lists them and engine/start.c, engine/api.c call them.

extern alias disabled;

using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Internal.Runtime;
using Internal.Runtime.CompilerHelpers;

[assembly: DisableRuntimeMarshalling]
[assembly: IgnoresAccessChecksTo("System.Private.CoreLib")]

namespace System.Runtime.CompilerServices
{
    // Known to runtimes by its name; the library does not define it.
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute : Attribute
    {
        public IgnoresAccessChecksToAttribute(string assemblyName) => AssemblyName = assemblyName;

        public string AssemblyName { get; }
    }
}

namespace CoreRT.Companion
{
    // What engine/start.c says about a module (struct module_descriptor); only native code writes it.
#pragma warning disable CS0649
    internal struct ModuleDescriptor
    {
        public TypeManagerHandle Manager;
        public int Index;
        public uint Flags;

        public const uint IsLibrary = 1; // holds the class library: the first module
        public const uint IsExecutable = 2;
    }
#pragma warning restore CS0649

    internal static unsafe class Engine
    {
        // An exception left an export; tells the host. P/Invoke: the host's callback may do anything.
        [DllImport("*", EntryPoint = "RhUnhandledAtExport")]
        internal static extern void UnhandledAtExport(char* text, int length);

        // The same exception's stack trace, for the host's log.
        [DllImport("*", EntryPoint = "RhUnhandledTrace")]
        internal static extern void UnhandledTrace(nint* trace, int count);

        // The exception for allocations that fail while an exception is being made.
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhSetPreallocatedOutOfMemory")]
        internal static extern void SetPreallocatedOutOfMemory(object exception);

        // For stack overflow: how to make the exception, and one for when not even that is possible.
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhSetInsufficientStack")]
        internal static extern void SetInsufficientStack(object exception,
            delegate*<object> make);

        // Keeps the exception for corert_error_take.
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhKeepError")]
        internal static extern void KeepError(object exception);

        // False in a program of our own, which an unhandled exception ends.
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhIsHosted")]
        internal static extern bool IsHosted();

        // False: managed threads are coroutines of one thread, and nobody may make another one.
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhHasThreads")]
        internal static extern bool HasThreads();

        // The next dead object whose finalizer has to run; null: none is ready.
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhpGetNextFinalizableObject")]
        internal static extern object NextFinalizable();

        // At shutdown: the next object whose finalizer has to run, critical ones last; null at the end.
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "RhNextFinalizableAtStop")]
        internal static extern object NextFinalizableAtStop();

        internal static void Report(object exception)
        {
            string text;

            try
            {
                text = exception.ToString() ?? "an exception without a text";
            }
            catch (Exception)
            {
                text = "an exception whose ToString failed";
            }
            fixed (char* first = text)
                UnhandledAtExport(first, text.Length);
            if (exception is Exception { _corDbgStackTrace: not null } thrown)
            {
                fixed (nint* trace = thrown._corDbgStackTrace)
                    UnhandledTrace(trace, thrown._idxFirstFreeStackTraceEntry);
            }
        }
    }

    // Entry points of the engine. Nothing here may have a static constructor: the first call comes
    // before the library can run one.
    public static unsafe class Startup
    {
        // Makes a module known to the library and runs its start-up code. 0 = well; 1 = an
        // exception ended it, which has been reported. In a program it is simply unhandled.
        [UnmanagedCallersOnly]
        public static int RegisterModule(void* moduleDescriptor)
        {
            ModuleDescriptor* module = (ModuleDescriptor*)moduleDescriptor;

            if ((module->Flags & ModuleDescriptor.IsExecutable) != 0)
            {
                Register(module);
                return 0;
            }
            try
            {
                Register(module);
                return 0;
            }
            catch (Exception exception)
            {
                Engine.Report(exception);
                return 1;
            }
        }

        // The library's InitializeModules does this once for a fixed set of modules; this is the
        // same for one more. Static fields and frozen objects are registered by the engine.
        private static void Register(ModuleDescriptor* module)
        {
            Add(module->Manager, module->Index);
            StartupCodeHelpers.RunInitializers(module->Manager, ReadyToRunSectionType.EagerCctor);
            if ((module->Flags & ModuleDescriptor.IsLibrary) != 0)
                InitializeLibraries();
            StartupCodeHelpers.RunInitializers(module->Manager,
                ReadyToRunSectionType.ModuleInitializerList);
        }

        private static void InitializeLibraries()
        {
            LibraryInitializer.InitializeLibrary();
            // Its static constructor runs here and not when two threads first want one: that may be a wait for
            // the lock of all static constructors, which would then wait for itself, registered twice.
            GC.KeepAlive(LowLevelLock.s_spinWaitTryAcquireCallback);
            Engine.SetPreallocatedOutOfMemory(PreallocatedOutOfMemoryException.Instance);
            Engine.SetInsufficientStack(new InsufficientExecutionStackException(),
                &NewInsufficientStack);
            disabled::Internal.Runtime.CompilerHelpers.LibraryInitializer.InitializeLibrary();
        }

        // Called by the engine where the stack is about to end.
        private static object NewInsufficientStack() => new InsufficientExecutionStackException();

        // Readers take the array first and the count second, so the array is complete before the
        // count grows.
        private static void Add(TypeManagerHandle manager, int index)
        {
            TypeManagerHandle[] old = StartupCodeHelpers.s_modules;

            if (old == null || index >= old.Length)
            {
                TypeManagerHandle[] grown = new TypeManagerHandle[old == null ? 1 : 2 * index];

                for (int i = 0; i < index; i++)
                    grown[i] = old[i];
                grown[index] = manager;
                StartupCodeHelpers.s_modules = grown;
            }
            else
            {
                old[index] = manager;
            }
            StartupCodeHelpers.s_moduleCount = index + 1;
        }

        // A program's Main, from the command line to the exit code.
        [UnmanagedCallersOnly]
        public static int RunMain(int argc, sbyte** argv, void* mainFunction)
        {
            StartupCodeHelpers.InitializeCommandLineArgs(argc, argv);
            string[] arguments = StartupCodeHelpers.GetMainMethodArguments();
            int code = ((delegate*<string[], int>)mainFunction)(arguments);

            StartupCodeHelpers.SetLatchedExitCode(code);
            return StartupCodeHelpers.Shutdown();
        }

        // Called by the compiled boundary of an export with the exception that reached it; the
        // export then returns zero. A program ends here, as it would without a handler.
        // Null: the thread has to end and the engine knows it.
        public static void UnhandledAtExport(object exception)
        {
            if (exception == null)
                return;
            if (Engine.IsHosted())
            {
                Engine.KeepError(exception);
                Engine.Report(exception);
                return;
            }
            AppContext.OnUnhandledException(exception);
            RuntimeExceptionHelpers.RuntimeFailFast(RhFailFastReason.UnhandledException,
                exception as Exception, 0, 0);
        }

        // The host shuts the engine down.
        [UnmanagedCallersOnly]
        public static void Stop()
        {
            try
            {
                Environment.ShutdownCore();
            }
            catch (Exception exception)
            {
                Engine.Report(exception);
            }
            FinalizeAll();
        }

        // Runs finalizers of dead objects, `most` at the most; tells how many. In a program an
        // exception that leaves one ends the process, a host is told.
        [UnmanagedCallersOnly]
        public static int RunFinalizers(int most)
        {
            int count = 0;

            while (count < most && RunNextFinalizer())
                count++;
            return count;
        }

        // A frame of its own: what it leaves on the stack does not keep the object alive.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static bool RunNextFinalizer()
        {
            object target = Engine.NextFinalizable();

            if (target == null)
                return false;
            if (Engine.IsHosted())
                FinalizeHosted(target);
            else
                Finalize(target);
            return true;
        }

        private static void Finalize(object target)
        {
            ((delegate*<object, void>)target.GetMethodTable()->FinalizerCode)(target);
        }

        private static void FinalizeHosted(object target)
        {
            try
            {
                Finalize(target);
            }
            catch (Exception exception)
            {
                Engine.Report(exception);
            }
        }

        // The memory goes with the engine; what finalizers guard outside, as open files, would not.
        private static void FinalizeAll()
        {
            object target;

            while ((target = Engine.NextFinalizableAtStop()) != null)
                FinalizeHosted(target);
        }
    }

    // Bodies that replace bodies of the class library: rows of the compiler's replacement table.
    public static unsafe class Replacements
    {
        [DllImport("libSystem.Native", EntryPoint = "SystemNative_InitializeTerminalAndSignalHandling")]
        private static extern int NativeInitializeTerminal();

        // For System.Console: Interop+Sys::InitializeTerminalAndSignalHandling() -> bool.
        // A host's terminal and signal handlers are its own; the shim makes a thread for signals.
        public static bool InitializeTerminalAndSignalHandling()
        {
            return Engine.IsHosted() || !Engine.HasThreads() || NativeInitializeTerminal() != 0;
        }

        // For System.Private.CoreLib: System.Environment::Exit(int32). A guest does not end its
        // host's process.
        public static void Exit(int exitCode)
        {
            if (Engine.IsHosted())
                Endings.End("Environment.Exit(" + exitCode.ToString() + ")");
            Environment.s_latchedExitCode = exitCode;
            Environment.ShutdownCore();
            Environment.ExitRaw();
        }

        // For System.Private.CoreLib: RuntimeAugments::FreeThunk(object, nint). The thunk goes to
        // the end of the list, so that it stands for nothing as long as possible, and a callback
        // that comes too late finds that out (Callbacks.Callee).
        public static void FreeThunk(object thunksHeap, nint thunk)
        {
            ThunksHeap heap = Unsafe.As<ThunksHeap>(thunksHeap);
            nint data = ThunksHeap.TryGetThunkDataAddress(thunk);

            lock (heap)
            {
                *(nint*)data = 0;
                *(nint*)heap._lastThunkPtr = data;
                heap._lastThunkPtr = data;
            }
        }
    }
}
