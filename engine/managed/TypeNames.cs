// engine/managed/TypeNames.cs - names and attributes of types without reflection data: the image has a row for each
// definition (LDR_SECTION_TYPES), MethodTables tell the rest. Compiled code comes here through
// compiler/il/replacements.def.

using System;
using System.Reflection;
using System.Runtime;
using System.Text;
using Internal.Runtime;

namespace CoreRT.Companion
{
    public static unsafe class TypeNames
    {
        private const int Section = 1012; // LDR_SECTION_TYPES

        // struct ldr_type_row; only native code writes it. The first three are distances from themselves.
#pragma warning disable CS0649
        private struct Row
        {
            public int Type, Namespace, Name;
            public TypeAttributes Attributes;
        }
#pragma warning restore CS0649

        private const TypeAttributes Serializable = (TypeAttributes)0x2000; // its name is obsolete

        private enum Form
        {
            Name,     // Type.Name
            Text,     // Type.ToString
            FullName, // Type.FullName: arguments carry their assemblies
        }

        private static byte* At(int* distance) => (byte*)distance + *distance;

        // Of a definition, null when the image has none.
        private static Row* Find(MethodTable* type)
        {
            Row* rows = (Row*)RuntimeImports.RhGetModuleSection(MethodTable.Of<object>()->TypeManager,
                (ReadyToRunSectionType)Section, out int bytes);
            int low = 0, high = bytes / sizeof(Row);

            while (low < high)
            {
                int middle = (low + high) >> 1;
                byte* at = At(&rows[middle].Type);

                if (at == type)
                    return &rows[middle];
                if (at < type)
                    low = middle + 1;
                else
                    high = middle;
            }
            return null;
        }

        private static string Decode(byte* text) => Encoding.UTF8.GetString(text, string.strlen(text));

        // The last part of "Outer+Name", as it is called in the source.
        private static string Simple(string name)
        {
            int start = 0, escapes = 0;

            for (int i = 0; i < name.Length; i++)
            {
                if (name[i] == '+')
                {
                    start = i + 1;
                    escapes = 0;
                }
                else if (name[i] == '\\')
                {
                    escapes++;
                    i++;
                }
            }
            if (start != 0)
                name = name.Substring(start);
            return escapes == 0 ? name : Unescaped(name);
        }

        private static string Unescaped(string name)
        {
            StringBuilder plain = new StringBuilder();

            for (int i = 0; i < name.Length; i++)
            {
                if (name[i] == '\\')
                    i++;
                plain.Append(name[i]);
            }
            return plain.ToString();
        }

        private static string Suffix(MethodTable* type)
        {
            if (type->IsPointer)
                return "*";
            if (type->IsByRef)
                return "&";
            if (type->IsSzArray)
                return "[]";
            return type->ArrayRank == 1 ? "[*]" : "[" + new string(',', type->ArrayRank - 1) + "]";
        }

        private static string Definition(MethodTable* type, Form form)
        {
            Row* row = Find(type);
            string name, space;

            if (row == null)
                return null;
            name = Decode(At(&row->Name));
            if (form == Form.Name)
                return Simple(name);
            space = Decode(At(&row->Namespace));
            if (form == Form.Text && type->IsGenericTypeDefinition)
            {
                byte* text = At(&row->Name);
                name += Decode(text + string.strlen(text) + 1);
            }
            return space.Length == 0 ? name : space + "." + name;
        }

        private static string Instance(MethodTable* type, Form form)
        {
            MethodTableList arguments = type->GenericArguments;
            string name = Definition(type->GenericDefinition, form == Form.Text ? Form.FullName : form);

            if (name == null || form == Form.Name)
                return name;
            for (int i = 0; i < (int)type->GenericArity; i++)
            {
                string argument = Of(arguments[i], form);

                if (argument == null)
                    return null;
                if (form == Form.FullName)
                    argument = "[" + argument + ", " + Assemblies.Of(arguments[i])?.FullName + "]";
                name += (i == 0 ? "[" : ",") + argument;
            }
            return name + "]";
        }

        private static string FunctionPointer(MethodTable* type, Form form)
        {
            string text;

            if (form != Form.Text)
                return form == Form.Name ? "" : null;
            text = Of(type->FunctionPointerReturnType, form) + "(";
            for (int i = 0; i < (int)type->NumFunctionPointerParameters; i++)
                text += (i == 0 ? "" : ", ") + Of(type->FunctionPointerParameters[i], form);
            return text + ")";
        }

        private static string Of(MethodTable* type, Form form)
        {
            if (type->IsFunctionPointer)
                return FunctionPointer(type, form);
            if (type->IsParameterizedType)
                return Of(type->RelatedParameterType, form) is string element ? element + Suffix(type) : null;
            return type->IsGeneric ? Instance(type, form) : Definition(type, form);
        }

        // Whose row tells about the type; null: pointers, references, function pointers.
        private static MethodTable* DefinitionOf(MethodTable* type)
        {
            if (type->IsParameterizedType || type->IsFunctionPointer)
                return null;
            return type->IsGeneric ? type->GenericDefinition : type;
        }

        private static string Address(MethodTable* type) => "0x" + ((nuint)type).ToString("x");

        // For System.RuntimeType::ToString.
        public static string Text(RuntimeType type)
        {
            MethodTable* table = type.TypeHandle.ToMethodTable();
            return Of(table, Form.Text) ?? Address(table);
        }

        // For System.RuntimeType::get_FullName.
        public static string FullName(RuntimeType type) => Of(type.TypeHandle.ToMethodTable(), Form.FullName);

        // For System.RuntimeType::get_AssemblyQualifiedName.
        public static string QualifiedName(RuntimeType type)
        {
            return FullName(type) is string name ? name + ", " + type.Assembly?.FullName : null;
        }

        // For System.RuntimeType::get_Name.
        public static string Name(RuntimeType type)
        {
            MethodTable* table = type.TypeHandle.ToMethodTable();
            return Of(table, Form.Name) ?? Address(table);
        }

        // For System.RuntimeType::get_Namespace: that of the outermost type, or of the element.
        public static string Namespace(RuntimeType type)
        {
            MethodTable* table = type.TypeHandle.ToMethodTable();
            Row* row;

            while (table->IsParameterizedType)
                table = table->RelatedParameterType;
            table = DefinitionOf(table);
            row = table == null ? null : Find(table);
            return row == null || *At(&row->Namespace) == 0 ? null : Decode(At(&row->Namespace));
        }

        // For System.RuntimeType::GetAttributeFlagsImpl.
        public static TypeAttributes Attributes(RuntimeType type)
        {
            MethodTable* table = type.TypeHandle.ToMethodTable(), definition = DefinitionOf(table);
            Row* row = definition == null ? null : Find(definition);

            if (row != null)
                return row->Attributes;
            return table->IsArray ? TypeAttributes.Public | TypeAttributes.Sealed | Serializable : TypeAttributes.Public;
        }
    }
}
