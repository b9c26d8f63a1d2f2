using System.Net;
using System.Text;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Tests.Api;

/// <summary>A plan is answered in every state of the fleet, and judged by the same limits as a job.</summary>
public sealed class PlanApiTests
{
    [Fact]
    public async Task Plan_WhileRuntimesStart_IsAnAnswerWithTheReasons()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("Waking", loaded: false);
        var (answer, plan) = await mesh.PostAsync("/api/plan", """{"kind":"summarize","text":"A text. Another sentence."}""");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(plan.GetProperty("stages").EnumerateArray());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, plan.GetProperty("predicted").ValueKind);
        Assert.NotEmpty(Assert.Single(plan.GetProperty("devices").EnumerateArray()).GetProperty("reason").GetString()!);
    }

    /// <summary>A plan never says that a job would be refused which is then accepted and waits, nor the reverse.</summary>
    [Theory]
    [InlineData(false, RuntimeState.Starting, TaskKind.LlmGenerate, true)]
    [InlineData(false, RuntimeState.Starting, TaskKind.ImageGenerate, true)]
    [InlineData(false, RuntimeState.Down, TaskKind.LlmGenerate, true)]
    [InlineData(true, RuntimeState.Starting, TaskKind.LlmGenerate, true)]
    [InlineData(true, RuntimeState.Starting, TaskKind.ImageGenerate, false)]
    [InlineData(true, RuntimeState.Down, TaskKind.LlmGenerate, false)]
    [InlineData(true, RuntimeState.Ready, TaskKind.ImageGenerate, false)]
    public async Task Plan_AnyStateOfTheRuntimes_IsJudgedAsTheJobIs(bool loaded, RuntimeState state, TaskKind kind, bool accepted)
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One", loaded, new RuntimeInfo("engine", "Engine", state, state == RuntimeState.Ready ? null : "Not yet.", [], [kind], null));
        foreach (var model in (string[])["", ",\"model\":\"llama\""])
        {
            var body = $$"""{"kind":"chat","text":"Hello."{{model}}}""";
            var (plan, planProblem) = await mesh.PostAsync("/api/plan", body);
            var (job, jobProblem) = await mesh.PostAsync("/api/jobs", body);
            Assert.Equal(accepted ? (HttpStatusCode.OK, HttpStatusCode.Accepted) : (HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (plan.StatusCode, job.StatusCode));
            if (!accepted)
            {
                Assert.Equal(jobProblem.GetProperty("code").GetString(), planProblem.GetProperty("code").GetString());
            }
        }
    }

    /// <summary>A filter that a host registers is asked like the others, in the preview and for the job.</summary>
    [Fact]
    public async Task Filter_OfTheHost_TakesADeviceOutOfPlanAndJob()
    {
        await using var mesh = await MeshHost.StartAsync(services => services.AddSingleton<IPlacementFilter, AtNightFilter>());
        await mesh.JoinAsync("Night");
        var (_, plan) = await mesh.PostAsync("/api/plan", """{"kind":"echo","text":"x"}""");
        var (job, problem) = await mesh.PostAsync("/api/jobs", """{"kind":"echo","text":"x"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, job.StatusCode);
        Assert.All([plan, problem], p => Assert.Contains(AtNightFilter.Reason, p.GetRawText(), StringComparison.Ordinal));

        await mesh.JoinAsync("Day");
        var (_, shared) = await mesh.PostAsync("/api/plan", """{"kind":"echo","text":"x"}""");
        Assert.Equal("Day", Assert.Single(shared.GetProperty("devices").EnumerateArray(), d => d.GetProperty("candidate").GetBoolean()).GetProperty("name").GetString());
    }

    private sealed class AtNightFilter : IPlacementFilter
    {
        public const string Reason = "It works in daylight only.";

        public string Name => "night";

        public string? Reject(DeviceSnapshot device, FilterContext context) => device.Name == "Night" ? Reason : null;
    }

    [Theory]
    [InlineData("EdgeMesh:Jobs:MaxTextBytes", "2000", """{"kind":"summarize","text":"LONG"}""")]
    [InlineData("EdgeMesh:Jobs:MaxEchoTasks", "3", """{"kind":"echo","text":"x","options":{"count":4}}""")]
    [InlineData("EdgeMesh:Jobs:MaxTokens", "10", """{"kind":"chat","text":"x","options":{"maxTokens":11}}""")]
    public async Task Limits_OfTheConfiguration_HoldForPlanAndJobAlike(string setting, string value, string body)
    {
        body = body.Replace("LONG", new string('a', 3000), StringComparison.Ordinal);
        await using var mesh = await MeshHost.StartAsync(null, (setting, value));
        await mesh.JoinAsync("One");
        var (plan, planProblem) = await mesh.PostAsync("/api/plan", body);
        var (job, jobProblem) = await mesh.PostAsync("/api/jobs", body);
        Assert.True(plan.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge, $"{plan.StatusCode}");
        Assert.Equal((job.StatusCode, jobProblem.GetProperty("code").GetString()), (plan.StatusCode, planProblem.GetProperty("code").GetString()));
        Assert.Same(mesh.Services.GetRequiredService<JobLimits>(), mesh.Services.GetRequiredService<IOptions<JobLimits>>().Value);
    }

    [Theory]
    [InlineData("iso-8859-1", "Straße in Köln")]
    [InlineData("utf-16", "plain")]
    public async Task Body_InAnotherEncoding_IsToldToBeNoUtf8(string encoding, string text)
    {
        await using var host = await ApiFakesHost.StartAsync();
        foreach (var path in (string[])["/api/plan", "/api/jobs"])
        {
            using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.GetEncoding(encoding).GetBytes($$"""{"kind":"summarize","text":"{{text}}"}""")) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            var (answer, problem) = await host.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal(encoding == "utf-16" ? "json_malformed" : "body_not_utf8", problem.GetProperty("code").GetString());
            Assert.Contains("UTF-8", problem.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        }
    }
}
