using System.Text.Json.Nodes;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Runtimes.ComfyUi;

/// <summary>The smallest text-to-image graph of ComfyUI's standard nodes.</summary>
internal static class ComfyGraph
{
    public const int DefaultSteps = 20;
    private const int DefaultSize = 512;
    private const double Guidance = 7;

    /// <summary>Nodes by id, in ComfyUI's API format; an input is a value or <c>[node, output]</c>.</summary>
    /// <param name="name">Of the file, another each time: ComfyUI gives no image for a graph that it has run already, and the file of that run may be gone.</param>
    public static JsonObject Of(string checkpoint, string prompt, Image wish, ulong seed, string name) => new()
    {
        ["model"] = Node("CheckpointLoaderSimple", ("ckpt_name", checkpoint)),
        ["positive"] = Node("CLIPTextEncode", ("text", prompt), ("clip", From("model", 1))),
        ["negative"] = Node("CLIPTextEncode", ("text", wish.NegativePrompt), ("clip", From("model", 1))),
        ["latent"] = Node("EmptyLatentImage", ("width", wish.Width > 0 ? wish.Width : DefaultSize), ("height", wish.Height > 0 ? wish.Height : DefaultSize), ("batch_size", 1)),
        ["sampler"] = Node(
            "KSampler", ("seed", seed), ("steps", wish.Steps > 0 ? wish.Steps : DefaultSteps), ("cfg", Guidance), ("sampler_name", "euler"), ("scheduler", "normal"), ("denoise", 1),
            ("model", From("model", 0)), ("positive", From("positive", 0)), ("negative", From("negative", 0)), ("latent_image", From("latent", 0))),
        ["pixels"] = Node("VAEDecode", ("samples", From("sampler", 0)), ("vae", From("model", 2))),
        ["file"] = Node("SaveImage", ("filename_prefix", $"EdgeMesh-{name}"), ("images", From("pixels", 0))),
    };

    private static JsonObject Node(string type, params (string Name, JsonNode Value)[] inputs)
    {
        var all = new JsonObject();
        foreach (var (name, value) in inputs)
        {
            all[name] = value;
        }

        return new JsonObject { ["class_type"] = type, ["inputs"] = all };
    }

    private static JsonArray From(string node, int output) => [node, output];
}
