// embed-examples/sqlite/SqliteExtension.cs - a loadable extension of SQLite in C#: the stock shell
// opens it with .load and knows nothing of CoreRT. Compiled with corertc --drop-in.
//   regexp(pattern, text)   also as: text REGEXP pattern
//   median(x)               an aggregate
//   COLLATE natural         file9 before file10
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

// The functions of sqlite3_api_routines (sqlite3ext.h) that are used here, by their number.
internal static unsafe class Sqlite
{
    internal const int Utf8 = 1, Deterministic = 0x800, Null = 5;
    internal static readonly nint Transient = -1;

    private static nint* table;

    internal static void Start(nint* routines) => table = routines;

    internal static int CreateFunction(nint db, string name, int arguments, void* scalar, void* step, void* final)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0"))
            return ((delegate* unmanaged<nint, byte*, int, int, nint, void*, void*, void*, int>)table[45])(
                db, text, arguments, Utf8 | Deterministic, 0, scalar, step, final);
    }

    internal static int CreateCollation(nint db, string name, void* compare)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0"))
            return ((delegate* unmanaged<nint, byte*, int, nint, void*, int>)table[43])(db, text, Utf8, 0, compare);
    }

    internal static bool IsNull(nint value) => ((delegate* unmanaged<nint, int>)table[113])(value) == Null;

    internal static double Double(nint value) => ((delegate* unmanaged<nint, double>)table[105])(value);

    internal static string Text(nint value)
    {
        byte* text = ((delegate* unmanaged<nint, byte*>)table[109])(value);
        int bytes = ((delegate* unmanaged<nint, int>)table[103])(value);

        return Encoding.UTF8.GetString(text, bytes);
    }

    internal static void Result(nint context, double value) =>
        ((delegate* unmanaged<nint, double, void>)table[79])(context, value);

    internal static void Result(nint context, long value) =>
        ((delegate* unmanaged<nint, long, void>)table[83])(context, value);

    internal static void ResultNull(nint context) => ((delegate* unmanaged<nint, void>)table[84])(context);

    internal static void Error(nint context, string message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(message);

        fixed (byte* text = bytes)
            ((delegate* unmanaged<nint, byte*, int, void>)table[80])(context, text, bytes.Length);
    }

    // Zeroed memory that SQLite keeps for one group; null if bytes is 0 and there is none.
    internal static nint* Group(nint context, int bytes) =>
        ((delegate* unmanaged<nint, int, nint*>)table[0])(context, bytes);
}

public static unsafe class Extension
{
    [UnmanagedCallersOnly(EntryPoint = "sqlite3_extension_init")]
    public static int Init(nint db, byte** error, nint* routines)
    {
        int code;

        Sqlite.Start(routines);
        code = Sqlite.CreateFunction(db, "regexp", 2, (delegate* unmanaged<nint, int, nint*, void>)&Regexp, null, null);
        if (code == 0)
            code = Sqlite.CreateFunction(db, "median", 1, null, (delegate* unmanaged<nint, int, nint*, void>)&MedianStep,
                (delegate* unmanaged<nint, void>)&MedianFinal);
        if (code == 0)
            code = Sqlite.CreateCollation(db, "numeric", (delegate* unmanaged<nint, int, byte*, int, byte*, int>)&Numeric);
        return code;
    }

    // ---- regexp ----

    private static readonly Dictionary<string, Regex> patterns = new Dictionary<string, Regex>();

    [UnmanagedCallersOnly]
    private static void Regexp(nint context, int count, nint* values)
    {
        try
        {
            string pattern = Sqlite.Text(values[0]);

            if (!patterns.TryGetValue(pattern, out Regex regex))
                patterns[pattern] = regex = new Regex(pattern);
            Sqlite.Result(context, regex.IsMatch(Sqlite.Text(values[1])) ? 1L : 0L);
        }
        catch (ArgumentException bad)
        {
            Sqlite.Error(context, "regexp: " + bad.Message);
        }
    }

    // ---- median ----

    [UnmanagedCallersOnly]
    private static void MedianStep(nint context, int count, nint* values)
    {
        nint* group = Sqlite.Group(context, sizeof(nint));

        if (group == null || Sqlite.IsNull(values[0]))
            return;
        if (*group == 0)
            *group = GCHandle.ToIntPtr(GCHandle.Alloc(new List<double>()));
        ((List<double>)GCHandle.FromIntPtr(*group).Target).Add(Sqlite.Double(values[0]));
    }

    [UnmanagedCallersOnly]
    private static void MedianFinal(nint context)
    {
        nint* group = Sqlite.Group(context, 0);

        if (group == null || *group == 0)
        {
            Sqlite.ResultNull(context);
            return;
        }
        GCHandle handle = GCHandle.FromIntPtr(*group);
        List<double> all = (List<double>)handle.Target;
        int middle = all.Count / 2;

        handle.Free();
        all.Sort();
        Sqlite.Result(context, all.Count % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2);
    }

    // ---- numeric order ----

    [UnmanagedCallersOnly]
    private static int Numeric(nint unused, int bytesA, byte* a, int bytesB, byte* b) =>
        Compare(new ReadOnlySpan<byte>(a, bytesA), new ReadOnlySpan<byte>(b, bytesB));

    private static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        while (a.Length > 0 && b.Length > 0)
        {
            int order;

            if (char.IsAsciiDigit((char)a[0]) && char.IsAsciiDigit((char)b[0]))
            {
                ReadOnlySpan<byte> x = Number(ref a), y = Number(ref b);

                order = x.Length != y.Length ? x.Length - y.Length : x.SequenceCompareTo(y);
            }
            else
            {
                order = a[0] - b[0];
                a = a[1..];
                b = b[1..];
            }
            if (order != 0)
                return order;
        }
        return a.Length - b.Length;
    }

    // The digits at the front without leading zeros; `text` goes on behind them.
    private static ReadOnlySpan<byte> Number(ref ReadOnlySpan<byte> text)
    {
        int end = 0, start = 0;

        while (end < text.Length && char.IsAsciiDigit((char)text[end]))
            end++;
        while (start < end - 1 && text[start] == '0')
            start++;
        ReadOnlySpan<byte> digits = text[start..end];

        text = text[end..];
        return digits;
    }
}
