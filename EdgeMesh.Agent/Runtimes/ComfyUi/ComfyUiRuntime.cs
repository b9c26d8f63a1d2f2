using System.Globalization;
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

/// <summary>
/// ComfyUI: a prompt graph is queued and the image fetched when its history has it. Steps come over a WebSocket, which is only heard, never needed: a result from ComfyUI's
/// cache says nothing there, and a proxy may not let it through.
/// </summary>
public sealed class ComfyUiRuntime(Uri address, TimeProvider time)
    : ProbedRuntime(address, new RuntimeInfo($"comfyui:{address.Authority}", "ComfyUI", RuntimeState.Starting, "It has not answered yet.", [], [TaskKind.ImageGenerate], null), null, time)
{
    private const int MostLooksForAResult = 3;
    private static readonly string[] Queues = ["queue_running", "queue_pending"];
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    public override Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) =>
        ExplainedAsync(task.ModelId, () => PaintAsync(task, output, cancellationToken), cancellationToken, output);

    protected override async Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken)
    {
        using var info = await Http.GetJsonAsync("object_info/CheckpointLoaderSimple", cancellationToken);
        var models = ComfyModels.Read(info.RootElement);
        return models.IsEmpty ? await FolderAsync(cancellationToken) : models;
    }

    // Another list of the same, should the node's description have a form that nobody knew.
    private async Task<ImmutableArray<ModelInfo>> FolderAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var folder = await Http.GetJsonAsync("models/checkpoints", cancellationToken);
            return ComfyModels.Of(folder.RootElement.List("models"));
        }
        catch (EngineStatusException)
        {
            return [];
        }
    }

    private async Task<TaskReceipt> PaintAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var wish = task.Image ?? new Image();
        var seed = unchecked((ulong)(wish.HasSeed ? wish.Seed : RandomNumberGenerator.GetInt32(int.MaxValue)));
        var client = Guid.NewGuid().ToString("N");
        using var socket = new ClientWebSocket();
        var hears = await ConnectAsync(socket, client, cancellationToken);
        var prompt = await QueueAsync(ComfyGraph.Of(task.ModelId, task.Text, wish, seed, client), client, cancellationToken);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var followed = hears
            ? ComfyProgress.FollowAsync(socket, prompt, (done, all) => output.Progress((double)done / all, $"step {done} of {all}"), following.Token)
            : Task.CompletedTask;
        try
        {
            var image = await FetchAsync(await ResultAsync(prompt, followed, cancellationToken), cancellationToken);
            output.Artifact($"image-{task.TaskId}{image.Extension}", image.ContentType, image.Bytes.Span);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await GiveUpAsync(prompt);
            throw;
        }
        finally
        {
            await following.CancelAsync();
            await followed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new TaskReceipt
        {
            AcceleratorNote = "not reported by ComfyUI",
            InputUnits = Math.Max(1, task.Text.Length),
            OutputUnits = wish.Steps > 0 ? wish.Steps : ComfyGraph.DefaultSteps,
            Note = EngineSeed.Words(wish.HasSeed ? wish.Seed : null, seed.ToString(CultureInfo.InvariantCulture), "ComfyUI"),
        };
    }

    private async Task<bool> ConnectAsync(ClientWebSocket socket, string client, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(new Uri(Address, $"ws?clientId={client}")) { Scheme = Address.Scheme == "https" ? "wss" : "ws" }.Uri;
        try
        {
            return await Pulse.ListenAsync(async listening =>
            {
                await socket.ConnectAsync(address, listening);
                return true;
            }, cancellationToken);
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    private async Task<string> QueueAsync(JsonObject graph, string client, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["prompt"] = graph, ["client_id"] = client };
        using var answer = await Http.PostAsJsonAsync(new Uri("prompt", UriKind.Relative), body, cancellationToken);
        using var json = await answer.ReadJsonAsync(cancellationToken);
        return json.RootElement.At("prompt_id").Text() is { Length: > 0 } prompt ? prompt
            : throw new TaskFailedException(ReasonCode.BadOutput, $"ComfyUI did not take the picture{(EngineWords.Of(json.RootElement) is { Length: > 0 } words ? $": {words}" : ".")}");
    }

    // Its history is looked at as soon as it says that it is done, and now and then meanwhile.
    private async Task<ImmutableArray<ComfyFile>> ResultAsync(string prompt, Task followed, CancellationToken cancellationToken)
    {
        var missing = 0;
        for (var wait = Soon; ; wait = wait < LookEvery ? wait * 2 : LookEvery)
        {
            var over = followed.IsCompleted;
            if (over)
            {
                await followed;
            }

            var pause = Task.Delay(wait, Time, cancellationToken);
            await (over ? pause : await Task.WhenAny(followed, pause));

            using var history = await Http.GetJsonAsync($"history/{Uri.EscapeDataString(prompt)}", cancellationToken);
            if (ComfyResult.Read(history.RootElement, prompt) is { } files)
            {
                return files;
            }

            // Not in its history and not in its queue: it was restarted, or its history was emptied.
            missing = over && !await IsQueuedAsync(prompt, cancellationToken) ? missing + 1 : 0;
            if (missing >= MostLooksForAResult)
            {
                throw new TaskFailedException(ReasonCode.BadOutput, "ComfyUI does not know this picture any more. It was restarted, or its queue was emptied.");
            }
        }
    }

    private async Task<bool> IsQueuedAsync(string prompt, CancellationToken cancellationToken)
    {
        using var queue = await Http.GetJsonAsync("queue", cancellationToken);
        return Queues.SelectMany(list => queue.RootElement.At(list).Items()).Any(entry => entry.Items().Any(part => part.Text() == prompt));
    }

    private async Task<EngineImage> FetchAsync(ImmutableArray<ComfyFile> files, CancellationToken cancellationToken)
    {
        var bytes = await Http.GetByteArrayAsync(new Uri(files[0].Query, UriKind.Relative), cancellationToken);
        return EngineImage.Of(bytes) ?? throw new TaskFailedException(ReasonCode.BadOutput, $"ComfyUI sent {files[0].Name}, which is no PNG, JPEG or WebP.");
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
