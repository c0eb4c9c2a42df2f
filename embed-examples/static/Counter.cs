// A module that is linked into the host's executable: no file to load, no path to find.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

public struct WordCount
{
    public int Words, Different;
}

public static unsafe class Counter
{
    /// <summary>Counts the words of a text and how many of them differ.</summary>
    /// <param name="text">UTF-8, terminated.</param>
    /// <returns>All zero if the text is NULL.</returns>
    [UnmanagedCallersOnly(EntryPoint = "counter_words")]
    public static WordCount Words(byte* text)
    {
        if (text == null)
            return default;
        string[] words = Marshal.PtrToStringUTF8((IntPtr)text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new WordCount { Words = words.Length, Different = new HashSet<string>(words).Count };
    }

    [UnmanagedCallersOnly(EntryPoint = "counter_each")]
    public static void Each(int count, delegate* unmanaged<int, void*, void> call, void* context)
    {
        foreach (int square in Squares(count))
            call(square, context);
    }

    /// <summary>Reads a number; what is none counts as -1.</summary>
    [UnmanagedCallersOnly(EntryPoint = "counter_number")]
    public static int Number(byte* text)
    {
        try
        {
            return int.Parse(Marshal.PtrToStringUTF8((IntPtr)text));
        }
        catch (FormatException)
        {
            return -1;
        }
    }

    static IEnumerable<int> Squares(int count)
    {
        for (int i = 1; i <= count; i++)
            yield return i * i;
    }
}
