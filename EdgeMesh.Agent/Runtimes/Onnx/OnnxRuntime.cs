using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Runtimes.Onnx.Canary;
using EdgeMesh.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Agent.Worker;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Onnx;

/// <summary>One way ONNX Runtime computes on this device.</summary>
/// <param name="Name">ONNX Runtime's name, such as <c>CPUExecutionProvider</c>.</param>
/// <param name="Title">For people.</param>
internal sealed record OnnxProvider(string Name, string Title, AcceleratorKind Kind)
{
    /// <summary>Name of the one for Qualcomm's NPU.</summary>
    public const string Qnn = "QNNExecutionProvider";

    /// <summary>The one that every build has.</summary>
    public static OnnxProvider Cpu { get; } = new("CPUExecutionProvider", "CPU", AcceleratorKind.CPU);

#pragma warning disable CA1308 // an id in lower case
    /// <summary>Of its runtime in the mesh: <c>onnx-cpu</c>, <c>onnx-qnn</c> …</summary>
    public string RuntimeId => "onnx-" + Name.Replace("ExecutionProvider", "", StringComparison.Ordinal).ToLowerInvariant();
#pragma warning restore CA1308
}

/// <summary>
/// ONNX Runtime on one execution provider, in a worker process. Ready only after its canary gave the golden answer; proven again every day
/// and on demand.
/// </summary>
internal sealed class OnnxRuntime : IRuntime, IProvable, IAsyncDisposable
{
    private static readonly TimeSpan ProveEvery = TimeSpan.FromDays(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(5);

    // A device that has just become ready may have its first job to do.
    private static readonly TimeSpan ImagesAfter = TimeSpan.FromSeconds(3);
    private readonly OnnxProvider _provider;
    private readonly LocalModels _models;
    private readonly AcceleratorProofs _proofs;
    private readonly WorkerSupervisor _worker;
    private readonly InferenceClient _client;
    private readonly OnnxMeasurer _measurer;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly SemaphoreSlim _looking = new(1, 1);
    private volatile AcceleratorProof? _proof;
    private volatile ImmutableDictionary<string, long> _resident = ImmutableDictionary<string, long>.Empty;
    private volatile Action _changed = static () => { };
    private volatile RuntimeInfo _info;

    public OnnxRuntime(OnnxProvider provider, LocalModels models, AcceleratorProofs proofs, WorkerSupervisor worker, OnnxMeasurer measurer, TimeProvider time)
    {
        (_provider, _models, _proofs, _worker, _measurer, _time) = (provider, models, proofs, worker, measurer, time);
        _client = new InferenceClient(worker, provider.Name);
        worker.Ended = () => _ = LookWhatIsLoadedAsync();
        _info = Describe();
    }

    public RuntimeInfo Info => _info;

    public bool IsBuiltIn => _provider == OnnxProvider.Cpu;

    /// <summary>Runs what is compiled for Qualcomm's NPU.</summary>
    public bool IsQnn => _provider.Name == OnnxProvider.Qnn;

    /// <summary>The models in memory, with the bytes of their weights.</summary>
    public Task<ImmutableDictionary<string, long>> LoadedAsync(CancellationToken cancellationToken) => _client.LoadedAsync(cancellationToken);

    /// <summary>Frees a model's memory unless it is in use.</summary>
    public async Task UnloadAsync(string id, CancellationToken cancellationToken)
    {
        await _client.UnloadAsync(id, cancellationToken);
        await LookWhatIsLoadedAsync();
    }

    public void ProveAgain()
    {
        if (_wanted.CurrentCount == 0)
        {
            _wanted.Release();
        }
    }

    public async Task WatchAsync(Action changed, CancellationToken cancellationToken)
    {
        _changed = changed;
        using var watching = _models.Watch(Tell);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var proof = await CanaryRunner.RunAsync(_client, _provider.Name, _provider.Kind, _time, cancellationToken);
                Told(proof with { Images = _proof?.Images });
                await LookWhatIsLoadedAsync();
                if (proof.IsProven)
                {
                    await Task.Delay(ImagesAfter, _time, cancellationToken);
                    Told(proof with { Images = await CanaryRunner.RunImageAsync(_client, _provider.Name, _provider.Kind, cancellationToken) });
                    await LookWhatIsLoadedAsync();
                }

                await WaitAsync(proof.IsProven ? ProveEvery : RetryAfter, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        void Told(AcceleratorProof proof)
        {
            _proof = proof;
            _proofs.Set(proof);
            Tell();
        }
    }

    public async Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        try
        {
            return await ExecuteAsync(task, output, cancellationToken);
        }
        finally
        {
            _ = LookWhatIsLoadedAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        _wanted.Dispose();
    }

    private void Tell()
    {
        _info = Describe();
        _changed();
    }

    // One after the other, so that the last answer is the newest.
    private async Task LookWhatIsLoadedAsync()
    {
        await _looking.WaitAsync();
        try
        {
            var resident = await _client.LoadedAsync(CancellationToken.None);
            if (resident.Count != _resident.Count || !resident.All(m => _resident.TryGetValue(m.Key, out var bytes) && bytes == m.Value))
            {
                _resident = resident;
                Tell();
            }
        }
        finally
        {
            _looking.Release();
        }
    }

    private async Task<TaskReceipt> ExecuteAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var model = _models.Find(task.ModelId) ?? throw new TaskFailedException(ReasonCode.ModelMissing, $"There is no model {task.ModelId} here.");
        _worker.ForgetPeak();
        var receipt = task.Kind switch
        {
            TaskKindValue.LlmGenerate or TaskKindValue.ImageGenerate when model is { WhyKept: { } why, Completes: false } => throw new TaskFailedException(ReasonCode.Unsupported, $"{model.Id} cannot do this. {why}"),
            TaskKindValue.LlmGenerate when model.Kind == LocalModelKind.Text => await GenerateAsync(task, model, output, cancellationToken),
            TaskKindValue.ImageGenerate when model.Kind == LocalModelKind.Image => await PaintAsync(task, model, output, cancellationToken),
            TaskKindValue.OnnxRun => await _measurer.RunAsync(_provider, model, task.Onnx ?? new OnnxRun(), output, cancellationToken),
            _ => throw new TaskFailedException(ReasonCode.Unsupported, $"{model.Id} cannot do this kind of task."),
        };
        if (_worker.PeakRamMb is { } ram)
        {
            receipt.PeakRamMb = ram;
        }

        return receipt;
    }

    private async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _time.CreateTimer(_ => limit.Cancel(), null, atMost, Timeout.InfiniteTimeSpan);
        await _wanted.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private RuntimeInfo Describe() => new(
        _provider.RuntimeId,
        $"ONNX Runtime, {_provider.Title}",
        _proof switch { null => RuntimeState.Starting, { IsProven: true } => RuntimeState.Ready, _ => RuntimeState.Down },
        _proof switch { null => $"A test run with a known answer is proving the {_provider.Kind}.", { IsProven: true } => null, _ => $"The test run with a known answer failed: {_proof.Failure}" },
        [.. _models.All.Where(m => m.Kind != LocalModelKind.Image || _proof?.Images is not { Failure: not null }).Select(m => m.ToInfo(IsQnn) with { ResidentBytes = _resident.TryGetValue(m.Id, out var bytes) ? bytes : null })],
        [TaskKind.LlmGenerate, TaskKind.ImageGenerate, TaskKind.OnnxRun],
        _provider.Kind);

    private async Task<TaskReceipt> GenerateAsync(TaskRequest task, LocalModel model, ITaskOutput output, CancellationToken cancellationToken)
    {
        var request = new GenerateRequest { Model = _client.Reference(model, _provider.Kind != AcceleratorKind.CPU), SoFar = task.SoFar };
        request.Turns.AddRange(Conversation.Of(task).Select(m => new Turn { Role = m.Role, Content = m.Content }));
        if (task.Generate is { } wish)
        {
            if (wish.HasMaxTokens)
            {
                request.MaxTokens = wish.MaxTokens;
            }

            if (wish.HasTemperature)
            {
                request.Temperature = wish.Temperature;
            }

            if (wish.HasSeed)
            {
                request.Seed = wish.Seed;
            }
        }

        var summary = await _client.GenerateAsync(request, output, cancellationToken);
        _models.Loaded(model.Id, summary.LoadMs);
        var receipt = new TaskReceipt
        {
            Accelerator = _provider.Kind.ToString(),
            AcceleratorNote = Shares(summary.Shares),
            PromptTokens = summary.PromptTokens,
            OutputTokens = summary.OutputTokens,
            InputUnits = Math.Max(1, summary.PromptTokens),
            OutputUnits = Math.Max(1, summary.OutputTokens),
            CutAtLimit = summary.Finish == "length",
            Note = Note(model, summary.LoadMs, ""),
        };
        if (summary.ReasoningTokens > 0)
        {
            receipt.ReasoningTokens = summary.ReasoningTokens;
        }

        return receipt;
    }

    private async Task<TaskReceipt> PaintAsync(TaskRequest task, LocalModel model, ITaskOutput output, CancellationToken cancellationToken)
    {
        var wish = task.Image ?? new Image();
        var request = new PaintRequest
        {
            Model = _client.Reference(model, _provider.Kind != AcceleratorKind.CPU),
            Prompt = task.Text,
            NegativePrompt = wish.NegativePrompt,
            Width = wish.Width,
            Height = wish.Height,
            Steps = wish.Steps,
        };
        if (wish.HasSeed)
        {
            request.Seed = wish.Seed;
        }

        var result = await _client.PaintAsync(request, s => output.Progress((double)s.Step / s.Steps, $"step {s.Step} of {s.Steps}"), cancellationToken);
        _models.Loaded(model.Id, result.LoadMs);
        output.Artifact($"image-{task.TaskId}.png", "image/png", result.Png.Span);
        return new TaskReceipt
        {
            Accelerator = _provider.Kind.ToString(),
            AcceleratorNote = Shares(result.Shares),
            InputUnits = Math.Max(1, task.Text.Length),
            OutputUnits = Math.Max(1, result.Steps),
            Note = Note(model, result.LoadMs, $"{result.Width} × {result.Height}, {result.Steps} steps of {result.StepMs:0.#} ms, seed {result.Seed}."),
        };
    }

    // What ran where, as the loaded session's own profile told.
    private static string Shares(IEnumerable<ProviderShare> shares)
    {
        var list = shares.ToList();
        var all = list.Sum(s => s.Nodes);
        return all == 0 ? "not told by the runtime" : string.Join(", ", list.Select(s => $"{s.Provider} ran {s.Nodes} of {all} nodes"));
    }

    private static string Note(LocalModel model, double loadMs, string more) => string.Join(' ', new[]
    {
        model.BuiltIn ? "Built-in, for trying out and measuring." : "",
        model.Completes ? "It has no chat template: it went on with the text." : "",
        loadMs > 0 ? $"Loading took {loadMs:0} ms." : "",
        more,
    }.Where(s => s.Length > 0));
}
