using System.Globalization;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Worker;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using Grpc.Core;

namespace EdgeMesh.Agent.Runtimes.Onnx.Measure;

/// <summary>
/// Runs ONNX_RUN, one at a time: two would slow each other. Each gets a worker process of its own, so that the first load is a first load, the
/// peak memory is the model's, and a model that hangs or crashes takes nothing with it. Thread-safe.
/// </summary>
internal sealed class OnnxMeasurer(Func<OnnxProvider, WorkerSupervisor> worker, TimeProvider time, MeasureLimits? limits = null) : IDisposable
{
    private readonly MeasureLimits _limits = limits ?? MeasureLimits.Default;
    private readonly SemaphoreSlim _turn = new(1);

    public async Task<TaskReceipt> RunAsync(OnnxProvider provider, LocalModel model, OnnxRun run, ITaskOutput output, CancellationToken cancellationToken)
    {
        if (model.ToInfo(provider.Name == OnnxProvider.Qnn) is { RunsAsOnnx: false, CannotRun: { } why })
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"{model.Id} cannot run here. {why}");
        }

        if (_turn.CurrentCount == 0)
        {
            output.Progress(0, "waits until another measurement has ended");
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await MeasureAsync(provider, model, run, output, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<TaskReceipt> MeasureAsync(OnnxProvider provider, LocalModel model, OnnxRun run, ITaskOutput output, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_limits.Whole, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        await using var own = worker(provider);
        try
        {
            var request = new MeasureRequest { Model = new ModelRef { Id = model.Id, Folder = model.Folder, Provider = provider.Name }, Run = run };
            return await own.UseAsync($"running {model.Id}", async process =>
            {
                var measured = await FollowAsync(process, request, output, limit.Token);
                return Receipt(provider, model, measured, process.PeakRamMb, output);
            }, limit.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TaskFailedException(ReasonCode.Timeout, $"{model.Id} was not loaded and run within {_limits.Whole.TotalMinutes:0.#} minutes; its worker was ended.");
        }
    }

    private static async Task<Measurement> FollowAsync(WorkerProcess process, MeasureRequest request, ITaskOutput output, CancellationToken cancellationToken)
    {
        using var call = process.Meter.Measure(request, cancellationToken: cancellationToken);
        await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            if (part.Result is { } result)
            {
                return result;
            }

            output.Progress(part.Progress.Fraction, part.Progress.Note);
        }

        throw new TaskFailedException(ReasonCode.Internal, "The worker ended a measurement without its result.");
    }

    private static TaskReceipt Receipt(OnnxProvider provider, LocalModel model, Measurement measured, long peakRamMb, ITaskOutput output)
    {
        output.Text(Words(provider, model, measured));
        var receipt = new TaskReceipt
        {
            Accelerator = provider.Kind.ToString(),
            AcceleratorNote = string.Join(", ", measured.Shares.Select(s => $"{s.Provider} ran {s.Nodes} of {measured.Shares.Sum(n => n.Nodes)} nodes")),
            InputUnits = measured.Inputs.Count,
            OutputUnits = measured.Iterations + measured.WarmUp,
            Measurement = measured,
            Note = measured.Capped ? $"It was stopped after {measured.Iterations:N0} measured runs: more would have taken too long." : "",
        };
        if (peakRamMb > 0)
        {
            receipt.PeakRamMb = peakRamMb;
        }

        return receipt;
    }

    private static string Words(OnnxProvider provider, LocalModel model, Measurement m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{model.Id} took {m.P50Ms:0.###} ms a run on {provider.Title}, the median of {m.Iterations:N0}; 9 of 10 stayed under {m.P90Ms:0.###} ms. Loading took {m.FirstLoadMs:0} ms.");
}
