using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes.OpenAi;

/// <summary>Servers at addresses of every form, with their keys.</summary>
public sealed class AddressTests : IAsyncLifetime
{
    private OpenAiTestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await OpenAiTestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("http://box:8000", "http://box:8000/v1/ http://box:8000/")]
    [InlineData("http://box:8000/", "http://box:8000/v1/ http://box:8000/")]
    [InlineData("http://box:8000//v1//", "http://box:8000/v1/")]
    [InlineData("box:8000", "http://box:8000/v1/ http://box:8000/")]
    [InlineData("localhost:1234/v1", "http://localhost:1234/v1/")]
    [InlineData("192.168.1.5:8000/v3", "http://192.168.1.5:8000/v3/")]
    [InlineData("[::1]:8000/v1", "http://[::1]:8000/v1/")]
    [InlineData("https://box.local/v3/", "https://box.local/v3/")]
    [InlineData("http://box:8000/v1/chat/completions", "http://box:8000/v1/")]
    [InlineData("http://box:8000/v1/models/", "http://box:8000/v1/")]
    [InlineData("http://box:8000/chat/completions", "http://box:8000/")]
    [InlineData("http://box:3000/api", "http://box:3000/api/ http://box:3000/api/v1/ http://box:3000/v1/")]
    [InlineData("http://box:8000/api/v1", "http://box:8000/api/v1/")]
    [InlineData("http://box:12434/engines/llama.cpp/v1", "http://box:12434/engines/llama.cpp/v1/")]
    [InlineData("https://box/v1beta/openai/", "https://box/v1beta/openai/")]
    [InlineData("http://box/proxy", "http://box/proxy/v1/ http://box/proxy/")]
    public void Parse_EveryForm_SaysWhereTheEndpointsAre(string written, string bases) => Assert.Equal(bases, string.Join(' ', OpenAiAddress.Parse(written)!.Bases));

    [Theory]
    [InlineData("ollama")]
    [InlineData("")]
    [InlineData("ftp://box/v1")]
    [InlineData("http://")]
    [InlineData("file:///etc/passwd")]
    public void Parse_NoAddress_IsNone(string written) => Assert.Null(OpenAiAddress.Parse(written));

    [Theory]
    [InlineData("/v1", "")]
    [InlineData("/v1", "/v1")]
    [InlineData("/v1", "/v1/chat/completions")]
    [InlineData("/v3", "/v3/")]
    [InlineData("/api", "/api")]
    [InlineData("/api/v1", "/api")]
    [InlineData("/v1", "/api")]
    [InlineData("", "")]
    [InlineData("/proxy", "/proxy")]
    [InlineData("/proxy/v1", "/proxy/")]
    [InlineData("/v1", "/v1?api-version=2024-10-21")]
    public async Task Run_ServerBelowAnyPath_IsFoundAndAsked(string prefix, string written)
    {
        _server.Prefix = prefix;
        using var runtime = New(written);
        await ProbeAsync(runtime);
        Assert.Equal((RuntimeState.Ready, null), (runtime.Info.State, runtime.Info.Reason));
        await runtime.RunAsync(Chat(), new Written(), TestContext.Current.CancellationToken);
        var query = written.Contains('?', StringComparison.Ordinal) ? written[written.IndexOf('?', StringComparison.Ordinal)..] : "";
        Assert.Equal($"{prefix}/chat/completions{query}", _server.Asked.Last().Target);
    }

    [Theory]
    [InlineData("user:p%40ss@", "Basic dXNlcjpwQHNz")]
    [InlineData(":sk-0815@", "Bearer sk-0815")]
    [InlineData("sk-0815@", "Bearer sk-0815")]
    public async Task Run_CredentialsInTheAddress_AreUsedAndNeverShown(string credentials, string authorization)
    {
        using var runtime = new OpenAiRuntime(OpenAiAddress.Parse($"{credentials}{_server.Address.Authority}/v1?key=hidden")!, null, SkillRules.Default, TimeProvider.System);
        await ProbeAsync(runtime);
        await runtime.RunAsync(Chat(), new Written(), TestContext.Current.CancellationToken);
        Assert.All(_server.Asked, a => Assert.Equal(authorization, a.Authorization));
        _server.RequiredKey = "another";
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => runtime.RunAsync(Chat(), new Written(), TestContext.Current.CancellationToken));
        await ProbeAsync(runtime);
        Assert.Equal(RuntimeState.Down, runtime.Info.State);
        Assert.All(
            [runtime.Info.ToString(), runtime.Info.Reason!, runtime.Address.ToString(), failed.ToString(), OpenAiAddress.Parse($"{credentials}box:1?key=hidden")!.ToString()],
            text => Assert.DoesNotMatch("p%40ss|p@ss|sk-0815|hidden", text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Watch_KeyWantedForUseOnly_IsNotReady(string? key)
    {
        (_server.RequiredKey, _server.ListsOpenly) = ("right", true);
        using var runtime = New("", key);
        await ProbeAsync(runtime);
        Assert.Equal(RuntimeState.Down, runtime.Info.State);
        Assert.Contains($"wants an API key. Start the agent with --openai {_server.Address}v1/ and EDGEMESH_OPENAI_KEY={_server.Address.Authority}=KEY.", runtime.Info.Reason, StringComparison.Ordinal);

        using var right = New("", "right");
        await ProbeAsync(right);
        Assert.Equal(RuntimeState.Ready, right.Info.State);
    }

    [Fact]
    public async Task Watch_LlamaCppWithAKey_IsNotReadyWheneverThatBegan()
    {
        (_server.PropsContextTokens, _server.ListsOpenly) = (4_096, true);
        using var runtime = New("");
        await ProbeAsync(runtime);
        Assert.Equal((RuntimeState.Ready, 4_096), (runtime.Info.State, runtime.Info.Models[0].ContextTokens));
        _server.RequiredKey = "right";
        await ProbeAsync(runtime);
        Assert.Equal(RuntimeState.Down, runtime.Info.State);
    }

    [Theory]
    [InlineData("sk-1", "sk-1", "sk-1")]
    [InlineData("sk-1=", "sk-1=", "sk-1=")]
    [InlineData("one:8000=sk-1,two:8000=sk-2", "sk-1", "sk-2")]
    [InlineData("one:8000=sk-1", "sk-1", null)]
    [InlineData("one:8000=sk-1==,sk-2", "sk-1==", "sk-2")]
    [InlineData("http://two:8000/v1=sk-2, sk-1", "sk-1", "sk-2")]
    [InlineData("other.host:1=sk-3", null, null)]
    [InlineData(null, null, null)]
    public void Keys_OneForAllOrOneEach_GoToTheirServers(string? setting, string? one, string? two)
    {
        var keys = new OpenAiKeys(setting);
        Assert.Equal((one, two), (keys.For(new Uri("http://one:8000/v1/")), keys.For(new Uri("http://two:8000/v1/"))));
    }

    [Theory]
    [InlineData(131_072, null, 131_072)]
    [InlineData(131_072, 8_192, 8_192)]
    public async Task Watch_LmStudio_PlansWithTheLoadedContext(int most, int? loaded, int expected)
    {
        (_server.ContextTokens, _server.LoadedContextTokens) = (most, loaded);
        using var runtime = New("");
        await ProbeAsync(runtime);
        Assert.Equal(expected, runtime.Info.Models[0].ContextTokens);
    }

    [Theory]
    [InlineData("""{"data":[{"id":"a","max_model_len":2048},null,{},{"id":null},{"id":7},{"id":"a"},{"id":"b","meta":{"n_ctx":512,"n_ctx_train":9999}},"c"]}""", "a 2048, b 512, c ")]
    [InlineData("""[{"id":"a","context_length":"4096"},{"id":"b","context_window":-1}]""", "a 4096, b ")]
    [InlineData("""{"models":[{"name":"a","model":"a"}],"data":null}""", "a ")]
    [InlineData("""{"data":[{"id":"a","max_context_length":1e99},{"id":"b\ud83d"},{"id":"c","max_context_length":8192.0}]}""", "a , c 8192")]
    public async Task Watch_ListsOfEveryShape_AreRead(string json, string models)
    {
        _server.ListJson = json;
        using var runtime = New("");
        await ProbeAsync(runtime);
        Assert.Equal(models, string.Join(", ", runtime.Info.Models.Select(m => $"{m.Id} {m.ContextTokens}")));
    }

    private static TaskRequest Chat() => new() { ModelId = "test-chat", Kind = TaskKindValue.LlmGenerate, Generate = new Generate { Messages = { new Message { Role = "user", Content = "Hello." } } } };

    private static async Task ProbeAsync(OpenAiRuntime runtime)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await runtime.WatchAsync(stop.Cancel, stop.Token);
    }

    private OpenAiRuntime New(string path, string? key = null) => new(OpenAiAddress.Parse(_server.Address.Authority + path)!, key, SkillRules.Default, TimeProvider.System);
}
