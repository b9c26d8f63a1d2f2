using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>A job of any kind. What a kind does not have is null or empty.</summary>
public sealed record HubJob
{
    public required string Id { get; init; }

    public required JobType Type { get; init; }

    public required JobState State { get; init; }

    public string Name { get; init; } = "";

    /// <summary>As on the service's command line.</summary>
    public string Options { get; init; } = "";

    public HubDevice? Device { get; init; }

    /// <summary>The model that went in.</summary>
    public HubModel? Model { get; init; }

    /// <summary>The model that came out.</summary>
    public HubModel? TargetModel { get; init; }

    /// <summary>What it is compiled or measured for, as it was asked for.</summary>
    public ImmutableArray<TensorSpec> Inputs { get; init; } = [];

    /// <summary>Of a compile job: what goes into the compiled model, where the service says so.</summary>
    public ImmutableArray<TensorSpec> TargetInputs { get; init; } = [];

    /// <summary>Of an inference job: the data set that went in. Of a quantize or compile job: that of its calibration.</summary>
    public string? DatasetId { get; init; }

    /// <summary>Who said so.</summary>
    public HubSource Source { get; init; }

    /// <summary>The service's words for why it failed.</summary>
    public string? FailureReason { get; init; }

    public JobFailureType FailureType { get; init; }

    public string? ErrorDetails { get; init; }

    /// <summary>The user's e-mail address, or null.</summary>
    public string? Owner { get; init; }

    public DateTimeOffset? Created { get; init; }

    public DateTimeOffset? Queued { get; init; }

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Completed { get; init; }

    public DateTimeOffset? Updated { get; init; }

    /// <summary>Of a profile job: the inference time.</summary>
    public TimeSpan? InferenceTime { get; init; }

    /// <summary>Of a profile job: the peak, in bytes.</summary>
    public long? PeakMemory { get; init; }

    /// <summary>What the service wants the user to read.</summary>
    public ImmutableArray<string> Notices { get; init; } = [];

    /// <summary>The message as it came, unknown fields too; store this, not the record.</summary>
    public required Job Message { get; init; }

    /// <summary>Done or failed: it will not change any more.</summary>
    public bool Ended => State.HasEnded();
}

/// <summary>A job in short.</summary>
public sealed record HubJobSummary(
    string Id,
    JobType Type,
    JobState State,
    string Name,
    string DeviceName,
    string DeviceOs,
    string? Owner,
    DateTimeOffset? Created,
    DateTimeOffset? Started,
    DateTimeOffset? Completed,
    DateTimeOffset? Updated,
    TimeSpan? InferenceTime);

/// <summary>What a state means.</summary>
public static class JobStates
{
    public static bool HasEnded(this JobState state) => state is JobState.Done or JobState.Failed;

    /// <summary>For people. A state of a later service shows as its number.</summary>
    public static string Title(this JobState state) => state switch
    {
        JobState.Created => "Created",
        JobState.Done => "Done",
        JobState.Failed => "Failed",
        JobState.OptimizingModel => "Optimizing model",
        JobState.ProvisioningDevice => "Provisioning device",
        JobState.MeasuringPerformance => "Measuring performance",
        JobState.RunningInference => "Running inference",
        JobState.QuantizingModel => "Quantizing model",
        JobState.LinkingModels => "Linking models",
        _ => $"State {(int)state}",
    };
}
