// tests/reach/cases.cs - what corertc --dump=reach must and must not list for this program.
// Lines beginning with "//!" stand beside the code they are about: "has TEXT" or "no TEXT": the dump has that
// line or does not; "..." at the end of TEXT stands for anything. check.sh reads them.
using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cases
{
    //! has body [cases]Cases.Methods::Called()
    //! has body [cases]Cases.Methods::CalledByCalled()
    //! no body [cases]Cases.Methods::NotCalled()
    //! no body [cases]Cases.Methods::CalledByNotCalled()
    //! no body [cases]Cases.Methods::AfterThrow()
    //! has body [cases]Cases.Methods::PointedTo(System.Int32)
    //! no body [cases]Cases.Methods::NotPointedTo(System.Int32)
    //! has body [cases]Cases.Methods::InFilter(System.Exception)
    //! has body [cases]Cases.Methods::InFinally()
    static class Methods
    {
        public static void Run()
        {
            Func<int, int> f = PointedTo;

            Called();
            Program.Sink += f(1);
            try
            {
                Fails();
            }
            catch (Exception e) when (InFilter(e))
            {
                Program.Sink++;
            }
            finally
            {
                InFinally();
            }
        }

        static void Called() => CalledByCalled();
        static void CalledByCalled() => Program.Sink++;
        static void NotCalled() => CalledByNotCalled();
        static void CalledByNotCalled() => Program.Sink++;
        static int PointedTo(int x) => x;
        static int NotPointedTo(int x) => x;
        static bool InFilter(Exception e) => e.Message.Length > 0;
        static void InFinally() => Program.Sink++;
        static void AfterThrow() => Program.Sink++;

#pragma warning disable CS0162
        static void Fails()
        {
            throw new InvalidOperationException("no");
            AfterThrow();
        }
#pragma warning restore CS0162
    }

    // A virtual method counts when its declaration is called and its type may exist.
    //! has body [cases]Cases.Made::Used()
    //! has body [cases]Cases.Base::Used()
    //! no body [cases]Cases.Made::NotUsed()
    //! no body [cases]Cases.Base::NotUsed()
    //! no body [cases]Cases.NeverMade::Used()
    //! has type constructed full [cases]Cases.Made
    //! no type constructed full [cases]Cases.NeverMade
    //! has type [cases]Cases.NeverMade
    class Base
    {
        public virtual int Used() => 1;
        public virtual int NotUsed() => 2;
    }

    class Made : Base
    {
        public override int Used() => base.Used() + 10;
        public override int NotUsed() => 20;
    }

    class NeverMade : Base
    {
        public override int Used() => 100;
    }

    // Overriding a method of the library that the library itself calls.
    //! has body [cases]Cases.Text::ToString()
    //! no body [cases]Cases.NeverMadeText::ToString()
    class Text { public override string ToString() => "text"; }
    class NeverMadeText { public override string ToString() => "never"; }

    // A type made only by a constructor nobody calls, in a class that exists.
    //! no body [cases]Cases.Holder::Make()
    //! no type constructed full [cases]Cases.OnlyInUnused
    class OnlyInUnused { public override int GetHashCode() => 4; }
    class Holder { public static object Make() => new OnlyInUnused(); public int X; }

    // Interfaces.
    //! has body [cases]Cases.Impl::Called()
    //! no body [cases]Cases.Impl::NotCalled()
    //! has body [cases]Cases.IThing::WithBody()
    //! no body [cases]Cases.IThing::OtherBody()
    //! no body [cases]Cases.ImplNeverMade::Called()
    interface IThing { int Called(); int NotCalled(); int WithBody() => 3; int OtherBody() => 4; }
    class Impl : IThing { public int Called() => 1; public int NotCalled() => 2; }
    class ImplNeverMade : IThing { public int Called() => 1; public int NotCalled() => 2; }

    // A value type's interface method when boxed, and the same by a constrained call.
    //! has body [cases]Cases.Boxed::Called()
    //! has body [cases]Cases.Constrained::Called()
    //! no type constructed full [cases]Cases.Constrained
    struct Boxed : IThing { public int X; public int Called() => X; public int NotCalled() => X; }
    struct Constrained : IThing { public int X; public int Called() => X; public int NotCalled() => X; public int WithBody() => X; }

    // Generics: one body a canonical form, exact ones for value types, dictionaries where shared.
    //! has body [cases]Cases.Cell`1<System.Int32>::Get()
    //! has body [cases]Cases.Cell`1<System.__Canon>::Get()
    //! no body [cases]Cases.Cell`1<System.String>::Get()
    //! no body [cases]Cases.Cell`1<System.Int64>...
    //! no body [cases]Cases.Cell`1<System.Int32>::Never()
    //! has body [cases]Cases.Generic::Make<System.__Canon>()
    //! has body [cases]Cases.Generic::Make<System.Int16>()
    //! no body [cases]Cases.Generic::Make<System.Byte>()
    //! has dictionary 1 [cases]Cases.Generic::Make<System.String>()
    //! has dictionary 1 [cases]Cases.Generic::Make<[cases]Cases.Made>()
    //! no dictionary 1 [cases]Cases.Generic::Make<System.Int16>()
    //! has type constructed full [cases]Cases.Made[]
    //! has type constructed full System.Int16[]
    class Cell<T>
    {
        public T Value;
        public T Get() => Value;
        public object Never() => new List<T>();
    }

    static class Generic
    {
        public static object Make<T>() => new T[2];

        public static void Run()
        {
            Program.Sink += new Cell<int>().Get();
            Program.Keep(new Cell<string>().Get());
            Program.Keep(new Cell<object>().Get());
            Program.Keep(Make<string>());
            Program.Keep(Make<Made>());
            Program.Keep(Make<short>());
        }
    }

    // Generic virtual methods: only overrides in types that exist.
    //! has body [cases]Cases.Visitor::Visit<System.Int32>(System.Int32)
    //! no body [cases]Cases.NeverMadeVisitor::Visit<System.Int32>(System.Int32)
    //! no body [cases]Cases.Visitor::Visit<System.Int64>(System.Int64)
    abstract class VisitorBase { public abstract string Visit<T>(T x); }
    class Visitor : VisitorBase { public override string Visit<T>(T x) => typeof(T) == typeof(int) ? "int" : "other"; }
    class NeverMadeVisitor : VisitorBase { public override string Visit<T>(T x) => "never"; }

    // Static virtual methods.
    //! has body [cases]Cases.Metre::Unit()
    //! no body [cases]Cases.Foot::Unit()
    interface IUnit { static abstract string Unit(); }
    struct Metre : IUnit { public static string Unit() => "m"; }
    struct Foot : IUnit { public static string Unit() => "ft"; }

    // Class constructors: beforefieldinit ones only with a static field, explicit ones with any use.
    //! has body [cases]Cases.Touched::.cctor()
    //! no body [cases]Cases.NotTouched::.cctor()
    //! has body [cases]Cases.Precise::.cctor()
    //! no body [cases]Cases.NotUsedAtAll::.cctor()
    class Touched { public static object Value = new object(); }
    class NotTouched { public static object Value = new object(); public static int Method() => 3; }
    class Precise { public static int Value; static Precise() { Value = 5; } public static int Method() => 6; }
    class NotUsedAtAll { public static int Value; static NotUsedAtAll() { Value = 5; } }

    // Finalizers run when their object existed.
    //! has body [cases]Cases.Finalizable::Finalize()
    //! no body [cases]Cases.NeverMadeFinalizable::Finalize()
    class Finalizable { ~Finalizable() { Program.Sink++; } }
    class NeverMadeFinalizable { ~NeverMadeFinalizable() { Program.Sink++; } }

    // Compared with, cast to, asked for by typeof: a MethodTable, no instance.
    //! has type [cases]Cases.OnlyTested
    //! no body [cases]Cases.OnlyTested::ToString()
    class OnlyTested { public override string ToString() => "never"; }

    // Code behind a question that is answered at compile time.
    //! no body [cases]Cases.Folded::Accelerated()
    //! has body [cases]Cases.Folded::Scalar()
    //! no body [cases]Cases.Folded::WithAvx512()
    //! no body [cases]Cases.Folded::WithArm()
    //! no body [cases]Cases.Folded::Dynamic()
    //! no body [cases]Cases.Folded::ThirtyTwo()
    //! no body [cases]Cases.Folded::BigEndian()
    //! has body [cases]Cases.Folded::IsInt()
    //! has body [cases]Cases.Folded::IsOther()
    //! no body [cases]Cases.Folded::IsLong()
    //! no body [cases]Cases.Folded::Mine()
    static class Folded
    {
        static void Accelerated() => Program.Sink++;
        static void Scalar() => Program.Sink--;
        static void WithAvx512() => Program.Sink++;
        static void WithArm() => Program.Sink++;
        static void Dynamic() => Program.Sink++;
        static void ThirtyTwo() => Program.Sink++;
        static void BigEndian() => Program.Sink++;
        static void IsInt() => Program.Sink++;
        static void IsLong() => Program.Sink++;
        static void IsOther() => Program.Sink++;
        static void Mine() => Program.Sink++;
        static bool Enabled => false;

        static void Typed<T>()
        {
            if (typeof(T) == typeof(int))
                IsInt();
            else if (typeof(T) == typeof(long))
                IsLong();
            else
                IsOther();
        }

        public static void Run()
        {
            if (Vector512.IsHardwareAccelerated)
                Accelerated();
            else
                Scalar();
            if (Avx512F.IsSupported)
                WithAvx512();
            if (System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported)
                WithArm();
            if (System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported)
                Dynamic();
            if (IntPtr.Size == 4)
                ThirtyTwo();
            if (!BitConverter.IsLittleEndian)
                BigEndian();
            if (Enabled)
                Mine();
            Typed<int>();
            Typed<short>();
        }
    }

    static class Program
    {
        public static int Sink;
        static object kept;

        public static void Keep(object o)
        {
            if (o is OnlyTested)
                Sink++;
            kept = o;
        }

        static int CallConstrained<T>(T x) where T : IThing => x.Called();
        static string UnitOf<T>() where T : IUnit => T.Unit();
        static int UseBase(Base b) => b is NeverMade ? 0 : b.Used();
        static int UseThing(IThing t) => t.Called() + t.WithBody();
        static string UseVisitor(VisitorBase v) => v.Visit(4);

        static int Main(string[] args)
        {
            Methods.Run();
            Sink += UseBase(new Made());
            Keep(new Text().ToString() + new Text());
            Keep(new Holder());
            Sink += UseThing(args.Length > 5 ? new Impl() : new Boxed());
            Sink += CallConstrained(new Constrained());
            Generic.Run();
            Keep(UseVisitor(new Visitor()));
            Keep(UnitOf<Metre>());
            Keep(Touched.Value);
            Sink += NotTouched.Method() + Precise.Method();
            Keep(new Finalizable());
            Folded.Run();
            Console.WriteLine(kept != null);
            return 0;
        }
    }
}
