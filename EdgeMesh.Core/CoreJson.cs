using System.Text.Encodings.Web;
using System.Text.Json;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core;

/// <summary>The one JSON of jobs and their events: camelCase, enums as strings, nulls written. Used by the journal, the API and the streams.</summary>
public static class CoreJson
{
    /// <summary>Shared and frozen.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JobOptionsJsonConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
