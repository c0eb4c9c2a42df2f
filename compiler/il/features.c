/* compiler/il/features.c - feature switches: the SDK's values for a compiled console program without
 * reflection (contract/compiler.md 8.3), overridden by --feature NAME=VALUE. Messages stay real and
 * globalisation is invariant. */
#include "compiler/il/special.h"

#include <string.h>
#include <strings.h>

static const char *const defaults[] = {
    "System.Diagnostics.Tracing.EventSource.IsSupported=false",
    "System.Diagnostics.Metrics.Meter.IsSupported=false",
    "System.Diagnostics.Debugger.IsSupported=false",
    "System.Globalization.Invariant=true",
    "System.Globalization.PredefinedCulturesOnly=true",
    "System.Resources.UseSystemResourceKeys=false",
    "System.Resources.ResourceManager.AllowCustomResourceTypes=false",
    "System.StartupHookProvider.IsSupported=false",
    "System.Reflection=false",
    "System.Reflection.IsReflectionExecutionAvailable=false",
    "System.Reflection.IsTypeConstructionEagerlyValidated=false",
    "System.Reflection.Metadata.MetadataUpdater.IsSupported=false",
    "System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported=false",
    "System.Runtime.InteropServices.BuiltInComInterop.IsSupported=false",
    "System.Runtime.InteropServices.EnableConsumingManagedCodeFromNativeHosting=false",
    "System.Runtime.InteropServices.EnableCppCLIHostActivation=false",
    "System.Runtime.InteropServices.Marshalling.EnableGeneratedComInterfaceComImportInterop=false",
    "System.Runtime.Serialization.EnableUnsafeBinaryFormatterSerialization=false",
    "System.Text.Encoding.EnableUnsafeUTF7Encoding=false",
    "System.ComponentModel.DefaultValueAttribute.IsSupported=false",
    "System.ComponentModel.Design.IDesignerHost.IsSupported=false",
    "System.ComponentModel.TypeConverter.EnableUnsafeBinaryFormatterInDesigntimeLicenseContextSerialization=false",
    "System.ComponentModel.TypeDescriptor.IsComObjectDescriptorSupported=false",
    "System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault=false",
    "System.Linq.Expressions.CanEmitObjectArrayDelegate=false",
    "System.Threading.Thread.EnableAutoreleasePool=false",
    "System.Net.Security.UseManagedNtlm=false",
};

static void
feature_set(struct il_context *il, const char *text)
{
    const char *equals = strchr(text, '=');
    char *name;

    if (!equals || equals == text)
        diag_fatal("--feature %s: NAME=VALUE is wanted", text);
    name = arena_strndup(il->arena, text, (size_t)(equals - text));
    if (!str_map_get(&il->special->features, name))
        ptr_vec_push(&il->special->feature_names, name);
    str_map_put(&il->special->features, name, arena_strdup(il->arena, equals + 1));
}

void
il_features_init(struct il_context *il, const char *const *features, size_t count)
{
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        feature_set(il, defaults[i]);
    for (size_t i = 0; i < count; i++)
        feature_set(il, features[i]);
}

const char *
il_feature_value(struct il_context *il, const char *name)
{
    return str_map_get(&il->special->features, name);
}

bool
il_feature_is(struct il_context *il, const char *name, bool when_unset)
{
    const char *value = il_feature_value(il, name);

    return value ? strcasecmp(value, "true") == 0 : when_unset;
}
