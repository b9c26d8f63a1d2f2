using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>What a set of files is, told by their names alone; nothing is opened.</summary>
public static class ModelKinds
{
    public static ModelKind Of(IReadOnlyCollection<string> paths)
    {
        bool Any(string ending) => paths.Any(p => p.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        bool Has(string name) => paths.Contains(name, StringComparer.Ordinal);
        return Has("model_index.json") && Has("unet/model.onnx") ? ModelKind.ImageOnnx
            : Any(".gguf") ? ModelKind.Gguf
            : Any("_ctx.onnx") ? ModelKind.EpContext
            : !Any(".onnx") ? ModelKind.Other
            : Has("config.json") && Has("tokenizer.json") ? ModelKind.TextOnnx
            : ModelKind.Onnx;
    }

    /// <summary>The skills a kind has when nobody says more; a person or a rule may.</summary>
    public static ImmutableArray<Skill> Skills(ModelKind kind) => kind switch
    {
        ModelKind.ImageOnnx => [Skill.Image],
        ModelKind.TextOnnx or ModelKind.Gguf => [Skill.Chat],
        _ => [],
    };
}
