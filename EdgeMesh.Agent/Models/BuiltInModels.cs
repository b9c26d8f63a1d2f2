using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Models;

/// <summary>
/// The two small models that come with every agent, for trying out and measuring: their canary runs prove accelerators. The text model
/// recites definitions and has the skill chat only; both are the last choice everywhere.
/// </summary>
public static class BuiltInModels
{
    public const string TextId = "wordnet-chat (built-in)";
    public const string ImageId = "fashion-diffusion (built-in)";
    private const int TextContext = 256;
    private const int ImageSide = 28;
    private const int LastChoice = 0;

    public static LocalModel Text { get; } = Make(TextId, "wordnet-chat", LocalModelKind.Text, Skill.Chat, TextContext);

    public static LocalModel Image { get; } = Make(ImageId, "fashion-diffusion", LocalModelKind.Image, Skill.Image, null, new ImageSizes(ImageSide, ImageSide));

    /// <summary>Those whose files are there; a stripped installation has none.</summary>
    public static ImmutableArray<LocalModel> All { get; } = [.. new[] { Text, Image }.Where(m => Directory.Exists(m.Folder))];

    private static LocalModel Make(string id, string folder, LocalModelKind kind, Skill skill, int? context, ImageSizes? sizes = null)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "BuiltInModels", folder);
        var bytes = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.onnx*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) : 0;
        return new LocalModel(id, path, kind, [skill], bytes, context, LastChoice, true, sizes);
    }
}
