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
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(500);

    public override Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) =>
        ExplainedAsync(task.ModelId, () => PaintAsync(task, output, cancellationToken), cancellationToken);

    protected override async Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken)
    {
        using var models = await Http.GetJsonAsync("sdapi/v1/sd-models", cancellationToken);
        return [.. models.RootElement.EnumerateArray().Take(500).Select(m => new ModelInfo(m.GetProperty("title").GetString()!, [Skill.Image], QualityTier: Tier))];
    }

    private async Task<TaskReceipt> PaintAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var wish = task.Image ?? new Image();
        var steps = wish.Steps > 0 ? wish.Steps : DefaultSteps;
        var body = new Dictionary<string, object?>
        {
            ["prompt"] = task.Text,
            ["negative_prompt"] = wish.NegativePrompt,
            ["width"] = wish.Width > 0 ? wish.Width : DefaultSize,
            ["height"] = wish.Height > 0 ? wish.Height : DefaultSize,
            ["steps"] = steps,
            ["seed"] = wish.HasSeed ? wish.Seed & uint.MaxValue : -1,
            ["batch_size"] = 1,
            ["override_settings"] = new Dictionary<string, object> { ["sd_model_checkpoint"] = task.ModelId },
        };
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = FollowAsync(output, watching.Token);
        try
        {
            using var answer = await Http.PostAsJsonAsync(new Uri("sdapi/v1/txt2img", UriKind.Relative), body, cancellationToken);
            using var json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
            var image = json.RootElement.GetProperty("images")[0].GetBytesFromBase64();
            output.Artifact($"image-{task.TaskId}.png", "image/png", image);
            return new TaskReceipt { AcceleratorNote = $"not reported by {Info.Name}", InputUnits = Math.Max(1, task.Text.Length), OutputUnits = steps, Note = Seed(json.RootElement) };
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

    private async Task FollowAsync(ITaskOutput output, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProgressEvery, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                using var now = await Http.GetJsonAsync("sdapi/v1/progress?skip_current_image=true", cancellationToken);
                output.Progress(Math.Clamp(now.RootElement.GetProperty("progress").GetDouble(), 0, 1), "painting");
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

    // "info" is itself JSON in a string.
    private static string Seed(JsonElement root)
    {
        if (!root.TryGetProperty("info", out var info) || info.ValueKind != JsonValueKind.String)
        {
            return "";
        }

        try
        {
            using var json = JsonDocument.Parse(info.GetString()!);
            return json.RootElement.TryGetProperty("seed", out var seed) ? $"Seed {seed.GetInt64()}." : "";
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return "";
        }
    }
}
