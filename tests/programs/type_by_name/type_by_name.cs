// Type.GetType of names that stand in the code.
using System;
using System.Collections.Generic;

namespace type_by_name;

class A
{
    public class B<T> { }
}

class Generic<T>
{
    public static Type Own() => Type.GetType("type_by_name.A+B`1");
}

public static class Program
{
    static void Show(Type t) => T.P(t == null ? "null" : t.ToString());

    public static int Main()
    {
        Show(Type.GetType("System.Int32"));
        Show(Type.GetType("System.Int32", false));
        Show(Type.GetType("System.String", true));
        Show(Type.GetType("System.String", throwOnError: true, ignoreCase: false));
        Show(Type.GetType("type_by_name.A"));
        Show(Type.GetType("type_by_name.A+B`1"));
        Show(Type.GetType("type_by_name.A+B`1[System.Int32]"));
        Show(Type.GetType("type_by_name.A+B`1[[System.Int32]]"));
        Show(Type.GetType("type_by_name.A+B`1[[System.Uri, System.Private.Uri]]"));
        Show(Type.GetType("System.Uri, System.Runtime"));
        Show(Type.GetType("System.Uri"));
        Show(Type.GetType("System.Int32, System.Private.CoreLib, Version=9.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e"));
        Show(Type.GetType("System.Collections.Generic.Dictionary`2[System.String,type_by_name.A[]]"));
        Show(Type.GetType("System.Collections.Generic.Dictionary`2[[System.String],[System.Collections.Generic.List`1[[type_by_name.A]][,]]][]"));
        Show(Type.GetType("System.Int32[,][], System.Private.CoreLib"));
        Show(Type.GetType("System.Int32*"));
        Show(Type.GetType("System.Int32&"));
        Show(Type.GetType("Mono.Runtime"));
        Show(Type.GetType("Nowhere.Type, Nowhere"));
        Show(Type.GetType("System.Nothing, System.Private.CoreLib", false));
        Show(Type.GetType("System.Int32+Inner"));
        Show(Type.GetType("type_by_name.a"));
        Show(Generic<int>.Own());
        Show(Generic<string>.Own());
        T.P((Type.GetType("System.Int32") == typeof(int)).ToString() + (Type.GetType("type_by_name.A") == new A().GetType()));
        T.P((Type.GetType("Mono.Runtime") != null ? "mono" : "other") + " " + Type.GetType("type_by_name.A").Name);
        return 0;
    }
}
