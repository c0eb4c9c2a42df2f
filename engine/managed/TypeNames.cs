// engine/managed/TypeNames.cs - names of types without reflection data: the image knows those of its exceptions
// (LDR_SECTION_EXCEPTION_NAMES). Compiled code comes here through compiler/il/replacements.def.

using System;
using System.Reflection;
using System.Runtime;
using System.Text;
using Internal.Runtime;

namespace CoreRT.Companion
{
    public static unsafe class TypeNames
    {
        private const int Section = 1012; // LDR_SECTION_EXCEPTION_NAMES

        // struct ldr_type_name; only native code writes it.
#pragma warning disable CS0649
        private struct Row
        {
            public MethodTable* Type;
            public byte* Name;
        }
#pragma warning restore CS0649

        private static string Find(RuntimeType type)
        {
            MethodTable* wanted = type.TypeHandle.ToMethodTable();
            Row* row = (Row*)RuntimeImports.RhGetModuleSection(MethodTable.Of<object>()->TypeManager,
                (ReadyToRunSectionType)Section, out int bytes);

            for (int left = row == null ? 0 : bytes / sizeof(Row); left > 0; left--, row++)
                if (row->Type == wanted)
                    return Encoding.UTF8.GetString(row->Name, string.strlen(row->Name));
            return null;
        }

        // For System.RuntimeType::ToString: a name, or the address as the library has it.
        public static string Text(RuntimeType type)
        {
            return Find(type) ?? "0x" + ((nuint)type.TypeHandle.ToMethodTable()).ToString("x");
        }

        // For System.RuntimeType::get_FullName. It does not throw where there is no name: the library makes
        // every ObjectDisposedException with the type of the object.
        public static string FullName(RuntimeType type) => Text(type);

        // For System.RuntimeType::get_Name, which throws where there is no name unless its switch is set.
        public static string Name(RuntimeType type)
        {
            string name = Find(type);

            if (name != null)
                return name.Substring(name.AsSpan().LastIndexOfAny('.', '+') + 1);
            return AppContext.TryGetSwitch("Switch.System.Reflection.Disabled.DoNotThrowForNames", out bool text) && text
                ? Text(type) : throw new NotSupportedException(SR.Reflection_Disabled);
        }

        // For System.RuntimeType::get_Namespace.
        public static string Namespace(RuntimeType type)
        {
            string name = Find(type);

            if (name != null) // of a nested type that of the outermost
                return name.LastIndexOf('.') is > 0 and int end ? name.Substring(0, end) : null;
            return AppContext.TryGetSwitch("Switch.System.Reflection.Disabled.DoNotThrowForNames", out bool none) && none
                ? null : throw new NotSupportedException(SR.Reflection_Disabled);
        }
    }
}
