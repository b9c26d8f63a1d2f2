using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.ComfyUi;

/// <summary>The checkpoints in ComfyUI's description of its loader node, in the forms its versions write.</summary>
internal static class ComfyModels
{
    private const int Tier = 3;
    private static readonly string[] Groups = ["required", "optional"];

    /// <param name="info">The answer of <c>/object_info/CheckpointLoaderSimple</c>: the input's options are <c>[["a","b"],{…}]</c>, <c>["COMBO",{"options":["a","b"]}]</c> or <c>{"options":[…]}</c>.</param>
    public static ImmutableArray<ModelInfo> Read(JsonElement info)
    {
        var inputs = info.At("CheckpointLoaderSimple").At("input");
        var choice = Groups.Select(group => inputs.At(group).At("ckpt_name")).FirstOrDefault(c => c.ValueKind != JsonValueKind.Undefined);
        return Of(Options(choice));
    }

    /// <summary>Models by their names in a list.</summary>
    public static ImmutableArray<ModelInfo> Of(IEnumerable<JsonElement> names) => [.. names.Select(Name).OfType<string>().Select(name => new ModelInfo(name, [Skill.Image], QualityTier: Tier))];

    private static IEnumerable<JsonElement> Options(JsonElement choice)
    {
        if (choice.ValueKind == JsonValueKind.Object)
        {
            return choice.At("options").Items();
        }

        var parts = choice.Items().ToList();
        return parts.FirstOrDefault(p => p.ValueKind == JsonValueKind.Array) is { ValueKind: JsonValueKind.Array } plain ? plain.Items()
            : parts.Select(p => p.At("options")).FirstOrDefault(o => o.ValueKind == JsonValueKind.Array).Items();
    }

    // An option is a name, or an object that has one.
    private static string? Name(JsonElement option) => option.Text() ?? option.At("name").Text() ?? option.At("value").Text() ?? option.At("content").Text();
}
