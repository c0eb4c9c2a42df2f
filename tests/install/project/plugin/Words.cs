using System;
using System.Runtime.InteropServices;

public static unsafe class Words
{
    [UnmanagedCallersOnly(EntryPoint = "words_split")]
    public static void Split(byte* text, delegate* unmanaged<byte*, void*, void> word, void* context)
    {
        foreach (string s in Marshal.PtrToStringUTF8((IntPtr)text).Split(' '))
        {
            IntPtr copy = Marshal.StringToCoTaskMemUTF8(s);
            word((byte*)copy, context);
            Marshal.FreeCoTaskMem(copy);
        }
    }
}
