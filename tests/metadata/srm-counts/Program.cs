// tests/metadata/srm-counts - the same output as md_counts, from System.Reflection.Metadata.
// Table names come from our output's number only; the names here are the library's own.
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

var output = new StreamWriter(Console.OpenStandardOutput());
foreach (string path in args)
{
    using var stream = File.OpenRead(path);
    using var pe = new PEReader(stream);
    MetadataReader reader = pe.GetMetadataReader();

    output.Write($"== {Path.GetFileName(path)}\n");
    foreach (TableIndex table in Enum.GetValues<TableIndex>())
    {
        int rows = reader.GetTableRowCount(table);
        if (rows != 0)
            output.Write($"{(int)table:X2} {Name(table)} {rows}\n");
    }
}
output.Flush();

// The standard's spelling where the library's differs.
static string Name(TableIndex table) => table switch
{
    TableIndex.FieldRva => "FieldRVA",
    TableIndex.StandAloneSig => "StandAloneSig",
    TableIndex.AssemblyOS => "AssemblyOS",
    TableIndex.AssemblyRefOS => "AssemblyRefOS",
    _ => table.ToString(),
};
