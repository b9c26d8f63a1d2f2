using System.Net;
using System.Text.Json;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Api;

/// <summary>Who finds no room is told so (429, 503), and when there is likely to be some.</summary>
public sealed class OverloadTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_QueueFull_IsToldWhenTheRunningChatIsLikelyToEnd()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:MaxOpenJobs", "1"));
        (await mesh.JoinAsync("One", true, Samples.Ollama)).OnRun = run => run.Started();
        await mesh.SubmitAsync(Samples.Request(JobKind.Chat, "What is a tide?"));
        double left = 0;
        await Until.TrueAsync("the fleet to show it", () => (left = mesh.Fleet.Current.Devices[0].Lanes.Select(l => l.RunningMs.FirstOrDefault()).FirstOrDefault()) > 3_000);

        var (answer, problem) = await mesh.PostAsync("/api/jobs", """{"kind":"chat","options":{"messages":[{"role":"user","content":"x"}]}}""");

        Assert.Equal((HttpStatusCode.TooManyRequests, "queue_full"), (answer.StatusCode, problem.GetProperty("code").GetString()));
        var told = (int)answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        Assert.InRange(told, (left / 1_000) - 2, (left / 1_000) + 2);
        Assert.Equal(told, problem.GetProperty("retryAfterSeconds").GetInt32());
        Assert.Contains("the next is likely to end in about", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>What the orchestrator does not confirm may be done all the same: nobody is told that it is a fault, or that it was not done.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_NotConfirmed_IsA504ThatSaysHowToAskAgain(bool waited)
    {
        Exception cause = waited ? new TimeoutException() : new Orleans.Runtime.OrleansException("Rejected.");
        await using var mesh = await MeshHost.StartAsync(services => services.AddSingleton(_ => Silent.Of<IJobs>(cause)));

        var (answer, problem) = await mesh.PostAsync("/api/jobs", """{"kind":"echo","text":"x"}""");

        Assert.Equal((HttpStatusCode.GatewayTimeout, "not_confirmed"), (answer.StatusCode, problem.GetProperty("code").GetString()));
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        Assert.Contains("Idempotency-Key", problem.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/models/uploads", 3_000)]
    [InlineData("/api/qaihub/models/uploads", 600)]
    public async Task Upload_MoreThanAreKept_IsA429ThatSaysWhenOneIsForgotten(string path, int mostSeconds)
    {
        await using var mesh = await MeshHost.StartAsync();
        for (var n = 0; n < 32; n++)
        {
            Assert.Equal(HttpStatusCode.OK, (await mesh.PostAsync($"{path}?name=a.onnx", "x", "application/octet-stream")).Answer.StatusCode);
        }

        var (answer, problem) = await mesh.PostAsync($"{path}?name=a.onnx", "x", "application/octet-stream");

        Assert.Equal((HttpStatusCode.TooManyRequests, "uploads_full"), (answer.StatusCode, problem.GetProperty("code").GetString()));
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, mostSeconds);
        Assert.Contains("the first is forgotten in about", problem.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_WithoutRoom_IsA429WithTheSameTimeInHeaderAndBody()
    {
        var (context, body) = await AnswerAsync(CommandResults.FromCommand(ModelProblems.TooMany(16, 41.2), TypedResults.NoContent()));

        Assert.Equal((429, "42"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
        Assert.Equal((42, "transfers_full"), (body.GetProperty("retryAfterSeconds").GetInt32(), body.GetProperty("code").GetString()));
        Assert.Contains("ends in about 42 s", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problem_ThatWaitingDoesNotSolve_SaysNoTime()
    {
        var (context, body) = await AnswerAsync(CommandResults.FromCommand(ModelProblems.SameTransfer("One", "qwen"), TypedResults.NoContent()));

        Assert.Equal((409, 0), (context.Response.StatusCode, context.Response.Headers.RetryAfter.Count));
        Assert.False(body.TryGetProperty("retryAfterSeconds", out _));
    }

    [Fact]
    public async Task Refused_ForStorage_IsTheStateOfTheServer()
    {
        var refusal = new Refusal(new Problem("storage_failed", "The job could not be stored.", "The disk is full.", "Free space.", RetryAfter: TimeSpan.FromSeconds(5)), []);

        var (context, _) = await AnswerAsync(CommandResults.Refused(refusal));

        Assert.Equal((503, "5"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
    }

    [Fact]
    public async Task Readyz_NotReady_SaysWhenToAskAgain()
    {
        await using var host = await ApiFakesHost.StartAsync(configure: b => b.Services.AddSingleton<IReadinessCheck, NeverReady>());
        using var answer = await host.Anonymous.GetAsync(new Uri("/readyz", UriKind.Relative), Test);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData(double.NaN, 2)]
    [InlineData(-5.0, 1)]
    [InlineData(0.0, 1)]
    [InlineData(11_200.0, 12)]
    [InlineData(1e12, 600)]
    [InlineData(double.PositiveInfinity, 600)]
    public void RetryAfter_IsWholeSecondsWithinBounds(double? expectedMs, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Of(expectedMs));

    private static async Task<(HttpContext Context, JsonElement Body)> AnswerAsync(IResult result)
    {
        using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services, Response = { Body = new MemoryStream() } };
        await result.ExecuteAsync(context);
        context.Response.Body.Position = 0;
        return (context, (await JsonSerializer.DeserializeAsync<JsonElement>(context.Response.Body, cancellationToken: Test)));
    }

    private sealed class NeverReady : IReadinessCheck
    {
        public string Name => "never";

        public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new("It never is.");
    }
}
