// tests/host/Second.cs - a small module that brings its own class library.
using System.Runtime.InteropServices;

public static class Second
{
    [UnmanagedCallersOnly(EntryPoint = "second")]
    public static int Two() => 2;
}
