using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Discovery;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class DiscoveryTests : IAsyncDisposable
{
    private readonly List<EngineDiscovery> _running = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var discovery in _running)
        {
            await discovery.StopAsync(CancellationToken.None);
            discovery.Dispose();
        }
    }

    [Theory]
    [InlineData("Ollama", "/api/version", """{"version":"0.12.3"}""")]
    [InlineData("LM Studio", "/api/v0/models", """{"object":"list","data":[]}""")]
    [InlineData("llama.cpp server", "/props", """{"default_generation_settings":{"n_ctx":4096}}""")]
    [InlineData("Foundry Local", "/openai/status", """{"endpoints":["http://127.0.0.1:5273"]}""")]
    [InlineData("GenieX", "/v1/models", """{"object":"list","data":[]}""")]
    [InlineData("Stable Diffusion web UI", "/sdapi/v1/sd-models", "[]")]
    [InlineData("ComfyUI", "/system_stats", """{"system":{},"devices":[]}""")]
    public async Task Search_EngineAnswersAtItsPort_IsAdded(string name, string path, string identity)
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet(path, () => Results.Text(identity, "application/json")));
        var catalog = Search(name, server.Address.Port);
        await Until.TrueAsync($"{name} to be found", () => catalog.Infos.Any(r => r.Name == name));
    }

    [Fact]
    public async Task Search_EngineGoesForGood_IsForgottenAndFoundAgain()
    {
        FakeTimeProvider time = new();
        var server = await EngineTestServer.StartAsync(r => r.MapGet("/api/version", () => Results.Text("""{"version":"1"}""", "application/json")));
        var port = server.Address.Port;
        var catalog = Start(new DiscoveryOptions { Engines = [KnownEngine.All.Single(e => e.Name == "Ollama") with { Port = port }] }, time);
        await catalog.StartAsync(CancellationToken.None);
        await PassAsync("it to be found", () => catalog.Infos.Length == 1);
        await server.DisposeAsync();
        await PassAsync("it to be shown as down first", () => catalog.Infos is [{ State: RuntimeState.Down }]);
        var down = time.GetUtcNow();
        await PassAsync("it to be forgotten", () => catalog.Infos.IsEmpty);
        Assert.True(time.GetUtcNow() - down >= TimeSpan.FromMinutes(4), "It was forgotten at once.");
        await catalog.StopAsync(CancellationToken.None);

        Task PassAsync(string what, Func<bool> condition) => Until.TrueAsync(what, () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return condition();
        });
    }

    [Theory]
    [InlineData("Ollama")]
    [InlineData("llama.cpp server")]
    [InlineData("ComfyUI")]
    public async Task Search_AnotherProgramAtThePort_IsNotTakenForIt(string name)
    {
        var asked = 0;
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet("/{**path}", () =>
        {
            asked++;
            return Results.Text("""{"hello":"I am something else"}""", "application/json");
        }));
        var catalog = Search(name, server.Address.Port);
        await Until.TrueAsync("two looks", () => asked >= 2);
        Assert.Empty(catalog.Infos);
    }

    [Fact]
    public async Task Search_WhatOneEngineAnswersBreaksItsAdapter_TheOthersAreFound()
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet("/{**path}", () => Results.Text("""{"version":"1"}""", "application/json")));
        await using var other = await EngineTestServer.StartAsync(r => r.MapGet("/{**path}", () => Results.Text("""{"version":"1"}""", "application/json")));
        var ollama = KnownEngine.All.Single(e => e.Name == "Ollama");
        var looks = 0;
        var catalog = Start(new DiscoveryOptions
        {
            Engines =
            [
                ollama with { Port = server.Address.Port, IsIt = _ => throw new ArgumentException("An item with the same key has already been added.") },
                ollama with { Port = server.Address.Port, Create = (_, _) => ++looks > 0 ? throw new FormatException("x") : null! },
                ollama with { Port = other.Address.Port },
            ],
            Every = TimeSpan.FromMilliseconds(50),
        });
        await Until.TrueAsync("the sound one to be found, and the others to be looked at again", () => catalog.Infos.Length == 1 && looks >= 3);
    }

    [Fact]
    public async Task Search_ConfiguredPort_IsLeftAlone()
    {
        var asked = 0;
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet("/{**path}", () => asked++));
        var other = await EngineTestServer.StartAsync(r => r.MapGet("/api/version", () => Results.Text("""{"version":"1"}""", "application/json")));
        await using (other)
        {
            var engines = KnownEngine.All.Where(e => e.Name == "Ollama").SelectMany(e => new[] { e with { Port = server.Address.Port }, e with { Port = other.Address.Port } });
            var catalog = Start(new DiscoveryOptions { Engines = [.. engines], Every = TimeSpan.FromMilliseconds(50), ConfiguredPorts = [server.Address.Port] });
            await Until.TrueAsync("the other one to be found", () => catalog.Infos.Length == 1);
            Assert.Equal(0, asked);
        }
    }

    [Theory]
    [InlineData("qwen2.5-coder:1.5b", new[] { Skill.Code, Skill.Chat })]
    [InlineData("llama3.2:3b", new[] { Skill.Chat, Skill.Summarize, Skill.Code })]
    [InlineData("nomic-embed-text", new Skill[0])]
    [InlineData("sdxl-turbo", new[] { Skill.Image })]
    public void Rules_ByName_GiveSkills(string id, Skill[] skills) => Assert.Equal(skills, SkillRules.Default.For(id).Skills);

    [Theory]
    [InlineData("demo-coder-7b", 4)]
    [InlineData("Meta-Llama-3.1-8B-Instruct", 4)]
    [InlineData("llama3.2:1b", 2)]
    [InlineData("smollm2-360M-instruct", 2)]
    [InlineData("mixtral-8x7b-instruct", 5)]
    [InlineData("qwen3-30b-a3b", 5)]
    [InlineData("gemma3n:e4b", 3)]
    [InlineData("phi-4-mini-4bit", 2)]
    [InlineData("qwen2.5-coder", 2)]
    [InlineData("99999b", 2)]
    public void Rules_WithoutASizeFromTheEngine_TakeItFromTheName(string id, int tier) => Assert.Equal(tier, SkillRules.Default.For(id).Tier);

    [Fact]
    public void Rules_OwnFile_ComesFirst()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["skills.json"], """[{"pattern":"LLAMA*","skills":["image"],"tier":5}]""");
        var rules = SkillRules.Load(directory.Path);
        Assert.Equal(5, rules.For("llama3.2:3b").Tier);
        Assert.Equal([Skill.Image], rules.For("llama3.2:3b").Skills);
        Assert.Equal([Skill.Code, Skill.Chat], rules.For("some-coder").Skills);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""[{"pattern":"x","skills":["flying"],"tier":1}]""")]
    [InlineData("""[{"pattern":"x","skills":["chat"],"tier":9}]""")]
    public void Rules_BadFile_IsSaidInWords(string json)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["skills.json"], json);
        Assert.Contains("skills.json", Assert.Throws<InvalidDataException>(() => SkillRules.Load(directory.Path)).Message, StringComparison.Ordinal);
    }

    private RuntimeCatalog Search(string name, int port) =>
        Start(new DiscoveryOptions { Engines = [KnownEngine.All.Single(e => e.Name == name) with { Port = port }], Every = TimeSpan.FromMilliseconds(50) });

    private RuntimeCatalog Start(DiscoveryOptions options, TimeProvider? time = null)
    {
        var catalog = new RuntimeCatalog([]);
        var discovery = new EngineDiscovery(catalog, options, new EngineContext(SkillRules.Default, time ?? TimeProvider.System), NullLogger<EngineDiscovery>.Instance);
        _running.Add(discovery);
        _ = discovery.StartAsync(CancellationToken.None);
        return catalog;
    }
}
