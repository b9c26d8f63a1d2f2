using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
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
    [InlineData("500", ReasonCode.EngineError)]
    [InlineData("garbage", ReasonCode.BadOutput)]
    [InlineData("empty", ReasonCode.BadOutput)]
    [InlineData("null", ReasonCode.BadOutput)]
    [InlineData("null list", ReasonCode.BadOutput)]
    [InlineData("no picture", ReasonCode.BadOutput)]
    [InlineData("error in 200", ReasonCode.OutOfMemory)]
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
    [InlineData("error", ReasonCode.EngineError)]
    [InlineData("memory", ReasonCode.OutOfMemory)]
    [InlineData("interrupted", ReasonCode.Refused)]
    [InlineData("nothing", ReasonCode.BadOutput)]
    [InlineData("recorded error", ReasonCode.EngineError)]
    [InlineData("recorded memory", ReasonCode.OutOfMemory)]
    [InlineData("recorded interruption", ReasonCode.Refused)]
    [InlineData("no picture", ReasonCode.BadOutput)]
    [InlineData("no prompt", ReasonCode.BadOutput)]
    [InlineData("forgotten", ReasonCode.BadOutput)]
    public async Task ComfyUi_ServerFails_IsANamedError(string how, ReasonCode reason)
    {
        await using var server = await EngineTestServer.StartAsync(r => Comfy(r, failure: how));
        await using var watched = new Watched<ComfyUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        await watched.UntilAsync(RuntimeState.Ready);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => watched.Runtime.RunAsync(Wanted.Image("v1-5.safetensors", "x"), new Written(), Stop));
        Assert.Equal(reason, failed.Reason);
        Assert.Contains("ComfyUI", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("garbage")]
    [InlineData("odd")]
    [InlineData("cached")]
    [InlineData("no socket")]
    [InlineData("bare record")]
    public async Task ComfyUi_NothingUsefulOverTheSocket_TheImageIsInItsHistory(string how)
    {
        await using var server = await EngineTestServer.StartAsync(r => Comfy(r, failure: how));
        await using var watched = new Watched<ComfyUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        await watched.UntilAsync(RuntimeState.Ready);
        var output = new Written();
        await watched.Runtime.RunAsync(Wanted.Image("v1-5.safetensors", "x"), output, Stop);
        Assert.Equal(Png, Assert.Single(output.Files).Value.Bytes);
    }

    [Fact]
    public async Task ComfyUi_SameWishTwice_IsAskedUnderAnotherName()
    {
        var names = new List<string>();
        await using var server = await EngineTestServer.StartAsync(r => Comfy(r, a => names.Add(a["prompt"]!["file"]!["inputs"]!["filename_prefix"]!.GetValue<string>())));
        using var runtime = new ComfyUiRuntime(server.Address, TimeProvider.System);
        await runtime.RunAsync(Wanted.Image("v1-5.safetensors", "x"), new Written(), Stop);
        await runtime.RunAsync(Wanted.Image("v1-5.safetensors", "x"), new Written(), Stop);
        Assert.Equal(2, names.Distinct().Count());
    }

    [Theory]
    [InlineData("""[["a.safetensors","b.safetensors"],{}]""")]
    [InlineData("""[["a.safetensors","b.safetensors"]]""")]
    [InlineData("""["COMBO",{"options":["a.safetensors","b.safetensors"],"multiselect":false}]""")]
    [InlineData("""["COMBO",{"tooltip":"x","options":[{"name":"a.safetensors","image":""},{"content":"b.safetensors"}]}]""")]
    [InlineData("""{"options":["a.safetensors","b.safetensors"]}""")]
    [InlineData("""[[null,"a.safetensors",7,"","a.safetensors","b.safetensors",["c"]],{}]""")]
    public async Task ComfyUi_FormsOfItsList_AreAllRead(string choice)
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet("/object_info/CheckpointLoaderSimple", () => Results.Text(
            """{"CheckpointLoaderSimple":{"input":{"required":{"ckpt_name":""" + choice + "}}}}", "application/json")));
        await using var watched = new Watched<ComfyUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        Assert.Equal(["a.safetensors", "b.safetensors"], (await watched.UntilAsync(RuntimeState.Ready)).Models.Select(m => m.Id));
    }

    [Fact]
    public async Task ComfyUi_FormNobodyKnows_ItsFolderIsRead()
    {
        await using var server = await EngineTestServer.StartAsync(r =>
        {
            r.MapGet("/object_info/CheckpointLoaderSimple", () => Results.Text("""{"CheckpointLoaderSimple":{"input":{"required":{"ckpt_name":{"choices":"new"}}}}}"""));
            r.MapGet("/models/checkpoints", () => Results.Text("""["a.safetensors",null,{"name":"b.safetensors","pathIndex":0}]"""));
        });
        await using var watched = new Watched<ComfyUiRuntime>(new(server.Address, TimeProvider.System)).Start();
        Assert.Equal(["a.safetensors", "b.safetensors"], (await watched.UntilAsync(RuntimeState.Ready)).Models.Select(m => m.Id));
    }

    [Theory]
    [InlineData(7, "7", "Seed 7.")]
    [InlineData(7 + (1L << 32), "4294967303", "Seed 4294967303.")]
    [InlineData(long.MaxValue, "9223372036854775807", "Seed 9223372036854775807.")]
    [InlineData(-1, "18446744073709551615", "Seed -1 (18446744073709551615 for")]
    public async Task Engines_SeedOf64Bits_GoesWholeAndIsTold(long seed, string sent, string told)
    {
        JsonNode? webUi = null, comfy = null;
        await using var one = await EngineTestServer.StartAsync(r => WebUi(r, a => webUi = a));
        await using var two = await EngineTestServer.StartAsync(r => Comfy(r, a => comfy = a));
        using var first = new StableDiffusionWebUiRuntime(one.Address, TimeProvider.System);
        using var second = new ComfyUiRuntime(two.Address, TimeProvider.System);
        var note = (await first.RunAsync(Wanted.Image("m", "x", seed), new Written(), Stop)).Note;
        Assert.StartsWith(told, note, StringComparison.Ordinal);
        Assert.Equal(sent, webUi!["seed"]!.ToJsonString());
        Assert.StartsWith(told, (await second.RunAsync(Wanted.Image("m", "x", seed), new Written(), Stop)).Note, StringComparison.Ordinal);
        Assert.Equal(sent, comfy!["prompt"]!["sampler"]!["inputs"]!["seed"]!.ToJsonString());
    }

    [Fact]
    public async Task WebUi_ProgramWith32BitSeeds_GetsOneOfItsOwnThatIsTold()
    {
        var asked = new List<JsonNode>();
        await using var server = await EngineTestServer.StartAsync(r => WebUi(r, asked.Add, failure: "32 bits"));
        using var runtime = new StableDiffusionWebUiRuntime(server.Address, TimeProvider.System);
        var receipt = await runtime.RunAsync(Wanted.Image("m", "x", 7 + (1L << 32)), new Written(), Stop);
        var used = asked[^1]["seed"]!.GetValue<long>();
        Assert.InRange(used, 0, uint.MaxValue);
        Assert.NotEqual(7, used);
        Assert.StartsWith($"Seed 4294967303 ({used} for", receipt.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data address", "image/png", ".png")]
    [InlineData("unpadded", "image/png", ".png")]
    [InlineData("null first", "image/png", ".png")]
    [InlineData("object", "image/png", ".png")]
    [InlineData("jpeg", "image/jpeg", ".jpg")]
    [InlineData("webp", "image/webp", ".webp")]
    public async Task WebUi_WaysToSendAPicture_AreAllRead(string how, string type, string ending)
    {
        await using var server = await EngineTestServer.StartAsync(r => WebUi(r, failure: how));
        using var runtime = new StableDiffusionWebUiRuntime(server.Address, TimeProvider.System);
        var output = new Written();
        await runtime.RunAsync(Wanted.Image("m", "x"), output, Stop);
        var (name, file) = Assert.Single(output.Files);
        Assert.Equal((type, true), (file.ContentType, name.EndsWith(ending, StringComparison.Ordinal)));
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
                case "null":
                    await context.Response.WriteAsync("""{"images":[null]}""");
                    return;
                case "null list":
                    await context.Response.WriteAsync("""{"images":null}""");
                    return;
                case "no picture":
                    await context.Response.WriteAsync("""{"images":["PGh0bWw+"]}""");
                    return;
                case "error in 200":
                    await context.Response.WriteAsync("""{"images":[],"error":"CUDA out of memory"}""");
                    return;
                case "32 bits" when request!["seed"]!.GetValue<ulong>() > uint.MaxValue:
                    context.Response.StatusCode = 422;
                    await context.Response.WriteAsync("""{"detail":"Value for seed must be between -1 and 4294967295, inclusive","error":"HTTPException","errors":""}""");
                    return;
                case "data address" or "unpadded" or "null first" or "object" or "jpeg" or "webp":
                    await context.Response.WriteAsync($$$"""{"images":{{{Pictures(failure)}}},"info":""}""");
                    return;
                case "cut":
                    context.Response.ContentLength = 10_000;
                    await context.Response.WriteAsync("""{"images":["AAAA""");
                    context.Abort();
                    return;
                default:
                    await context.Response.WriteAsync($$$"""{"images":["{{{Convert.ToBase64String(Png)}}}"],"parameters":{},"info":"{\"seed\": {{{request!["seed"]!.ToJsonString()}}}, \"steps\": 4}"}""");
                    return;
            }
        });
    }

    private static string Pictures(string how)
    {
        var png = Convert.ToBase64String(Png);
        return how switch
        {
            "data address" => $"[\"data:image/png;base64,{png}\"]",
            "unpadded" => $"[\"{png.TrimEnd('=')}\"]",
            "null first" => $"[null,\"\",7,\"{png}\"]",
            "object" => $$"""[{"data":"{{png}}"}]""",
            "jpeg" => $"[\"{Convert.ToBase64String([0xFF, 0xD8, 0xFF, 0xE0, 1, 2])}\"]",
            _ => $"[\"{Convert.ToBase64String([.. "RIFF"u8, 1, 2, 3, 4, .. "WEBPVP8 "u8])}\"]",
        };
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

            await context.Response.WriteAsync(failure == "no prompt" ? """{"number":1}""" : $$$"""{"prompt_id":"{{{Id}}}","number":1,"node_errors":{} }""");
            queued.TrySetResult();
        });
        routes.MapGet("/history/{id}", () => Results.Text(History(failure, Id), "application/json"));
        routes.MapGet("/view", (string filename, string type) =>
            filename != "EdgeMesh_00001_.png" || type != "output" ? Results.NotFound() : failure == "no picture" ? Results.Text("<html>", "text/html") : Results.Bytes(Png, "image/png"));
        routes.MapGet("/queue", () => Results.Text("""{"queue_running":[],"queue_pending":[[0,"another",{},{},[]],null]}""", "application/json"));
        routes.MapPost("/queue", () => { });
        routes.MapPost("/interrupt", () => { });
        routes.Map("/ws", async (HttpContext context) =>
        {
            if (failure == "no socket")
            {
                context.Response.StatusCode = 404;
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await SendAsync("""{"type":"status","data":{"status":{"exec_info":{"queue_remaining":1}},"sid":"x"}}""");
            await queued.Task.WaitAsync(context.RequestAborted);
            if (failure is "cached" or "recorded error" or "recorded memory" or "recorded interruption")
            {
                // Everything came from the cache, or was over before anyone heard of it.
                await SendAsync($$$"""{"type":"execution_cached","data":{"nodes":["model","file"],"prompt_id":"{{{Id}}}"}}""");
                await socket.ReceiveAsync(new byte[16], context.RequestAborted);
                return;
            }

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
                case "odd":
                    foreach (var odd in new[] { "null", "[]", "7", """{"type":7,"data":[]}""", """{"type":"progress"}""", """{"type":"progress","data":{"value":null,"max":"four"}}""", """{"type":"executing","data":null}""" })
                    {
                        await SendAsync(odd);
                    }

                    break;
                case "forgotten" or "closed":
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

    private static string History(string? failure, string id)
    {
        const string Image = """{"outputs":{"preview":{"images":[{"filename":"p.png","type":"temp"}]},"file":{"images":[null,{"filename":"EdgeMesh_00001_.png","subfolder":"","type":"output"}]}}}""";
        return failure switch
        {
            "forgotten" or "error" or "memory" or "interrupted" => "{}",
            "bare record" => Image,
            "nothing" => Record("""{"outputs":{}}"""),
            "recorded error" => Record("""{"outputs":{},"status":{"status_str":"error","completed":false,"messages":[["execution_start",{}],["execution_error",{"exception_message":"told to fail","exception_type":"ValueError"}]]}}"""),
            "recorded memory" => Record("""{"outputs":{},"status":{"status_str":"error","messages":[["execution_error",{"exception_message":"Allocation on device","exception_type":"torch.OutOfMemoryError"}]]}}"""),
            "recorded interruption" => Record("""{"outputs":{},"status":{"status_str":"error","messages":[["execution_interrupted",{}]]}}"""),
            _ => Record(Image),
        };

        string Record(string record) => $"{{\"{id}\":{record}}}";
    }
}
