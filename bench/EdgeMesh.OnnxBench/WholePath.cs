using System.Diagnostics;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Nerdbank.Streams;

namespace EdgeMesh.OnnxBench;

/// <summary>The agent as the dashboard embeds it, with its worker process, asked over a link in memory as the orchestrator asks.</summary>
internal sealed class WholePath : IAsyncDisposable
{
    private const string ModelName = "bench";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private readonly WebApplication _agent;
    private readonly string _data;
    private readonly CancellationTokenSource _closing = new();
    private readonly GrpcChannel _channel;
    private readonly Task _serving;
    private readonly DeviceService.DeviceServiceClient _device;
    private int _jobs;

    private WholePath(WebApplication agent, string data)
    {
        (_agent, _data) = (agent, data);
        var (device, orchestrator) = EdgeMesh.Agent.Link.DuplexPipe.CreatePair();
        _serving = agent.Services.GetRequiredService<LinkListener>().ServeAsync(device, _closing.Token);
        _channel = GrpcChannel.ForAddress("http://device", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false, ConnectCallback = (_, _) => new(orchestrator.AsStream()) },
            DisposeHttpClient = true,
        });
        _device = new(_channel);
    }

    public static async Task<WholePath> StartAsync(string folder)
    {
        var data = Directory.CreateTempSubdirectory("edgemesh-bench-").FullName;
        var agent = AgentHost.Build(new AgentOptions(data, "Bench", [], null) { FindEngines = false });
        await agent.Services.GetRequiredService<ModelInstaller>().InstallAsync(
            new InstallRequest(ModelId.Parse(ModelName), new FolderSource(folder), Skills: [Skill.Chat], EvenIfMemoryIsShort: true), null, CancellationToken.None);
        await agent.StartAsync();
        var path = new WholePath(agent, data);
        await path.ReadyAsync();
        return path;
    }

    /// <summary>One answer as the orchestrator gets it; its ids are read from the text, which has a word for each.</summary>
    public async Task<(int[] Tokens, Laps Laps)> GenerateAsync(int[] prompt, int count)
    {
        var request = new TaskRequest { JobId = $"job-{_jobs++}", TaskId = "1", Attempt = 1, Kind = TaskKindValue.LlmGenerate, RuntimeId = OnnxProvider.Cpu.RuntimeId, ModelId = ModelName };
        request.Generate = new Generate { MaxTokens = count, Temperature = 0, Messages = { new Message { Role = "user", Content = string.Join(' ', prompt.Select(id => $"w{id}")) } } };
        var text = new System.Text.StringBuilder();
        using var worker = Worker();
        var watch = new LapWatch(() =>
        {
            worker?.Refresh();
            return Environment.CpuUsage.TotalTime + (worker?.TotalProcessorTime ?? TimeSpan.Zero);
        });
        using var call = _device.RunTask(request);
        await foreach (var frame in call.ResponseStream.ReadAllAsync())
        {
            foreach (var update in frame.Updates)
            {
                if (update.Failure is { } failure)
                {
                    throw new InvalidOperationException(failure.Cause);
                }

                if (update.UpdateCase == TaskUpdate.UpdateOneofCase.Text)
                {
                    watch.Token();
                    text.Append(update.Text);
                }
            }
        }

        var laps = watch.End();
        return ([.. text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => int.Parse(w[1..]))], laps);
    }

    /// <summary>What the worker's process takes, and what it says of the model.</summary>
    public async Task<(LoadReply Model, long WorkerBytes)> WeighAsync()
    {
        var worker = _agent.Services.GetRequiredService<OnnxRuntimes>().CpuWorker;
        var model = new InferenceClient(worker, OnnxProvider.Cpu.Name).Reference(_agent.Services.GetRequiredService<LocalModels>().Find(ModelName)!, false);
        using var process = Worker();
        return (await worker.UseAsync("weighing", async w => await w.Client.LoadAsync(model), CancellationToken.None), process?.WorkingSet64 ?? 0);
    }

    /// <summary>Managed bytes that the worker allocates for an answer; it tells nobody but its agent, so it is asked directly.</summary>
    public async Task<long> WorkerAllocatesAsync(int[] prompt, int count)
    {
        var client = new InferenceClient(_agent.Services.GetRequiredService<OnnxRuntimes>().CpuWorker, OnnxProvider.Cpu.Name);
        var request = new GenerateRequest { Model = client.Reference(_agent.Services.GetRequiredService<LocalModels>().Find(ModelName)!, false), MaxTokens = count, Greedy = true };
        request.PromptIds.AddRange(prompt);
        return (await client.GenerateAsync(request, static _ => { }, CancellationToken.None)).AllocatedBytes;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _channel.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _agent.StopAsync();
        await _agent.DisposeAsync();
        _closing.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private Process? Worker() => _agent.Services.GetRequiredService<OnnxRuntimes>().CpuWorker.ProcessId is { } id ? Process.GetProcessById(id) : null;

    private async Task ReadyAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        using var watch = _device.Watch(new WatchRequest(), cancellationToken: limit.Token);
        await foreach (var beat in watch.ResponseStream.ReadAllAsync(limit.Token))
        {
            if (beat.Runtimes?.Runtimes.FirstOrDefault(r => r.Id == OnnxProvider.Cpu.RuntimeId) is { State: "Ready" } onnx && onnx.Models.Any(m => m.Id == ModelName))
            {
                return;
            }
        }
    }
}
