using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.ComfyUi;
using EdgeMesh.Agent.Runtimes.StableDiffusionWebUi;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>Stable Diffusion web UI and ComfyUI, each as a real server over sockets that behaves as its protocol says.</summary>
public sealed class ImageEngineTests
{
    private static readonly byte[] Png = [137, 80, 78, 71, 13, 10, 26, 10, 1, 2, 3];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WebUi_Image_IsMadeWithTheWishesAndItsSeedIsTold()
    {
        JsonNode? asked = null;
        await using var server = await EngineTestServer.StartAsync(r => WebUi(r, a => asked = a));
        await using var watched = new Watched<StableDiffusionWebUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        var info = await watched.UntilAsync(RuntimeState.Ready);
        Assert.Equal("v1-5-pruned.safetensors [6ce0161689]", Assert.Single(info.Models).Id);
        var output = new Written();
        var receipt = await watched.Runtime.RunAsync(Wanted.Image(info.Models[0].Id, "a harbour at dawn"), output, Stop);
        var (type, bytes) = Assert.Single(output.Files).Value;
        Assert.Equal("image/png", type);
        Assert.Equal(Png, bytes);
        Assert.Equal("Seed 7.", receipt.Note);
        Assert.Equal(("a harbour at dawn", "blurry", 64, 4, 7L), (asked!["prompt"]!.GetValue<string>(), asked["negative_prompt"]!.GetValue<string>(), asked["width"]!.GetValue<int>(), asked["steps"]!.GetValue<int>(), asked["seed"]!.GetValue<long>()));
        Assert.Equal(info.Models[0].Id, asked["override_settings"]!["sd_model_checkpoint"]!.GetValue<string>());
    }

    [Fact]
    public async Task WebUi_SlowImage_TellsItsProgressAndIsInterruptedWhenCancelled()
    {
        var interrupted = false;
        await using var server = await EngineTestServer.StartAsync(r => WebUi(r, slow: true, interrupted: () => interrupted = true));
        await using var watched = new Watched<StableDiffusionWebUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        var info = await watched.UntilAsync(RuntimeState.Ready);
        var output = new Written();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var run = watched.Runtime.RunAsync(Wanted.Image(info.Models[0].Id, "a harbour"), output, cancel.Token);
        await Until.TrueAsync("progress", () => output.Steps.Contains(0.5));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(interrupted);
    }

