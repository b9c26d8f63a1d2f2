using System.Net;
using System.Text.Json;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Api;

public sealed class SettingsApiTests
{
    private const string Path = "/api/settings/models";

    [Fact]
    public async Task Models_FirstAsked_AreTheDefaults()
    {
        await using var mesh = await MeshHost.StartAsync();
        var body = await mesh.GetAsync(Path);
        Assert.Equal(["chat", "summarize", "code", "image"], body.EnumerateObject().Select(p => p.Name));
        Assert.Equal(ModelPreferences.Default.Code.AsEnumerable(), Words(body, "code"));
    }

    [Fact]
    public async Task Models_Set_AreUsedAtOnceAndKeptOverARestart()
    {
        using var directory = new TemporaryDirectory();
        await using (var mesh = await MeshHost.StartAsync(directory["data"]))
        {
            var (answer, body) = await PutAsync(mesh, """{"code":["my-coder*","*b*"],"chat":[]}""");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(["my-coder*", "*b*"], Words(body, "code"));
            Assert.Empty(Words(body, "chat"));
            Assert.Equal(ModelPreferences.Default.Image.AsEnumerable(), Words(body, "image"));

            var coders = new RuntimeInfo(
                "x", "Engine", RuntimeState.Ready, null,
                [new ModelInfo("best", [Skill.Code], 900_000_000, 8_192, 5), new ModelInfo("my-coder:1b", [Skill.Code], 900_000_000, 8_192, 1)], [EdgeMesh.Core.Jobs.TaskKind.LlmGenerate], null);
            await mesh.JoinAsync("One", true, coders);
            var (_, plan) = await mesh.PostAsync("/api/plan", """{"kind":"code","text":"a loop"}""");
            Assert.Equal("my-coder:1b", plan.GetProperty("stages")[0].GetProperty("tasks")[0].GetProperty("model").GetString());
            Assert.Contains("Your preferred model for code.", plan.GetProperty("devices")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        }

        await using var again = await MeshHost.StartAsync(directory["data"]);
        Assert.Equal(["my-coder*", "*b*"], Words(await again.GetAsync(Path), "code"));
    }

    [Theory]
    [InlineData("""{"poem":["x"]}""", "poem")]
    [InlineData("""{"chat":"x"}""", "chat")]
    [InlineData("""{"chat":[1]}""", "chat")]
    [InlineData("""{"chat":null}""", "chat")]
    [InlineData("""{"code":[""]}""", "code")]
    [InlineData("""{"code":["a","A"]}""", "code")]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    public async Task Models_Wrong_Is400AndChangesNothing(string json, string? field)
    {
        await using var mesh = await MeshHost.StartAsync();
        var (answer, body) = await PutAsync(mesh, json);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(string.IsNullOrEmpty(body.GetProperty("remedy").GetString()));
        Assert.Equal(field, body.TryGetProperty("field", out var told) ? told.GetString() : null);
        Assert.Equal(ModelPreferences.Default, mesh.Services.GetRequiredService<IModelSettings>().Current);
    }

    [Fact]
    public async Task Models_FileBroken_DefaultsAreUsed()
    {
        using var directory = new TemporaryDirectory();
        await using (await MeshHost.StartAsync(directory["data"]))
        {
            await File.WriteAllTextAsync(System.IO.Path.Combine(directory["data"], "models.json"), """{"chat":["x"]""", TestContext.Current.CancellationToken);
        }

        await using var again = await MeshHost.StartAsync(directory["data"]);
        Assert.Equal(ModelPreferences.Default.Chat.AsEnumerable(), Words(await again.GetAsync(Path), "chat"));
    }

    private static Task<(HttpResponseMessage Answer, JsonElement Body)> PutAsync(MeshHost mesh, string json) => mesh.SendAsync(new HttpRequestMessage(HttpMethod.Put, Path)
    {
        Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
    });

    private static IEnumerable<string?> Words(JsonElement body, string kind) => body.GetProperty(kind).EnumerateArray().Select(v => v.GetString());
}
