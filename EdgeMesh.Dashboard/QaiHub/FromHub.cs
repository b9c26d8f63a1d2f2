using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>What the service says about jobs, in the words of this dashboard. Pure.</summary>
internal static class FromHub
{
    private const int LongestText = 4_000;

    public static HubJobKind Kind(JobType type) => type switch
    {
        JobType.Profile => HubJobKind.Profile,
        JobType.Inference => HubJobKind.Inference,
        JobType.Quantize => HubJobKind.Quantize,
        JobType.Link => HubJobKind.Link,
        _ => HubJobKind.Compile,
    };

    public static HubJobState State(JobState state) => state switch
    {
        JobState.Created => HubJobState.Created,
        JobState.OptimizingModel => HubJobState.Optimizing,
        JobState.ProvisioningDevice => HubJobState.Provisioning,
        JobState.MeasuringPerformance => HubJobState.Measuring,
        JobState.RunningInference => HubJobState.RunningInference,
        JobState.QuantizingModel => HubJobState.Quantizing,
        JobState.LinkingModels => HubJobState.Linking,
        JobState.Done => HubJobState.Done,
        JobState.Failed => HubJobState.Failed,
        _ => HubJobState.Unknown,
    };

    /// <summary>A job with what its short form says.</summary>
    public static TrackedJob With(TrackedJob? before, HubJobSummary s, HubSource source, DateTimeOffset now) => Step(
        (before ?? new TrackedJob(s.Id, Kind(s.Type), State(s.State), s.Created ?? now)) with
        {
            State = State(s.State),
            Name = Text(s.Name),
            Device = Text(s.DeviceName),
            Os = Text(s.DeviceOs),
            FinishedAt = s.Completed ?? before?.FinishedAt,
            Source = (before?.Source ?? HubSource.Unknown).And(source),
            Owner = s.Owner ?? before?.Owner,
            Trouble = Known(before),
            // What it made or why it failed is only in the full form.
            IsFull = before?.IsFull == true && before.State == State(s.State),
        },
        s.Created,
        s.Started,
        s.Completed,
        s.Updated ?? now);

    /// <summary>A job with everything that the service says.</summary>
    public static TrackedJob With(TrackedJob? before, HubJob j, DateTimeOffset now)
    {
        var options = Text(j.Options);
        var failure = j.FailureReason is { Length: > 0 } reason ? Text(reason) : null;
        return Step(
            (before ?? new TrackedJob(j.Id, Kind(j.Type), State(j.State), j.Created ?? now)) with
            {
                State = State(j.State),
                Name = Text(j.Name),
                Device = Text(j.Device?.Name ?? before?.Device ?? ""),
                Os = Text(j.Device?.Os ?? before?.Os ?? ""),
                ModelId = j.Model?.Id ?? before?.ModelId ?? "",
                // What this dashboard calls it wins: a compiled model is named by the service after its job.
                ModelName = before is { ModelName.Length: > 0 } ? before.ModelName : Text(j.Model?.Name ?? ""),
                TargetModelId = j.TargetModel?.Id ?? before?.TargetModelId,
                Source = (before?.Source ?? HubSource.Unknown).And(j.Source),
                Owner = j.Owner ?? before?.Owner,
                Trouble = Known(before),
                Inputs = Newer(before?.Inputs, j.Inputs),
                TargetInputs = Newer(before?.TargetInputs, j.TargetInputs),
                DatasetId = j.DatasetId ?? before?.DatasetId,
                Options = options,
                Runtime = before?.Runtime ?? TargetRuntimes.OfJob(j.Type, options)?.Value,
                Failure = failure,
                Remedy = FailureRemedies.Of(j),
                IsFull = true,
                FinishedAt = j.Completed ?? before?.FinishedAt,
            },
            j.Created,
            j.Started,
            j.Completed,
            j.Updated ?? now);
    }

    /// <summary>For the predictions and the device pages.</summary>
    /// <param name="inputs">The sizes that it was measured with; null when they are not known.</param>
    public static ProfiledLatency? Latency(TrackedJob job, HubDevice? device, ImmutableArray<Core.Jobs.TensorInfo>? inputs) =>
        job.Profile is not { } p || Artifact(job.Runtime) is not { } kind ? null : new ProfiledLatency(
            job.ModelId, job.Id, job.ModelName, job.Device, device is null ? ChipsetTarget.Any : Target(device), kind, p.Inference.TotalMilliseconds, p.FirstLoad?.TotalMilliseconds,
            p.WarmLoad?.TotalMilliseconds, p.PeakMemory.Upper > 0 ? p.PeakMemory.Upper : null, p.Units.Where(u => Unit(u.Unit) is not null).ToImmutableSortedDictionary(u => Unit(u.Unit)!.Value, u => u.Layers),
            job.Source == HubSource.Emulator, job.FinishedAt ?? job.CreatedAt, job.Source == HubSource.Service, inputs);

    public static ChipsetTarget Target(HubDevice device) => new(device.Chipsets, device.Hexagon, int.TryParse(device.SocModel, out var soc) ? soc : null);

    public static ArtifactKind? Artifact(string? runtime) => runtime switch
    {
        "onnx" => ArtifactKind.Onnx,
        "precompiled_qnn_onnx" => ArtifactKind.PrecompiledQnnOnnx,
        "qnn_context_binary" => ArtifactKind.QnnContextBinary,
        "qnn_dlc" => ArtifactKind.QnnDlc,
        "tflite" => ArtifactKind.TfLite,
        _ => null,
    };

    private static AcceleratorKind? Unit(ComputeUnit unit) => unit switch
    {
        ComputeUnit.Npu => AcceleratorKind.NPU,
        ComputeUnit.Gpu => AcceleratorKind.GPU,
        ComputeUnit.Cpu => AcceleratorKind.CPU,
        _ => null,
    };

    /// <summary>What was told now, where anything was; the very array from before when it is the same, so that a job that did not change is equal.</summary>
    private static ImmutableArray<TensorSpec> Newer(ImmutableArray<TensorSpec>? before, ImmutableArray<TensorSpec> now)
    {
        var known = before is { IsDefault: false } some ? some : [];
        return now.IsDefaultOrEmpty || known.SequenceEqual(now) ? known : now;
    }

    /// <summary>What went wrong on this side, unless it was that the service did not know the job: it does now.</summary>
    private static Problem? Known(TrackedJob? before) => before?.Trouble is { Code: "qaihub_not_found" } ? null : before?.Trouble;

    private static string Text(string text) => FromWire.Text(text, LongestText);

    // The service tells when a job was created, started and ended; the states between are dated by when they were seen.
    private static TrackedJob Step(TrackedJob job, DateTimeOffset? created, DateTimeOffset? started, DateTimeOffset? completed, DateTimeOffset seen)
    {
        var steps = job.Steps.RemoveAll(s => s.State == HubJobState.WaitingForPlace);
        if (steps.IsEmpty)
        {
            steps = [new HubStep(HubJobState.Created, created ?? job.CreatedAt)];
        }

        if (steps[^1].State != job.State)
        {
            var at = job.IsOver ? completed ?? seen : steps.Length == 1 ? started ?? seen : seen;
            steps = steps.Add(new HubStep(job.State, at < steps[^1].At ? steps[^1].At : at));
        }

        return job with { Steps = steps, WasSeenRunning = job.WasSeenRunning || !job.IsOver, FinishedAt = job.IsOver ? job.FinishedAt ?? seen : null };
    }
}
