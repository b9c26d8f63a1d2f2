using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Measure;

/// <summary>Loads a model and runs it so often, in the worker: how long each takes, who computes, what comes out.</summary>
internal sealed class ModelMeasurement(MeasureLimits limits, TimeProvider time)
{
    private const string ContextNode = "EPContext";

    /// <summary>Measures; blocking.</summary>
    /// <exception cref="TaskFailedException">The model, its inputs or the provider cannot, and why.</exception>
    public Measurement Run(ModelRef model, OnnxRun run, Action<double, string> progress, CancellationToken cancellationToken)
    {
        var file = ModelFile.Choose(model.Folder, run.File);
        var path = Path.Combine(model.Folder, file);
        var provider = ExecutionProviders.Find(model.Provider) ?? throw new TaskFailedException(ReasonCode.Unsupported, $"There is no execution provider {model.Provider}.");
        var precompiled = Check(model.Id, path, provider);
        var choices = new SessionChoices { Threads = model.Threads, Root = model.Folder };

        progress(0, "loading");
        var started = time.GetTimestamp();
        var opened = SessionFactory.Open(path, provider, choices);
        try
        {
            var result = new Measurement { File = file, Precompiled = precompiled, FirstLoadMs = Since(started) };
            Measure(opened, provider, run, result, progress, cancellationToken);
            opened.Dispose();
            if (result.FirstLoadMs < limits.LoadWorthRepeating.TotalMilliseconds && !cancellationToken.IsCancellationRequested)
            {
                progress(1, "loading again");
                started = time.GetTimestamp();
                using var again = SessionFactory.Open(path, provider, choices with { ProveProvider = false });
                result.WarmLoadMs = Since(started);
            }

            return result;
        }
        finally
        {
            opened.Dispose();
        }
    }

    // Whether the file holds a binary compiled for one chip; refuses what nothing here can run.
    private static bool Check(string id, string path, ExecutionProvider provider)
    {
        if (EmulatedArtifact.IsMarked(path))
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"{id} is not run. {EmulatedArtifact.Why}");
        }

        var file = OnnxFileReader.Read(path);
        if (!file.Readers.Values.Any(r => r.Contains(ContextNode)))
        {
            return false;
        }

        var folder = Path.GetDirectoryName(path)!;
        return provider != ExecutionProviders.Qnn
            ? throw new TaskFailedException(ReasonCode.Unsupported, $"{id} holds a binary compiled for a Qualcomm NPU. Only QNN runs it, on the chip it was compiled for; {provider.Title} does not.")
            : file.External.Any(e => EmulatedArtifact.IsMarked(Path.Combine(folder, e.Location)))
            ? throw new TaskFailedException(ReasonCode.Unsupported, $"{id} is not run. {EmulatedArtifact.Why}")
            : true;
    }

    private void Measure(OpenedSession opened, ExecutionProvider provider, OnnxRun run, Measurement result, Action<double, string> progress, CancellationToken cancellationToken)
    {
        var session = opened.Session;
        using var options = new RunOptions();
        using var stop = cancellationToken.Register(() => options.Terminate = true);
        try
        {
            using var inputs = ModelInputs.Make(session, run, limits);

            // The first run is profiled, and so it counts as warm-up only.
            opened.ReadShares(() => result.Outputs.AddRange(RunOnce(session, options, inputs)));
            Prove(opened, provider);
            result.Shares.AddRange(opened.Shares!.Nodes.Select(n => new Core.Contracts.ProviderNodes { Provider = n.Key, Nodes = n.Value }));
            result.Inputs.AddRange(inputs.Told);
            Repeat(session, options, inputs, run, result, progress, cancellationToken);
        }
        catch (OnnxRuntimeException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(e, result.File);
        }
    }

    private void Repeat(InferenceSession session, RunOptions options, ModelInputs inputs, OnnxRun run, Measurement result, Action<double, string> progress, CancellationToken cancellationToken)
    {
        var (iterations, warmUp) = (Math.Clamp(run.Iterations, 1, limits.Iterations), Math.Clamp(run.WarmUp, 0, limits.WarmUp));
        var begun = time.GetTimestamp();
        var told = begun;
        var times = new List<double>(Math.Min(iterations, 10_000));
        for (var i = 0; i < warmUp + iterations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(begun) > limits.Runs && times.Count > 0)
            {
                result.Capped = true;
                break;
            }

            // A warm-up that alone takes too long gives way to one measured run.
            if (i < warmUp && time.GetElapsedTime(begun) > limits.Runs)
            {
                (warmUp, result.Capped) = (i, true);
            }

            var started = time.GetTimestamp();
            using (session.Run(options, inputs.Names, inputs.Values, session.OutputNames))
            {
                if (i >= warmUp)
                {
                    times.Add(Since(started));
                }
            }

            if (time.GetElapsedTime(told) > TimeSpan.FromMilliseconds(100))
            {
                told = time.GetTimestamp();
                progress((i + 1.0) / (warmUp + iterations), i < warmUp ? "warming up" : $"run {times.Count:N0} of {iterations:N0}");
            }
        }

        var all = RunTimes.Of(times);
        (result.Iterations, result.WarmUp, result.MinMs, result.P50Ms, result.P90Ms, result.MaxMs) = (all.Count, warmUp, all.Min, all.P50, all.P90, all.Max);
    }

    private static List<Tensor> RunOnce(InferenceSession session, RunOptions options, ModelInputs inputs)
    {
        using var outputs = session.Run(options, inputs.Names, inputs.Values, session.OutputNames);
        return [.. outputs.Zip(session.OutputNames, Describe)];
    }

    private static Tensor Describe(OrtValue value, string name)
    {
        if (!value.IsTensor)
        {
            return new Tensor { Name = name, Type = value.OnnxType.ToString()["ONNX_TYPE_".Length..].ToLowerInvariant() };
        }

        var info = value.GetTensorTypeAndShape();
        return new Tensor { Name = name, Type = TensorTypes.Name(info.ElementDataType), Shape = { info.Shape } };
    }

    // A figure of the CPU must never stand for the accelerator that was asked for.
    private static void Prove(OpenedSession opened, ExecutionProvider provider)
    {
        if (provider.Kind != AcceleratorKind.CPU && opened.Shares!.Of(provider) == 0)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"{provider.Title} ran no node of the model: everything fell back to the CPU. Nothing was measured.");
        }
    }

    private static TaskFailedException Explain(OnnxRuntimeException e, string file) => SessionErrors.Running(e, file) is { Reason: ReasonCode.OutOfMemory } memory
        ? memory
        : new TaskFailedException(ReasonCode.BadInput, $"{file} does not run with these inputs: {SessionErrors.Short(e.Message)} Give inputs of the sizes that it wants.");

    private double Since(long started) => time.GetElapsedTime(started).TotalMilliseconds;
}
