// tests/host/GuestFiles.cs - what managed code sees of files, one number an answer. An exception is its
// negative code.
using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text;

public static unsafe class GuestFiles
{
    const int NotFound = -1, NoFolder = -2, Denied = -3, Failed = -4, Other = -5;

    static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    static long Try(Func<long> work)
    {
        try
        {
            return work();
        }
        catch (FileNotFoundException)
        {
            return NotFound;
        }
        catch (DirectoryNotFoundException)
        {
            return NoFolder;
        }
        catch (UnauthorizedAccessException)
        {
            return Denied;
        }
        catch (IOException)
        {
            return Failed;
        }
        catch (Exception)
        {
            return Other;
        }
    }

    static long Sum(byte[] bytes)
    {
        long sum = bytes.Length * 1000L;

        foreach (byte b in bytes)
            sum += b;
        return sum;
    }

    // The whole text, into the buffer: its length in bytes.
    [UnmanagedCallersOnly(EntryPoint = "guest_file_text")]
    public static long ReadText(byte* path, byte* buffer, int size)
    {
        string name = Text(path);

        return Try(() =>
        {
            string text = File.ReadAllText(name);

            return Encoding.UTF8.GetBytes(text, new Span<byte>(buffer, size));
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_file_bytes")]
    public static long ReadBytes(byte* path)
    {
        string name = Text(path);

        return Try(() => Sum(File.ReadAllBytes(name)));
    }

    // 1: a file, 2: a folder; and its length in what is left.
    [UnmanagedCallersOnly(EntryPoint = "guest_file_kind")]
    public static long Kind(byte* path)
    {
        string name = Text(path);

        return Try(() => (File.Exists(name) ? 1 + 4 * new FileInfo(name).Length : 0) + (Directory.Exists(name) ? 2 : 0));
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_file_year")]
    public static long Year(byte* path)
    {
        string name = Text(path);

        return Try(() => File.GetLastWriteTimeUtc(name).Year);
    }

    // Backwards through a stream: seeks, positions, the end, a refused write.
    [UnmanagedCallersOnly(EntryPoint = "guest_file_stream")]
    public static long Stream(byte* path)
    {
        string name = Text(path);

        return Try(() =>
        {
            using FileStream stream = File.OpenRead(name);
            long sum = stream.Length * 1000;

            if (!stream.CanSeek || stream.CanWrite || !Path.IsPathRooted(stream.Name))
                return Other;
            for (long at = stream.Length; at-- > 0;)
            {
                stream.Position = at;
                sum += stream.ReadByte();
            }
            stream.Seek(0, SeekOrigin.End);
            return stream.ReadByte() == -1 ? sum : Other;
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_file_lines")]
    public static long Lines(byte* path)
    {
        string name = Text(path);

        return Try(() =>
        {
            long lines = 0;

            foreach (string line in File.ReadLines(name))
                lines++;
            return lines;
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_file_map")]
    public static long Map(byte* path)
    {
        string name = Text(path);

        return Try(() =>
        {
            long length = new FileInfo(name).Length, sum = length * 1000;

            using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(name, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);

            for (long i = 0; i < length; i++)
                sum += view.ReadByte(i);
            return sum;
        });
    }

    // Several threads of the pool at once, each with an open file of its own.
    [UnmanagedCallersOnly(EntryPoint = "guest_file_async")]
    public static long Async(byte* path, int count)
    {
        string name = Text(path);

        return Try(() =>
        {
            var reads = new System.Threading.Tasks.Task<byte[]>[count];
            long sum = 0;

            for (int i = 0; i < count; i++)
                reads[i] = File.ReadAllBytesAsync(name);
            foreach (var read in reads)
                sum += Sum(read.GetAwaiter().GetResult());
            return sum;
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_file_write")]
    public static long Write(byte* path)
    {
        string name = Text(path);

        return Try(() =>
        {
            File.WriteAllText(name, "written");
            return 0;
        });
    }

    // The names, sorted: folders end in '/'.
    [UnmanagedCallersOnly(EntryPoint = "guest_file_list")]
    public static long List(byte* path, byte* buffer, int size, int deep)
    {
        string name = Text(path);

        return Try(() =>
        {
            var names = new System.Collections.Generic.List<string>();
            var how = deep != 0 ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;

            foreach (string folder in Directory.EnumerateDirectories(name, "*", how))
                names.Add(folder.Substring(name.Length) + "/");
            foreach (string file in Directory.EnumerateFiles(name, "*", how))
                names.Add(file.Substring(name.Length));
            names.Sort(string.CompareOrdinal);
            return Encoding.UTF8.GetBytes(string.Join(" ", names), new Span<byte>(buffer, size));
        });
    }

    [UnmanagedCallersOnly(EntryPoint = "guest_file_copy")]
    public static long Copy(byte* from, byte* to)
    {
        string a = Text(from), b = Text(to);

        return Try(() =>
        {
            File.Copy(a, b);
            return 0;
        });
    }
}
