// engine/managed/Assemblies.cs - Assembly objects without reflection data: names and identity, from
// the table that compiler/emit/assemblies.c writes (LDR_SECTION_ASSEMBLIES). Compiled code comes
// here through compiler/il/replacements.def. The table is in the image when Table() is.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Resources;
using System.Runtime;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Internal.Reflection.Augments;
using Internal.Runtime;

namespace CoreRT.Companion
{
    // struct ldr_assembly; only native code writes it.
#pragma warning disable CS0649
    internal unsafe struct AssemblyRow
    {
        public byte* FullName;
        public byte* Types, TypesEnd;
        public byte* PublicKey;
        public int PublicKeyBytes;
        public uint Flags;
        public uint SearchPath;
        public uint Reserved;
        public byte* TargetFramework;

        public const uint IsEntry = 1;
        public const uint HasSearchPath = 2;
    }

    // struct ldr_resource
    internal unsafe struct ResourceRow
    {
        public byte* Name, Bytes;
        public uint Size;
        public int Assembly;
    }
#pragma warning restore CS0649

    // One object an assembly, for ever. What needs reflection data throws as the library does.
    internal sealed unsafe class ImageAssembly : RuntimeAssembly
    {
        private readonly AssemblyRow* row;
        private string fullName;

        internal ImageAssembly(AssemblyRow* row) => this.row = row;

        internal AssemblyRow* Row => row;

        public override string FullName =>
            fullName ??= Encoding.UTF8.GetString(row->FullName, string.strlen(row->FullName));

        public override AssemblyName GetName(bool copiedName)
        {
            AssemblyName name = new AssemblyName(FullName);

            name.SetPublicKey(new ReadOnlySpan<byte>(row->PublicKey, row->PublicKeyBytes).ToArray());
            return name;
        }

        public override bool Equals(object other) => ReferenceEquals(this, other);

        public override int GetHashCode() => ((nuint)row).GetHashCode();

        // There is no file.
        public override string Location => "";

        public override string ImageRuntimeVersion => "v4.0.30319";

        public override bool IsCollectible => false;

        public override bool ReflectionOnly => false;

        // As the library has it without reflection: none is known.
        public override IEnumerable<CustomAttributeData> CustomAttributes => Array.Empty<CustomAttributeData>();

        private static Exception Disabled() => new NotSupportedException(SR.Reflection_Disabled);

        public override MethodInfo EntryPoint => throw Disabled();

        public override Module ManifestModule => throw Disabled();

        public override Type[] GetExportedTypes() => throw Disabled();

        public override Type[] GetForwardedTypes() => throw Disabled();

        public override Type GetType(string name, bool throwOnError, bool ignoreCase) => throw Disabled();

        public override Module GetModule(string name) => throw Disabled();

        public override Module[] GetModules(bool getResourceModules) => throw Disabled();

        public override Module[] GetLoadedModules(bool getResourceModules) => throw Disabled();

        public override AssemblyName[] GetReferencedAssemblies() => throw Disabled();

        // With the messages of the CLR.
        private static void CheckName(string name)
        {
            if (name == null)
                throw new ArgumentNullException(null, "String reference not set to an instance of a String.");
            if (name.Length == 0)
                throw new ArgumentException("String cannot have zero length.");
        }

        public override ManifestResourceInfo GetManifestResourceInfo(string resourceName)
        {
            CheckName(resourceName);
            return Assemblies.Resource(row, resourceName) == null ? null
                : new ManifestResourceInfo(null, null, ResourceLocation.Embedded | ResourceLocation.ContainedInManifestFile);
        }

        public override string[] GetManifestResourceNames() => Assemblies.ResourceNames(row);

        public override Stream GetManifestResourceStream(string name)
        {
            CheckName(name);
            ResourceRow* resource = Assemblies.Resource(row, name);

            return resource == null ? null : new UnmanagedMemoryStream(resource->Bytes, resource->Size);
        }

        public override Stream GetManifestResourceStream(Type type, string name)
        {
            string space = type?.Namespace;

            if (type == null)
                ArgumentNullException.ThrowIfNull(name, nameof(type));
            return GetManifestResourceStream(space != null && name != null ? space + "." + name : space + name);
        }

        public override IList<CustomAttributeData> GetCustomAttributesData() => throw Disabled();

        public override object[] GetCustomAttributes(bool inherit) => throw Disabled();

        public override object[] GetCustomAttributes(Type attributeType, bool inherit) => throw Disabled();

        public override bool IsDefined(Type attributeType, bool inherit) => throw Disabled();
    }

    public static unsafe class Assemblies
    {
        private const int Section = 1013; // LDR_SECTION_ASSEMBLIES

        private static ImageAssembly[] made; // by row

