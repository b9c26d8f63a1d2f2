using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>What llama.cpp's server says of itself at <c>/props</c>; what it does not say, or cannot be, is null.</summary>
/// <param name="ContextTokens">Of one slot.</param>
/// <param name="Slots">Answers that it writes at once.</param>
/// <param name="IsLoaded">Whether the one model that it serves is in memory: it is from the start, but a server that was told to may put it away while nobody asks.</param>
internal sealed record LlamaCppProps(int? ContextTokens, int? Slots, bool? IsLoaded)
{
    private const int MostSlots = 256;

    public static LlamaCppProps Read(JsonElement props)
    {
        var settings = props.At("default_generation_settings");
        return new LlamaCppProps(
            settings.At("n_ctx").Count() is > 0 and var context ? context : null,
            props.At("total_slots").Count() is > 0 and <= MostSlots and var slots ? slots : null,
            settings.ValueKind != JsonValueKind.Object || props.At("role").Text() == "router" ? null : props.At("is_sleeping").ValueKind != JsonValueKind.True);
    }
}
