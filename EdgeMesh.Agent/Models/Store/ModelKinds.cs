using System.Text.Json;
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
            : Any(".dlc") ? ModelKind.QnnDlc
            : Any(".tflite") ? ModelKind.TfLite
            : !Any(".onnx") ? ModelKind.Other
            : TextVariants.Of(paths).Any(folder => TextVariants.HasTokenizer(paths, folder) || paths.Any(p => p.EndsWith("genai_config.json", StringComparison.Ordinal))) ? ModelKind.TextOnnx
            : ModelKind.Onnx;
    }

    /// <summary>What an installed model is now: an ONNX model is looked at again, as what is known of layouts grows.</summary>
    public static ModelKind Of(ModelManifest manifest) =>
        manifest.Kind is ModelKind.Onnx or ModelKind.TextOnnx && Of([.. manifest.Files.Select(f => f.Path)]) is (ModelKind.Onnx or ModelKind.TextOnnx) and var now ? now : manifest.Kind;

    /// <summary>The kind of this word, as manifests and the wire write it; null when there is none.</summary>
    public static ModelKind? Parse(string word) => Enum.GetValues<ModelKind>().Where(k => Word(k) == word).Select(k => (ModelKind?)k).FirstOrDefault();

    /// <summary>A kind's word, such as <c>text-onnx</c>.</summary>
    public static string Word(ModelKind kind) => JsonSerializer.Serialize(kind).Trim('"');

    /// <summary>The skills a kind has when nobody says more; a person or a rule may.</summary>
    public static ImmutableArray<Skill> Skills(ModelKind kind) => kind switch
    {
        ModelKind.ImageOnnx => [Skill.Image],
        ModelKind.TextOnnx or ModelKind.Gguf => [Skill.Chat],
        _ => [],
    };
}
