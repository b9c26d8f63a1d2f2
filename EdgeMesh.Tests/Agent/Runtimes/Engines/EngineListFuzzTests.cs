using System.Collections.Concurrent;
using CsCheck;
using EdgeMesh.Agent.Runtimes.ComfyUi;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Ollama;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Agent.Runtimes.StableDiffusionWebUi;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>Whatever an engine lists: its watcher goes on, and what goes to the dashboard can be written, read and shown.</summary>
public sealed class EngineListFuzzTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Lists = new()
    {
        ["/api/tags"] = """{"models":[{"name":"llama3.2:3b","model":"llama3.2:3b","modified_at":"2026-01-01T00:00:00Z","size":2019393189,"digest":"a80c","details":{"family":"llama","parameter_size":"3.2B"}},{"name":"embed","model":"embed","size":1,"digest":"b"}]}""",
        ["/api/show"] = """{"template":"{{ .Messages }}","parameters":"num_ctx 4096\nstop x","model_info":{"general.parameter_count":3212749888,"llama.context_length":131072,"llama.block_count":28,"llama.embedding_length":3072,"llama.attention.head_count":24,"llama.attention.head_count_kv":8},"capabilities":["completion","thinking"]}""",
        ["/v1/models"] = """{"object":"list","data":[{"id":"a","object":"model","created":1,"owned_by":"x"},{"id":"b","meta":{"n_ctx_train":4096,"size":5}}]}""",
        ["/api/v0/models"] = """{"object":"list","data":[{"id":"a","type":"llm","max_context_length":4096,"loaded_context_length":2048,"state":"loaded"},{"id":"b","type":"embeddings"}]}""",
        ["/props"] = """{"default_generation_settings":{"n_ctx":4096},"total_slots":1,"model_path":"/x"}""",
        ["/sdapi/v1/sd-models"] = """[{"title":"v1-5.safetensors [6ce0]","model_name":"v1-5","hash":"6ce0","filename":"/x"},{"title":"xl.safetensors"}]""",
        ["/object_info/CheckpointLoaderSimple"] = """{"CheckpointLoaderSimple":{"input":{"required":{"ckpt_name":["COMBO",{"options":["a.safetensors","b.safetensors"]}]}},"output":["MODEL"]}}""",
    };

    private readonly ConcurrentDictionary<string, byte[]> _answers = new();
    private EngineTestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await EngineTestServer.StartAsync(r => r.Map("/{**path}", (HttpContext context) =>
        _answers.TryGetValue(context.Request.Path, out var answer) ? Results.Bytes(answer, "application/json") : Results.NotFound()));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("Ollama")]
    [InlineData("OpenAI")]
    [InlineData("llama.cpp")]
    [InlineData("Stable Diffusion web UI")]
    [InlineData("ComfyUI")]
    public void Lists_AnyAnswer_LeaveTheDeviceLinked(string engine)
    {
        var ready = 0;
        Gen.Int[0, 9_999].Array[8, 60].Sample(
            choices =>
            {
                var mutator = new JsonMutator(choices);
                foreach (var (path, json) in Lists)
                {
                    _answers[path] = mutator.Of(json);
                }

                if (engine == "llama.cpp")
                {
                    _answers.TryRemove("/api/v0/models", out _);
                }

                var info = Probe(engine);
                Assert.NotEqual(RuntimeState.Starting, info.State);
                ready += info.State == RuntimeState.Ready ? 1 : 0;
                var heard = Hear(info);
                Assert.Equal(info.Models.Select(m => m.Id), heard.Models.Select(m => m.Id));
                Assert.All(heard.Models, m => Assert.True(EngineModels.IsName(m.Id)));
                Assert.Equal(heard.Models.Length, heard.Models.Select(m => m.Id).Distinct().Count());
                Assert.True(info.State == RuntimeState.Ready ? info.Models.Length > 0 : info.Reason!.Length > 0);
            },
            iter: 200,
            threads: 1);

        // Most of what is odd takes a model at most, not the engine.
        Assert.InRange(ready, 40, 200);
    }

    private static RuntimeInfo Hear(RuntimeInfo info)
    {
        var set = RuntimeSet.Parser.ParseFrom(ToWire.Runtimes([info], true, Samples.Profile()).ToByteArray());
        return Assert.Single(FromWire.Runtimes(set.Runtimes, set.Loaded, set.Accelerators).Runtimes);
    }

    private RuntimeInfo Probe(string engine)
    {
        using ProbedRuntime runtime = engine switch
        {
            "Ollama" => new OllamaRuntime(_server.Address, SkillRules.Default, TimeProvider.System),
            "OpenAI" => new OpenAiRuntime(_server.Address, null, SkillRules.Default, TimeProvider.System),
            "llama.cpp" => new OpenAiRuntime(_server.Address, null, SkillRules.Default, TimeProvider.System, "llama.cpp server"),
            "ComfyUI" => new ComfyUiRuntime(_server.Address, TimeProvider.System),
            _ => new StableDiffusionWebUiRuntime(_server.Address, TimeProvider.System),
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        runtime.WatchAsync(stop.Cancel, stop.Token).GetAwaiter().GetResult();
        return runtime.Info;
    }
}
