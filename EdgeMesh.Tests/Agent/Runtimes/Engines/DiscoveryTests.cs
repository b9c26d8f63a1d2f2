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

    /// <summary>llama.cpp with <c>--api-key</c>: all but its health answers 401 without one.</summary>
    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Search_LlamaCppWantsAKey_IsShownWithWhatToDo(int status)
    {
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet("/{**path}", (HttpContext context) => Refuse(context, status, "llama.cpp")));
        var catalog = Search("llama.cpp server", server.Address.Port);
        await catalog.StartAsync(CancellationToken.None);
        await Until.TrueAsync("it to be down for want of a key", () => catalog.Infos is [{ State: RuntimeState.Down, Reason: { } why }] && why.Contains("wants an API key", StringComparison.Ordinal));
        Assert.Contains($"--openai http://127.0.0.1:{server.Address.Port}/", catalog.Infos[0].Reason, StringComparison.Ordinal);
        Assert.Contains($"EDGEMESH_OPENAI_KEY=127.0.0.1:{server.Address.Port}=KEY", catalog.Infos[0].Reason, StringComparison.Ordinal);
        await catalog.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("nginx", 401)]
    [InlineData("", 401)]
    [InlineData("llama.cpp", 404)]
    [InlineData("llama.cpp", 500)]
    public async Task Search_AnotherProgramRefuses_IsNotTakenForLlamaCpp(string program, int status)
    {
        var asked = 0;
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet("/{**path}", (HttpContext context) =>
        {
            asked++;
            return Refuse(context, status, program);
        }));
        var catalog = Search("llama.cpp server", server.Address.Port);
        await Until.TrueAsync("two looks", () => asked >= 2);
        Assert.Empty(catalog.Infos);
    }

    [Fact]
    public async Task Search_WantsAKeyForLong_StaysShown()
    {
        FakeTimeProvider time = new();
        await using var server = await EngineTestServer.StartAsync(r => r.MapGet("/{**path}", (HttpContext context) => Refuse(context, 401, "llama.cpp")));
        var catalog = Start(new DiscoveryOptions { Engines = [KnownEngine.All.Single(e => e.Name == "llama.cpp server") with { Port = server.Address.Port }] }, time);
        await catalog.StartAsync(CancellationToken.None);
        var shown = 0;
        var began = time.GetUtcNow();
        await Until.TrueAsync("20 minutes to pass", () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            shown = Math.Max(shown, catalog.Infos.Length);
            Assert.Equal(shown, catalog.Infos.Length);
            return time.GetUtcNow() - began > TimeSpan.FromMinutes(20) && shown == 1;
        });
        await catalog.StopAsync(CancellationToken.None);
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

    private static IResult Refuse(HttpContext context, int status, string program)
    {
        context.Response.Headers.Server = program;
        return Results.Text("""{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}""", "application/json", statusCode: status);
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
