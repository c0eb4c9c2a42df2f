// Resources that are embedded in an assembly: names, streams, what is told about them, and the tables of a .resx file.
using System;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Resources;

namespace embedded;

class Words { }

public static class Program
{
    static void Try(string what, Action a)
    {
        try
        {
            a();
        }
        catch (Exception e)
        {
            T.P(what + ": " + e.GetType().Name + ": " + e.Message.Split('\n')[0]);
        }
    }

    static string Text(Stream s)
    {
        if (s == null)
            return "null";
        using var reader = new StreamReader(s);
        return s.Length + " " + s.CanWrite + s.CanSeek + " " + reader.ReadToEnd().Replace("\n", "/");
    }

    public static int Main()
    {
        Assembly own = typeof(Program).Assembly;

        foreach (string name in own.GetManifestResourceNames())
            T.P(name);
        T.P(Text(own.GetManifestResourceStream("embedded.plain.txt")));
        T.P(Text(own.GetManifestResourceStream(typeof(Program), "plain.txt")));
        T.P(Text(own.GetManifestResourceStream("embedded.with space.txt")));
        T.P(Text(own.GetManifestResourceStream("embedded.empty.bin")));
        T.P(Text(own.GetManifestResourceStream("embedded.PLAIN.txt")));
        T.P(Text(Assembly.GetExecutingAssembly().GetManifestResourceStream("embedded.plain.txt")));
        T.P(Text(typeof(string).Assembly.GetManifestResourceStream("embedded.plain.txt")));
        Try("null", () => own.GetManifestResourceStream(null));
        Try("empty", () => own.GetManifestResourceStream(""));
        Try("null info", () => own.GetManifestResourceInfo(null));
        Try("null type", () => own.GetManifestResourceStream(null, null));
        ManifestResourceInfo info = own.GetManifestResourceInfo("embedded.plain.txt");
        T.P(info.FileName + "|" + info.ReferencedAssembly + "|" + (int)info.ResourceLocation);
        T.P((own.GetManifestResourceInfo("none") == null).ToString());

        var words = new ResourceManager("embedded.Words", own);
        T.P(string.Format(words.GetString("Hello"), "you") + "|" + words.GetString("Empty") + "|" + words.GetString("Café") + "|" +
            words.GetString("Lines").Replace("\n", "/") + "|" + (words.GetString("Nothing") ?? "null") + "|" + words.GetObject("Lines").ToString().Length);
        T.P(new ResourceManager(typeof(Words)).GetString("Hello", CultureInfo.InvariantCulture));
        Try("no table", () => T.P(new ResourceManager("embedded.None", own).GetString("Hello")));
        using (var reader = new ResourceReader(own.GetManifestResourceStream("embedded.Words.resources")))
        {
            int count = 0;
            var e = reader.GetEnumerator();
            while (e.MoveNext())
                count += ((string)e.Key).Length;
            T.P(count.ToString());
        }
        return 0;
    }
}
