using System.Net;
using System.Net.Sockets;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>An engine that listens and says nothing, or that is busy and says so.</summary>
public sealed class HungEngineTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hangs;
    private volatile int _asked;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_SilentListener_DoesNotAnswer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        await using var watched = new Watched<OpenAiRuntime>(new OpenAiRuntime(address, null, SkillRules.Default, _time)).Start();
        for (var probe = 0; probe < 3; probe++)
        {
            await PassAsync("a probe to end", () => watched.Runtime.Info.State == RuntimeState.Down);
            Assert.Contains("does not answer", watched.Runtime.Info.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_EngineHangs_EndsSoonAfterItsCardIsDown()
    {
        await using var server = await EngineTestServer.StartAsync(Routes);
        await using var watched = new Watched<OllamaRuntime>(new OllamaRuntime(server.Address, SkillRules.Default, _time)).Start();
        await watched.UntilAsync(RuntimeState.Ready);
        _hangs = true;
        var began = _time.GetTimestamp();
        var run = watched.Runtime.RunAsync(Wanted.Chat("m", "Hello"), new Written(), Stop);
        await PassAsync("the task to end", () => run.IsCompleted);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => run);
        Assert.Equal(ReasonCode.Timeout, failed.Reason);
        Assert.Contains("Ollama sent nothing for", failed.Message, StringComparison.Ordinal);
        Assert.InRange(_time.GetElapsedTime(began), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60));
        Assert.Contains("does not answer", watched.Runtime.Info.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_EngineFallsSilentInTheMiddle_EndsWithItsStallLimit()
    {
        var hungUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await EngineTestServer.StartAsync(routes => routes.MapPost("/api/chat", async (HttpContext context) =>
        {
            await EngineTestServer.LineAsync(context, """{"message":{"role":"assistant","content":"Yes, and"},"done":false}""");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hungUp.TrySetResult();
        }));
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System);
        using var catalog = new RuntimeCatalog([runtime]);
        var task = Wanted.Chat("m", "Hello");
        (task.RuntimeId, task.StallMs, task.TimeoutMs) = (runtime.Info.Id, 300, 60_000);

        var run = new TaskExecutor(catalog, new TaskLimits(), TimeProvider.System, new AgentStop()).Start(task).Run!;
        await run.Ended.WaitAsync(Stop);

        var updates = run.Read(0).Updates;
        Assert.Equal("Yes, and", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal(nameof(ReasonCode.Timeout), updates[^1].Failure.Reason);
        Assert.Contains("Ollama has said nothing for 0.3 s. The last it said was text,", updates[^1].Failure.Cause, StringComparison.Ordinal);
        await hungUp.Task.WaitAsync(Stop);
    }

    [Fact]
    public async Task Run_EngineWorksLongAndAnswersProbes_IsWaitedFor()
    {
        await using var server = await EngineTestServer.StartAsync(Routes);
        await using var watched = new Watched<OllamaRuntime>(new OllamaRuntime(server.Address, SkillRules.Default, _time)).Start();
        await watched.UntilAsync(RuntimeState.Ready);
        var output = new Written();
        var run = watched.Runtime.RunAsync(Wanted.Chat("slow", "Hello"), output, Stop);
        var began = _time.GetTimestamp();
        await PassAsync("ten minutes", () => run.IsCompleted || _time.GetElapsedTime(began) > TimeSpan.FromMinutes(10));
        Assert.False(run.IsCompleted);
        _goOn.SetResult();
        await run;
        Assert.Equal("Yes.", output.All);
    }

    [Fact]
    public async Task Run_EngineBusyTwice_IsAskedAgainAndSaysSo()
    {
        await using var server = await EngineTestServer.StartAsync(r => Busy(r, times: 2, after: "0"));
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, TimeProvider.System);
        var output = new Written();
        await runtime.RunAsync(Wanted.Chat("m", "Hello"), output, Stop);
        Assert.Equal(("Yes.", 3, 2), (output.All, _asked, output.Steps.Length));
    }

    [Fact]
    public async Task Run_EngineStaysBusy_EndsInWords()
    {
        await using var server = await EngineTestServer.StartAsync(r => Busy(r, times: int.MaxValue, after: null));
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, _time);
        var run = runtime.RunAsync(Wanted.Chat("m", "Hello"), new Written(), Stop);
        await PassAsync("the task to end", () => run.IsCompleted);
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => run);
        Assert.Equal((ReasonCode.NotReady, "Ollama is still loading m: Loading model."), (failed.Reason, failed.Message));
        Assert.InRange(_asked, 5, 20);
    }

    [Fact]
    public async Task Run_CancelledWhileTheEngineIsBusy_StopsAtOnce()
    {
        await using var server = await EngineTestServer.StartAsync(r => Busy(r, times: int.MaxValue, after: "60"));
        using var runtime = new OllamaRuntime(server.Address, SkillRules.Default, _time);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var output = new Written();
        var run = runtime.RunAsync(Wanted.Chat("m", "Hello"), output, cancel.Token);
        await Until.TrueAsync("it to wait", () => output.Steps.Length == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        await EngineTestServer.LineAsync(context, """{"message":{"role":"assistant","content":"Yes."},"done":false}""");
        await EngineTestServer.LineAsync(context, """{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}""");
    }

    // The engine's clock is made to run until it is so.
    private Task PassAsync(string what, Func<bool> isSo) => Until.TrueAsync(what, () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return isSo();
    }, TimeSpan.FromSeconds(60));

    private async Task HangAsync(HttpContext context)
    {
        if (_hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Routes(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/tags", async (HttpContext context) =>
        {
            await HangAsync(context);
            return Results.Text("""{"models":[{"name":"m","digest":"a"},{"name":"slow","digest":"b"}]}""", "application/json");
        });
        routes.MapPost("/api/show", () => Results.Text("{}", "application/json"));
        routes.MapGet("/api/ps", () => Results.Text("""{"models":[]}""", "application/json"));
        routes.MapPost("/api/chat", async (HttpContext context) =>
        {
            await HangAsync(context);
            await _goOn.Task.WaitAsync(context.RequestAborted);
            await AnswerAsync(context);
        });
    }

    private void Busy(IEndpointRouteBuilder routes, int times, string? after)
    {
        routes.MapGet("/api/ps", () => Results.Text("""{"models":[]}""", "application/json"));
        routes.MapPost("/api/chat", async (HttpContext context) =>
        {
            if (Interlocked.Increment(ref _asked) > times)
            {
                await AnswerAsync(context);
                return;
            }

            context.Response.StatusCode = 503;
            if (after is not null)
            {
                context.Response.Headers.RetryAfter = after;
            }

            await context.Response.WriteAsync("""{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""");
        });
    }
}
