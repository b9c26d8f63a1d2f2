using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>What the small files of a Stable Diffusion folder say, read before any network is opened.</summary>
internal sealed record ImageModelFolder
{
    private static readonly string[] Needed =
    [
        "model_index.json", "text_encoder/model.onnx", "unet/model.onnx", "vae_decoder/model.onnx", "scheduler/scheduler_config.json",
    ];

    public required string Path { get; init; }

    public required SchedulerConfig Scheduler { get; init; }

    /// <summary>Channels of the latents.</summary>
    public required int Channels { get; init; }

    /// <summary>Side of the latents that the model was trained on.</summary>
    public required int LatentSide { get; init; }

    /// <summary>Pixels per latent.</summary>
    public required int PixelsPerLatent { get; init; }

    /// <summary>Latents go in multiples of this: the UNet halves them so often.</summary>
    public required int LatentMultiple { get; init; }

    /// <summary>The decoder takes latents divided by this.</summary>
    public required double ScalingFactor { get; init; }

    public required int DefaultSteps { get; init; }

    /// <summary>Null: nobody said, the kind of UNet decides.</summary>
    public required double? DefaultGuidance { get; init; }

    public static ImageModelFolder Read(string path)
    {
        foreach (var name in Needed)
        {
            if (!File.Exists(System.IO.Path.Combine(path, name)))
            {
                throw new TaskFailedException(ReasonCode.ModelMissing, $"The image model in {System.IO.Path.GetFileName(path)} is not complete: {name} is missing.");
            }
        }

        try
        {
            return Parse(path);
        }
        catch (Exception e) when (e is JsonException or IOException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"The image model's configuration cannot be read: {e.Message}");
        }
    }

    private static ImageModelFolder Parse(string path)
    {
        var index = Json(path, "model_index.json");
        var pipeline = index.GetProperty("_class_name").GetString()!;
        if (index.TryGetProperty("text_encoder_2", out _) || pipeline.Contains("XL", StringComparison.Ordinal) || pipeline.Contains("3Pipeline", StringComparison.Ordinal))
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"The model is a {pipeline} with a second text encoder, which this agent does not run. Choose a Stable Diffusion 1.x or 2.x model.");
        }

        var (unet, vae, own) = (Json(path, "unet/config.json"), Json(path, "vae_decoder/config.json"), Json(path, "generation_config.json"));
        var scheduler = SchedulerConfig.Read(File.ReadAllText(System.IO.Path.Combine(path, "scheduler/scheduler_config.json")));
        var (steps, guidance) = SchedulerChoice.Defaults(scheduler);
        var side = Int(unet, "sample_size") ?? 64;
        var folder = new ImageModelFolder
        {
            Path = path,
            Scheduler = scheduler,
            Channels = Int(unet, "in_channels") ?? 4,
            LatentSide = side,
            PixelsPerLatent = Halvings(vae) ?? (Int(vae, "sample_size") is { } pixels && pixels >= side ? pixels / side : 8),
            LatentMultiple = Halvings(unet) ?? 8,
            ScalingFactor = Number(vae, "scaling_factor") ?? 0.18215,
            DefaultSteps = Int(own, "num_inference_steps") ?? steps,
            DefaultGuidance = Number(own, "guidance_scale") ?? (scheduler.ClassName == "LCMScheduler" ? null : guidance),
        };
        return folder.Channels is >= 1 and <= 64 && side is >= 1 and <= 256 && folder.PixelsPerLatent is >= 1 and <= 64 && folder.ScalingFactor > 0
            ? folder
            : throw new TaskFailedException(ReasonCode.Unsupported, "The image model's configuration has impossible sizes.");
    }

    /// <summary>The file as JSON; a folder that lacks it says nothing.</summary>
    private static JsonElement Json(string path, string name)
    {
        var file = System.IO.Path.Combine(path, name);
        using var document = JsonDocument.Parse(File.Exists(file) ? File.ReadAllBytes(file) : "{}"u8.ToArray());
        return document.RootElement.Clone();
    }

    private static int? Int(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    private static double? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>Two to the number of halvings that a stack of blocks makes.</summary>
    private static int? Halvings(JsonElement json) =>
        json.TryGetProperty("block_out_channels", out var blocks) && blocks.GetArrayLength() is > 0 and <= 8 ? 1 << (blocks.GetArrayLength() - 1) : null;
}
