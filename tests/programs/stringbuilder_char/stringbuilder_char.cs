// StringBuilder and char: appends of every type, insertion, removal, replacement, chunks, capacity; character classes over ranges;
// TextReader and TextWriter over memory.
using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace stringbuilder_char;

static class Program
{
    internal static void Main()
    {
        var b = new StringBuilder();
        b.Append("a").Append('b').Append(1).Append(-2L).Append(1.5).Append(2.5f).Append(true).Append((byte)3).Append((object)null).Append((string)null).Append(new[] { 'x', 'y' }).Append("hello", 1, 3).Append('z', 3).Append(1.10m).Append((object)7).Append("sp".AsSpan()).AppendLine().AppendLine("line").AppendFormat("{0:D3}-{1}", 5, "f").Append($"i{5}{'c'}").AppendJoin(",", 1, 2, 3).AppendJoin('|', "p", "q");
        T.P(b.ToString().Replace("\n", "/") + b.Length);
        b.Insert(0, "start").Insert(3, 42).Insert(b.Length, "!").Remove(1, 2).Replace("l", "LL").Replace('z', '*', 10, 20);
        T.P(b.ToString().Replace("\n", "/")); b[0] = 'S';
        T.P("" + b[0] + b[^1] + b.ToString(2, 5) + T.Throws(() => _ = b[b.Length]) + T.Throws(() => b[-1] = 'x')
            + T.Throws(() => b.Remove(0, 9999)) + T.Throws(() => b.Insert(-1, "")) + T.Throws(() => b.Length = -1));
        b.Length = 5; T.P(b.ToString() + b.Length); b.Length = 7; T.P(b.ToString().Replace('\0', '0')); b.Clear();
        T.P("cleared " + b.Length + b.Equals(new StringBuilder())); for (int i = 0; i < 5000; i++) b.Append(i).Append(' '); int h = 0;
        foreach (var chunk in b.GetChunks()) foreach (char c in chunk.Span) h = h * 31 + c; T.P("big " + b.Length + " " + h + b[12345]);
        b.Insert(10000, "INSERTED").Remove(5, 9000).Replace("99", "nn"); int h2 = 0; string all = b.ToString();
        foreach (char c in all) h2 = h2 * 31 + c; T.P("edited " + all.Length + " " + h2 + all.IndexOf("INS", StringComparison.Ordinal));
        var small = new StringBuilder("abc", 16); small.CopyTo(1, new char[5], 0, 2); char[] dest = new char[3]; small.CopyTo(0, dest, 0, 3);
        T.P(new string(dest) + small.Capacity + small.EnsureCapacity(100).CompareTo(99) + T.Throws(() => new StringBuilder(2, 3).Append("toolong"))
            + small.Equals("abc".AsSpan()));
        string cls = ""; uint ch = 0;
        for (int i = 0; i < 0x3000; i++)
        {
            char c = (char)i;
            int bits = (char.IsLetter(c) ? 1 : 0) | (char.IsDigit(c) ? 2 : 0) | (char.IsWhiteSpace(c) ? 4 : 0) | (char.IsUpper(c) ? 8
                : 0) | (char.IsLower(c) ? 16 : 0) | (char.IsPunctuation(c) ? 32 : 0) | (char.IsControl(c) ? 64 : 0) | (char.IsSymbol(c) ? 128
                : 0) | (char.IsNumber(c) ? 256 : 0) | (char.IsSeparator(c) ? 512 : 0) | (char.IsLetterOrDigit(c) ? 1024 : 0);
            ch = ch * 31 + (uint)bits + (uint)char.GetUnicodeCategory(c) * 7 + char.ToUpperInvariant(c) + char.ToLowerInvariant(c) * 3u;
            if (i < 128 && i % 16 == 1) cls += bits + ",";
        }
        T.P("classes " + cls + ch);
        T.P("char " + char.IsAsciiDigit('5') + char.IsAsciiLetter('_') + char.IsAsciiHexDigit('f') + char.IsBetween('m', 'a', 'z')
            + char.IsSurrogate('\ud800') + char.GetNumericValue('7') + char.GetNumericValue('\u00bd') + 'a'.CompareTo('c') + 'x'.Equals('x')
            + (char)('a' + 1) + (int)char.MaxValue + char.ToString('q') + ('a' + 'b') + (char.ToUpperInvariant('ß') == 'ß')
            + char.IsHighSurrogate('\udc00'));
        var sw = new StringWriter(CultureInfo.InvariantCulture); sw.Write(1.5); sw.Write("a{0}b{1}", 1, 2); sw.WriteLine(true);
        sw.Write(new[] { 'c' }); sw.Write((object)null); sw.NewLine = ";"; sw.WriteLine(5L); T.P(sw.ToString().Replace("\n", "/"));
        var sr = new StringReader("line1\nline2\r\n\nlast"); string lines = ""; for (string l; (l = sr.ReadLine()) != null;) lines += "<" + l + ">";
        T.P(lines + sr.Read() + new StringReader("abc").ReadToEnd() + new StringReader("xy").Peek()); var ms = new MemoryStream();
        using (var w = new StreamWriter(ms, new UTF8Encoding(false), 16, true)) { for (int i = 0; i < 50; i++) w.Write("é" + i); w.Flush(); }
        ms.Position = 0; using var r = new StreamReader(ms, Encoding.UTF8, true, 16); string text = r.ReadToEnd();
        T.P("stream " + ms.Length + " " + text.Length + text[^2..]); var bw = new BinaryWriter(new MemoryStream()); bw.Write(5); bw.Write("str");
        bw.Write(1.5); bw.Write(true); bw.Write7BitEncodedInt(300); bw.Write(1.25m); bw.BaseStream.Position = 0;
        var br = new BinaryReader(bw.BaseStream);
        T.P("binary " + br.ReadInt32() + br.ReadString() + br.ReadDouble() + br.ReadBoolean() + br.Read7BitEncodedInt() + br.ReadDecimal()
            + T.Throws(() => br.ReadInt64()));
        var seg = new MemoryStream(new byte[] { 1, 2, 3, 4 }, 1, 2, false);
        T.P("memory " + seg.Length + seg.ReadByte() + seg.ReadByte() + seg.ReadByte() + seg.CanWrite + T.Throws(() => seg.WriteByte(1))
            + seg.Seek(-1, SeekOrigin.End) + T.Throws(() => seg.Seek(-9, SeekOrigin.Begin)));
        seg.Dispose(); T.P("disposed", T.Throws(() => seg.ReadByte()));
    }
}
