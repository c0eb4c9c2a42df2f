// engine/managed/Strings.cs - the table of interned strings knows the literals of the image.

using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using Internal.Runtime;

namespace CoreRT.Companion
{
    public static unsafe class Strings
    {
        private const int Section = 206; // LDR_SECTION_FROZEN_OBJECTS: objects without gaps, then a zero word

        // For System.String::get_InternTable: the library's body, and the literals.
        public static String.StringInternTable InternTable()
        {
            if (string.s_lazyInternTable == null)
            {
                String.StringInternTable table = new String.StringInternTable();

                table.AddOrGetExisting(string.Empty);
                AddLiterals(table);
                Interlocked.CompareExchange(ref string.s_lazyInternTable, table, null);
            }
            return string.s_lazyInternTable;
        }

        private static void AddLiterals(String.StringInternTable table)
        {
            byte* at = (byte*)RuntimeImports.RhGetModuleSection(MethodTable.Of<object>()->TypeManager,
                (ReadyToRunSectionType)Section, out int bytes);
            byte* end = at + bytes - sizeof(nint);

            // An object is known by the address behind its header word.
            for (at += sizeof(nint); at < end;)
            {
                nint address = (nint)at;
                MethodTable* type = *(MethodTable**)at;
                nuint size = type->BaseSize + (nuint)type->ComponentSize * *(uint*)(at + sizeof(nint));

                if (Unsafe.As<nint, object>(ref address) is string literal)
                    table.AddOrGetExisting(literal);
                at += (size + 7) & ~(nuint)7;
            }
        }
    }
}