        private static AssemblyRow* Table(out int count)
        {
            nint start = RuntimeImports.RhGetModuleSection(MethodTable.Of<object>()->TypeManager,
                (ReadyToRunSectionType)Section, out int bytes);

            count = bytes / sizeof(AssemblyRow);
            return (AssemblyRow*)start;
        }

        private static ResourceRow* Resources(out int count)
        {
            nint start = RuntimeImports.RhGetModuleSection(MethodTable.Of<object>()->TypeManager,
                (ReadyToRunSectionType)(Section + 1), out int bytes);

            count = bytes / sizeof(ResourceRow);
            return (ResourceRow*)start;
        }

        private static string NameOf(ResourceRow* row) => Encoding.UTF8.GetString(row->Name, string.strlen(row->Name));

        // Null: the assembly has no such resource.
        internal static ResourceRow* Resource(AssemblyRow* of, string name)
        {
            ResourceRow* rows = Resources(out int count);
            int index = (int)(of - Table(out _));

            for (int i = 0; i < count; i++)
                if (rows[i].Assembly == index && NameOf(&rows[i]) == name)
                    return &rows[i];
            return null;
        }

        internal static string[] ResourceNames(AssemblyRow* of)
        {
            ResourceRow* rows = Resources(out int count);
            int index = (int)(of - Table(out _));
            List<string> names = new List<string>();

            for (int i = 0; i < count; i++)
                if (rows[i].Assembly == index)
                    names.Add(NameOf(&rows[i]));
            return names.ToArray();
        }

        // For ManifestBasedResourceGroveler::GetNeutralResourcesLanguage, which asks for an attribute: what the
        // assembly itself holds is for every culture.
        public static CultureInfo NeutralLanguage(Assembly assembly, out UltimateResourceFallbackLocation fallback)
        {
            fallback = UltimateResourceFallbackLocation.MainAssembly;
            return CultureInfo.InvariantCulture;
        }

        // For ResourceManager::GetSatelliteContractVersion, which asks for an attribute: there are no satellites.
        public static Version SatelliteVersion(Assembly assembly) => null;

        private static Assembly Get(AssemblyRow* rows, int count, int index)
        {
            ImageAssembly[] all = made;

            if (all == null)
            {
                Interlocked.CompareExchange(ref made, new ImageAssembly[count], null);
                all = made;
            }
            if (all[index] == null)
                Interlocked.CompareExchange(ref all[index], new ImageAssembly(&rows[index]), null);
            return all[index];
        }

        // The MethodTables of one assembly lie together. Of the rows at most one holds the type.
        internal static Assembly Of(MethodTable* type)
        {
            AssemblyRow* rows = Table(out int count);

            for (int i = 0; i < count; i++)
                if ((byte*)type >= rows[i].Types && (byte*)type < rows[i].TypesEnd)
                    return Get(rows, count, i);
            return null;
        }

        // For System.RuntimeType::get_Assembly.
        public static Assembly OfType(RuntimeType type) => Of(type.TypeHandle.ToMethodTable());

        // For the callback GetAssemblyForHandle of the disabled reflection, which makes a new object
        // at every call: <Module> of the assembly whose P/Invoke is bound or whose code asks.
        public static Assembly OfHandle(ReflectionCoreCallbacks callbacks, RuntimeTypeHandle handle)
        {
            return Of(handle.ToMethodTable());
        }

        // For System.Reflection.Assembly::GetAssembly, which asks the type's module.
        public static Assembly GetAssembly(Type type)
        {
            ArgumentNullException.ThrowIfNull(type);
            return type.Assembly;
        }

        // For StartupCodeHelpers::GetEntryAssembly; null in a module.
        public static Assembly Entry()
        {
            AssemblyRow* rows = Table(out int count);

            for (int i = 0; i < count; i++)
                if ((rows[i].Flags & AssemblyRow.IsEntry) != 0)
                    return Get(rows, count, i);
            return null;
        }

        // For the callback GetLoadedAssemblies: those that the image has types of.
        public static Assembly[] All(ReflectionCoreCallbacks callbacks)
        {
            AssemblyRow* rows = Table(out int count);
            Assembly[] all = new Assembly[count];

            for (int i = 0; i < count; i++)
                all[i] = Get(rows, count, i);
            return all;
        }

        // For AppContext::get_TargetFrameworkName, which looks for an attribute.
        public static string TargetFrameworkName()
        {
            byte* text = Assembly.GetEntryAssembly() is ImageAssembly entry ? entry.Row->TargetFramework : null;

            return text == null ? null : Encoding.UTF8.GetString(text, string.strlen(text));
        }

        // For NativeLibrary::GetDllImportSearchPath, which looks through attributes.
        public static DllImportSearchPath SearchPath(Assembly assembly)
        {
            if (assembly is ImageAssembly image && (image.Row->Flags & AssemblyRow.HasSearchPath) != 0)
                return (DllImportSearchPath)image.Row->SearchPath;
            return DllImportSearchPath.AssemblyDirectory;
        }
    }
}
