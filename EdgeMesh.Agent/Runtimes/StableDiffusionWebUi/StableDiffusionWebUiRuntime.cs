using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.StableDiffusionWebUi;

/// <summary>Stable Diffusion web UI (started with <c>--api</c>): text to image with its own progress.</summary>
public sealed class StableDiffusionWebUiRuntime(Uri address, TimeProvider time)
    : ProbedRuntime(address, new RuntimeInfo($"sdwebui:{address.Authority}", "Stable Diffusion web UI", RuntimeState.Starting, "It has not answered yet.", [], [TaskKind.ImageGenerate], null), null, time)
{
    private const int DefaultSize = 512;
    private const int DefaultSteps = 20;
    private const int Tier = 3;
    private const int SeedBits = 32;
    private static readonly string[] NameFields = ["title", "model_name", "name"];
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(500);

    public override Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) =>
        ExplainedAsync(task.ModelId, () => PaintAsync(task, output, cancellationToken), cancellationToken, output);

    protected override async Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken)
    {
        using var models = await Http.GetJsonAsync("sdapi/v1/sd-models", cancellationToken);
        return [.. models.RootElement.List("models", "data").Select(Name).OfType<string>().Select(name => new ModelInfo(name, [Skill.Image], QualityTier: Tier))];
    }

    // What override_settings takes: the title, or in programs that speak the same protocol the name.
    private static string? Name(JsonElement model) =>
        model.Text() ?? NameFields.Select(field => model.At(field).Text()).FirstOrDefault(name => !string.IsNullOrWhiteSpace(name));

    private async Task<TaskReceipt> PaintAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = FollowAsync(output, watching.Token);
        try
        {
            return await PaintAsync(task, task.Image ?? new Image(), output, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await InterruptAsync();
            throw;
        }
        finally
        {
            await watching.CancelAsync();
            await progress;
        }
    }

    private async Task<TaskReceipt> PaintAsync(TaskRequest task, Image wish, ITaskOutput output, CancellationToken cancellationToken)
    {
        var steps = wish.Steps > 0 ? wish.Steps : DefaultSteps;
        var (json, sent) = await AskAsync(task, wish, steps, cancellationToken);
        using var answer = json;
        var image = json.RootElement.At("images").Items().Select(Picture).OfType<EngineImage>().FirstOrDefault() ?? throw NoPicture(json.RootElement);
        output.Artifact($"image-{task.TaskId}{image.Extension}", image.ContentType, image.Bytes.Span);
        return new TaskReceipt
        {
            AcceleratorNote = $"not reported by {Info.Name}",
            InputUnits = Math.Max(1, task.Text.Length),
            OutputUnits = steps,
            Note = (Seed(json.RootElement) ?? sent) is { } used ? EngineSeed.Words(wish.HasSeed ? wish.Seed : null, used, Info.Name) : "",
        };
    }

    // Seeds of 64 bits go as they are (-1 would mean "any"): PyTorch takes them. Other programs with this protocol take 32 bits and say so.
    private async Task<(JsonDocument Answer, string? Seed)> AskAsync(TaskRequest task, Image wish, int steps, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(wish.HasSeed ? unchecked((ulong)wish.Seed) : null);
        }
        catch (EngineStatusException e) when (wish.HasSeed && e.Message.Contains("seed", StringComparison.OrdinalIgnoreCase) && EngineSeed.Fold(wish.Seed, SeedBits) is var folded && folded != wish.Seed)
        {
            return await AskAsync((ulong)folded);
        }

        async Task<(JsonDocument, string?)> AskAsync(ulong? seed)
        {
            var body = new Dictionary<string, object?>
            {
                ["prompt"] = task.Text,
                ["negative_prompt"] = wish.NegativePrompt,
                ["width"] = wish.Width > 0 ? wish.Width : DefaultSize,
                ["height"] = wish.Height > 0 ? wish.Height : DefaultSize,
                ["steps"] = steps,
                ["seed"] = seed is { } number ? number : -1,
                ["batch_size"] = 1,
                ["override_settings"] = new Dictionary<string, object> { ["sd_model_checkpoint"] = task.ModelId },
            };
            using var answer = await Http.PostAsJsonAsync(new Uri("sdapi/v1/txt2img", UriKind.Relative), body, cancellationToken);
            return (await answer.ReadJsonAsync(cancellationToken), seed?.ToString(CultureInfo.InvariantCulture));
        }
    }

    // Base64, with or without the head of a data address; some programs wrap it in an object.
    private static EngineImage? Picture(JsonElement image) => EngineImage.FromBase64(image.Text() ?? image.At("data").Text() ?? image.At("image").Text() ?? image.At("b64_json").Text());

    private TaskFailedException NoPicture(JsonElement answer)
    {
        var words = EngineWords.Of(answer);
        return words.Length == 0 ? new(ReasonCode.BadOutput, $"{Info.Name} answered without an image.")
            : EngineErrors.FromWordsOrElse(words, Info.Name, "this model");
    }

    private async Task FollowAsync(ITaskOutput output, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProgressEvery, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                using var now = await Http.GetJsonAsync("sdapi/v1/progress?skip_current_image=true", cancellationToken);
                if (now.RootElement.At("progress").Number() is { } done)
                {
                    output.Progress(Math.Clamp(done, 0, 1), "painting");
                }
            }
        }
        catch (Exception e) when (EngineErrors.IsExpected(e))
        {
            // Progress is nice to have: the image itself tells whether it worked.
        }
    }

    private async Task InterruptAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), Time);
        try
        {
            using var done = await Http.PostAsync(new Uri("sdapi/v1/interrupt", UriKind.Relative), null, limit.Token);
        }
        catch (Exception e) when (EngineErrors.IsExpected(e))
        {
            // It is gone or busy; nothing more can be done from here.
        }
    }

    // "info" is itself JSON in a string; some programs send it as an object.
    private static string? Seed(JsonElement root)
    {
        var info = root.At("info");
        if (info.Text() is not { } text)
        {
            return Digits(info);
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return Digits(json.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }

        static string? Digits(JsonElement info) => info.At("seed") is { ValueKind: JsonValueKind.Number } seed && Int128.TryParse(seed.GetRawText(), out var number) ? $"{number}" : null;
    }
}