    [Theory]
    [InlineData("500", ReasonCode.RuntimeDown)]
    [InlineData("garbage", ReasonCode.BadOutput)]
    [InlineData("empty", ReasonCode.BadOutput)]
    [InlineData("cut", ReasonCode.BadOutput)]
    public async Task WebUi_ServerFails_IsANamedError(string how, ReasonCode reason)
    {
        await using var server = await EngineTestServer.StartAsync(r => WebUi(r, failure: how));
        await using var watched = new Watched<StableDiffusionWebUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        var info = await watched.UntilAsync(RuntimeState.Ready);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => watched.Runtime.RunAsync(Wanted.Image(info.Models[0].Id, "x"), new Written(), Stop));
        Assert.Equal(reason, failed.Reason);
    }

    [Fact]
    public async Task ComfyUi_Image_IsQueuedFollowedAndFetched()
    {
        JsonNode? asked = null;
        await using var server = await EngineTestServer.StartAsync(r => Comfy(r, a => asked = a));
        await using var watched = new Watched<ComfyUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        var info = await watched.UntilAsync(RuntimeState.Ready);
        Assert.Equal(["sdxl-turbo.safetensors", "v1-5.safetensors"], info.Models.Select(m => m.Id));
        var output = new Written();
        var receipt = await watched.Runtime.RunAsync(Wanted.Image("v1-5.safetensors", "a harbour at dawn"), output, Stop);
        Assert.Equal(Png, Assert.Single(output.Files).Value.Bytes);
        Assert.Equal([0.25, 0.5, 0.75, 1], output.Steps);
        Assert.Equal("Seed 7.", receipt.Note);
        Assert.Equal("v1-5.safetensors", asked!["prompt"]!["model"]!["inputs"]!["ckpt_name"]!.GetValue<string>());
        Assert.Equal("a harbour at dawn", asked["prompt"]!["positive"]!["inputs"]!["text"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("400", ReasonCode.BadInput)]
    [InlineData("error", ReasonCode.RuntimeDown)]
    [InlineData("memory", ReasonCode.OutOfMemory)]
    [InlineData("interrupted", ReasonCode.Refused)]
    [InlineData("closed", ReasonCode.BadOutput)]
    [InlineData("garbage", ReasonCode.BadOutput)]
    [InlineData("nothing", ReasonCode.BadOutput)]
    public async Task ComfyUi_ServerFails_IsANamedError(string how, ReasonCode reason)
    {
        await using var server = await EngineTestServer.StartAsync(r => Comfy(r, failure: how));
        await using var watched = new Watched<ComfyUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        await watched.UntilAsync(RuntimeState.Ready);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => watched.Runtime.RunAsync(Wanted.Image("v1-5.safetensors", "x"), new Written(), Stop));
        Assert.Equal(reason, failed.Reason);
        Assert.Contains("ComfyUI", failed.Message, StringComparison.Ordinal);
    }

    private static void WebUi(IEndpointRouteBuilder routes, Action<JsonNode>? asked = null, bool slow = false, Action? interrupted = null, string? failure = null)
    {
        routes.MapGet("/sdapi/v1/sd-models", () => Results.Text("""[{"title":"v1-5-pruned.safetensors [6ce0161689]","model_name":"v1-5-pruned","hash":"6ce0161689"}]""", "application/json"));
        routes.MapGet("/sdapi/v1/progress", () => Results.Text("""{"progress":0.5,"eta_relative":1.0,"state":{"sampling_step":2,"sampling_steps":4}}""", "application/json"));
        routes.MapPost("/sdapi/v1/interrupt", () => interrupted?.Invoke());
        routes.MapPost("/sdapi/v1/txt2img", async (HttpContext context) =>
        {
            var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            asked?.Invoke(request!);
            if (slow)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            switch (failure)
            {
                case "500":
                    context.Response.StatusCode = 500;
                    await context.Response.WriteAsync("""{"error":"RuntimeError","detail":"","errors":"told to fail"}""");
                    return;
                case "garbage":
                    await context.Response.WriteAsync("<html>");
                    return;
                case "empty":
                    await context.Response.WriteAsync("""{"images":[]}""");
                    return;
                case "cut":
                    context.Response.ContentLength = 10_000;
                    await context.Response.WriteAsync("""{"images":["AAAA""");
                    context.Abort();
                    return;
                default:
                    await context.Response.WriteAsync($$$"""{"images":["{{{Convert.ToBase64String(Png)}}}"],"parameters":{},"info":"{\"seed\": 7, \"steps\": 4}"}""");
                    return;
            }
        });
    }

    private static void Comfy(IEndpointRouteBuilder routes, Action<JsonNode>? asked = null, string? failure = null)
    {
        const string Id = "b6a9";
        var queued = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        routes.MapGet("/object_info/CheckpointLoaderSimple", () => Results.Text(
            """{"CheckpointLoaderSimple":{"input":{"required":{"ckpt_name":[["sdxl-turbo.safetensors","v1-5.safetensors"],{}]}}}}""", "application/json"));
        routes.MapPost("/prompt", async (HttpContext context) =>
        {
            var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            asked?.Invoke(request!);
            if (failure == "400")
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync("""{"error":{"type":"prompt_outputs_failed_validation","message":"Prompt outputs failed validation"},"node_errors":{}}""");
                return;
            }

            await context.Response.WriteAsync($$$"""{"prompt_id":"{{{Id}}}","number":1,"node_errors":{} }""");
            queued.TrySetResult();
        });
        routes.MapGet("/history/{id}", () => Results.Text(
            failure == "nothing"
                ? "{\"" + Id + "\":{\"outputs\":{}}}"
                : "{\"" + Id + "\":" + """{"outputs":{"file":{"images":[{"filename":"EdgeMesh_00001_.png","subfolder":"","type":"output"}]}}}""" + "}", "application/json"));
        routes.MapGet("/view", (string filename, string type) => filename == "EdgeMesh_00001_.png" && type == "output" ? Results.Bytes(Png, "image/png") : Results.NotFound());
        routes.MapPost("/queue", () => { });
        routes.MapPost("/interrupt", () => { });
        routes.Map("/ws", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await SendAsync("""{"type":"status","data":{"status":{"exec_info":{"queue_remaining":1}},"sid":"x"}}""");
            await queued.Task.WaitAsync(context.RequestAborted);
            await socket.SendAsync(new byte[] { 0, 0, 0, 1, 9, 9 }, WebSocketMessageType.Binary, true, context.RequestAborted);
            await SendAsync("""{"type":"progress","data":{"value":1,"max":4,"prompt_id":"somebody-elses","node":"3"}}""");
            for (var step = 1; step <= 4; step++)
            {
                await SendAsync($$$"""{"type":"progress","data":{"value":{{{step}}},"max":4,"prompt_id":"{{{Id}}}","node":"sampler"}}""");
            }

            switch (failure)
            {
                case "error":
                    await SendAsync($$$"""{"type":"execution_error","data":{"prompt_id":"{{{Id}}}","exception_message":"told to fail"}}""");
                    break;
                case "memory":
                    await SendAsync($$$"""{"type":"execution_error","data":{"prompt_id":"{{{Id}}}","exception_message":"CUDA out of memory"}}""");
                    break;
                case "interrupted":
                    await SendAsync($$$"""{"type":"execution_interrupted","data":{"prompt_id":"{{{Id}}}"}}""");
                    break;
                case "garbage":
                    await SendAsync("not json");
                    break;
                case "closed":
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
                    return;
                default:
                    await SendAsync($$$"""{"type":"executing","data":{"node":null,"prompt_id":"{{{Id}}}"}}""");
                    break;
            }

            await socket.ReceiveAsync(new byte[16], context.RequestAborted);

            Task SendAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, context.RequestAborted);
        });
    }
}
