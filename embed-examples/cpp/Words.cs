// embed-examples/cpp/Words.cs - counts words for a C++ host, from several threads at a time.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

public static unsafe class Words
{
    private static readonly ConcurrentDictionary<string, int> counts = new ConcurrentDictionary<string, int>();

    [UnmanagedCallersOnly(EntryPoint = "words_add")]
    public static int Add(byte* text, int bytes)
    {
        string[] words = Encoding.UTF8.GetString(text, bytes).Split(' ', StringSplitOptions.RemoveEmptyEntries);

        foreach (string word in words)
        {
            if (word.Any(char.IsDigit))
                throw new FormatException($"'{word}' is no word", new ArgumentException("a digit"));
            counts.AddOrUpdate(word.ToLowerInvariant(), 1, (_, n) => n + 1);
        }
        return words.Length;
    }

    // Calls back for each word that came `least` times, most frequent first; the callback may refuse to
    // go on by returning 0.
    [UnmanagedCallersOnly(EntryPoint = "words_each")]
    public static int Each(int least, delegate* unmanaged<void*, byte*, int, int, int> visit, void* context)
    {
        int told = 0;

        foreach (KeyValuePair<string, int> pair in counts.Where(p => p.Value >= least)
            .OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal))
        {
            byte[] text = Encoding.UTF8.GetBytes(pair.Key);

            fixed (byte* first = text)
                if (visit(context, first, text.Length, pair.Value) == 0)
                    break;
            told++;
        }
        return told;
    }

    // The longest words as a string[], by handle.
    [UnmanagedCallersOnly(EntryPoint = "words_longest")]
    public static nint Longest(int count) => GCHandle.ToIntPtr(GCHandle.Alloc(
        counts.Keys.OrderByDescending(w => w.Length).ThenBy(w => w, StringComparer.Ordinal).Take(count).ToArray()));
}
