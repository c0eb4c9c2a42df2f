// What types say of themselves without reflection data: names of every shape of type, attributes, the text of objects.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace type_names;

class A
{
    public class B<T>
    {
        public struct C<U> { }
        internal interface IInner { }
        protected class Prot { }
        public static Type OfProt() => typeof(Prot);
    }
    private enum Hidden { One }
    public static Type OfHidden() => typeof(Hidden);
}

interface I<in T> { }
delegate void D();
public enum E { X }
sealed class Closed { }
public abstract class Abs { }
static class St { }
ref struct R { }
record Rec(int X);
[Serializable] public class Ser { }
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit)]
struct Expl { [System.Runtime.InteropServices.FieldOffset(0)] public int X; }

public static unsafe class Program
{
    static void Show(Type t)
    {
        T.P(t.ToString());
        T.P("  " + t.FullName);
        T.P("  " + t.Name + " | " + t.Namespace + " | " + (int)t.Attributes + (t.IsSealed ? " sealed" : "") + (t.IsAbstract ? " abstract" : "") +
            (t.IsPublic ? " public" : "") + (t.IsNotPublic ? " notpublic" : "") + (t.IsNestedPublic ? " nestedpublic" : "") +
            (t.IsNestedPrivate ? " nestedprivate" : "") + (t.IsNestedAssembly ? " nestedassembly" : "") + (t.IsNestedFamily ? " nestedfamily" : "") +
            (t.IsInterface ? " interface" : "") + (t.IsClass ? " class" : "") + (t.IsValueType ? " value" : "") + (t.IsEnum ? " enum" : "") +
            (t.IsLayoutSequential ? " sequential" : "") + (t.IsExplicitLayout ? " explicit" : "") + (t.IsAutoLayout ? " auto" : ""));
        if (t.AssemblyQualifiedName != null)
            T.P("  " + t.AssemblyQualifiedName.Substring(t.FullName.Length));
    }

    static void Generic<U>()
    {
        Show(typeof(U));
        Show(typeof(List<U>));
        Show(typeof(A.B<U>.C<int>));
        Show(typeof(U[]));
    }

    public static int Main()
    {
        Type[] types =
        {
            typeof(int), typeof(string), typeof(object), typeof(A), typeof(A.B<>), typeof(A.B<>.C<>), typeof(A.B<int>),
            typeof(A.B<string>.C<E>), typeof(A.B<object>.IInner), A.B<int>.OfProt(), A.OfHidden(), typeof(I<object>), typeof(I<>),
            typeof(D), typeof(E), typeof(Closed), typeof(Abs), typeof(St), typeof(R), typeof(Rec), typeof(Ser), typeof(Expl),
            typeof(int[]), typeof(int[,]), typeof(int[][,,]), typeof(int*), typeof(int**), typeof(void*), typeof(List<int>[]),
            typeof(Dictionary<string, List<int?>>), typeof((int, string)), typeof(void), typeof(Task<int>), typeof(Nullable<>),
            typeof(IntPtr), typeof(Program), typeof(Action<,>), typeof(DayOfWeek), typeof(IComparable<int>), typeof(Span<byte>),
            typeof(ConsoleColor), typeof(Uri), typeof(A.B<(int, E[])>.C<A.B<Uri>>[,][]),
        };

        foreach (Type t in types)
            Show(t);
        Generic<int>();
        Generic<string>();
        Generic<List<Rec>>();
        Generic<E[]>();
        Generic<Dictionary<int, A.B<Rec>.C<int>>>();
        T.P(new A().ToString() + " " + new List<int>() + " " + new int[2] + " " + new { X = 1 }.GetType().Name + " " + (Func<int>)(() => 1));
        T.P(new Rec(4).ToString() + " " + E.X.GetType() + " " + new A.B<string>.C<Ser>() + " " + typeof(delegate*<int, string>));
        T.P(((object)5).GetType().Name + " " + new object[] { 'c' }[0].GetType().FullName + " " + (int)Type.GetTypeCode(typeof(E)));
        T.P(string.Format("{0} {1}", typeof(Rec), new Closed()));
        return 0;
    }

}
