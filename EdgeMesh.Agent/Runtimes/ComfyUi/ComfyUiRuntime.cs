using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.ComfyUi;

/// <summary>ComfyUI: a prompt graph is queued, its progress comes over a WebSocket, the image is fetched when it is done.</summary>
public sealed class ComfyUiRuntime(Uri address, TimeProvider time)
    : ProbedRuntime(address, new RuntimeInfo($"comfyui:{address.Authority}", "ComfyUI", RuntimeState.Starting, "It has not answered yet.", [], [TaskKind.ImageGenerate], null), null, time)
{
    private const int Tier = 3;

    public override Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) =>
        ExplainedAsync(task.ModelId, () => PaintAsync(task, output, cancellationToken), cancellationToken);

    protected override async Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken)
    {
        using var info = await Http.GetJsonAsync("object_info/CheckpointLoaderSimple", cancellationToken);
        var names = info.RootElement.GetProperty("CheckpointLoaderSimple").GetProperty("input").GetProperty("required").GetProperty("ckpt_name")[0];
        return [.. names.EnumerateArray().Take(500).Select(n => new ModelInfo(n.GetString()!, [Skill.Image], QualityTier: Tier))];
    }

    private async Task<TaskReceipt> PaintAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var wish = task.Image ?? new Image();
        var seed = wish.HasSeed ? wish.Seed & long.MaxValue : RandomNumberGenerator.GetInt32(int.MaxValue);
        var client = Guid.NewGuid().ToString("N");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(new Uri(Address, $"ws?clientId={client}")) { Scheme = Address.Scheme == "https" ? "wss" : "ws" }.Uri, cancellationToken);
        var prompt = await QueueAsync(ComfyGraph.Of(task.ModelId, task.Text, wish, seed), client, cancellationToken);
        try
        {
            await ComfyProgress.FollowAsync(socket, prompt, (done, all) => output.Progress((double)done / all, $"step {done} of {all}"), cancellationToken);
            var image = await FetchAsync(prompt, cancellationToken);
            output.Artifact($"image-{task.TaskId}.png", "image/png", image);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await GiveUpAsync(prompt);
            throw;
        }

        return new TaskReceipt
        {
            AcceleratorNote = "not reported by ComfyUI",
            InputUnits = Math.Max(1, task.Text.Length),
            OutputUnits = wish.Steps > 0 ? wish.Steps : ComfyGraph.DefaultSteps,
            Note = $"Seed {seed}.",
        };
    }

    private async Task<string> QueueAsync(JsonObject graph, string client, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["prompt"] = graph, ["client_id"] = client };
        using var answer = await Http.PostAsJsonAsync(new Uri("prompt", UriKind.Relative), body, cancellationToken);
        using var json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        return json.RootElement.GetProperty("prompt_id").GetString()!;
    }

    private async Task<byte[]> FetchAsync(string prompt, CancellationToken cancellationToken)
    {
        using var history = await Http.GetJsonAsync($"history/{prompt}", cancellationToken);
        var image = history.RootElement.GetProperty(prompt).GetProperty("outputs").EnumerateObject()
            .SelectMany(node => node.Value.TryGetProperty("images", out var images) ? images.EnumerateArray() : default(IEnumerable<JsonElement>) ?? [])
            .FirstOrDefault();
        if (image.ValueKind != JsonValueKind.Object)
        {
            throw new TaskFailedException(ReasonCode.BadOutput, "ComfyUI finished without an image.");
        }

        var query = $"view?filename={Part("filename")}&subfolder={Part("subfolder")}&type={Part("type")}";
        return await Http.GetByteArrayAsync(new Uri(query, UriKind.Relative), cancellationToken);

        string Part(string name) => Uri.EscapeDataString(image.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "");
    }

    // Out of the queue if it waits, interrupted if it runs.
    private async Task GiveUpAsync(string prompt)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), Time);
        try
        {
            using var removed = await Http.PostAsJsonAsync(new Uri("queue", UriKind.Relative), new JsonObject { ["delete"] = new JsonArray(prompt) }, limit.Token);
            using var stopped = await Http.PostAsJsonAsync(new Uri("interrupt", UriKind.Relative), new JsonObject { ["prompt_id"] = prompt }, limit.Token);
        }
        catch (Exception e) when (EngineErrors.IsExpected(e))
        {
            // It is gone or busy; nothing more can be done from here.
        }
    }
}
