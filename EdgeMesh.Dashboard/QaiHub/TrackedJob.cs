using System.Text.Json.Serialization;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The tracked jobs.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="PolledAt">When the service answered last.</param>
/// <param name="Problem">Why it could not be asked; the jobs are then as they were.</param>
public sealed record HubJobList(ImmutableArray<TrackedJob> Items, DateTimeOffset? PolledAt, Problem? Problem)
{
    public static HubJobList Empty { get; } = new([], null, null);

    public TrackedJob? Find(string id) => Items.FirstOrDefault(j => j.Id == id);
}

public enum HubJobKind
{
    Compile,
    Profile,
    Inference,
    Quantize,
    Link,
}

/// <summary>States as the service has them; there is no cancelling there.</summary>
public enum HubJobState
{
    /// <summary>A later service says something that this version does not know.</summary>
    Unknown,
    Created,
    Optimizing,
    Provisioning,
    Measuring,
    RunningInference,
    Quantizing,
    Linking,
    Done,
    Failed,
}

/// <summary>A job at the service, as far as it is known here.</summary>
public sealed record TrackedJob(string Id, HubJobKind Kind, HubJobState State, DateTimeOffset CreatedAt)
{
    /// <summary>The service ends jobs after 8 hours; what seems to run longer has been forgotten there.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromHours(8);

    private HubProfile? _profile;

    public string Name { get; init; } = "";

    /// <summary>The device's name; empty for kinds without one.</summary>
    public string Device { get; init; } = "";

    public string Os { get; init; } = "";

    /// <summary>What it works on; empty while only the short form is known.</summary>
    public string ModelId { get; init; } = "";

    public string ModelName { get; init; } = "";

    /// <summary>What it made; null until it is done.</summary>
    public string? TargetModelId { get; init; }

    /// <summary>As on the service's command line.</summary>
    public string Options { get; init; } = "";

    /// <summary>What a compile job compiles for, or what a profile job's model was compiled for; null when not known.</summary>
    public string? Runtime { get; init; }

    /// <summary>The service's own words for why it failed.</summary>
    public string? Failure { get; init; }

    /// <summary>What is known to help; null when nothing is.</summary>
    public string? Remedy { get; init; }

    /// <summary>When each state began or was first seen, in order.</summary>
    public ImmutableArray<HubStep> Steps { get; init; } = [];

    /// <summary>What follows when it is done; null when nothing does.</summary>
    public HubFollowUp? Then { get; init; }

    /// <summary>The job that this one follows.</summary>
    public string? ParentId { get; init; }

    /// <summary>What went wrong on this side, such as a profile job that was not taken.</summary>
    public Problem? Trouble { get; init; }

    /// <summary>The service's message about a measurement, as it came; null until it is done and was read.</summary>
    public byte[]? Result { get; init; }

    /// <summary>Figures of a measurement; null until it is done and was read.</summary>
    [JsonIgnore]
    public HubProfile? Profile => Result is null ? null : _profile ??= HubProfile.Of(JobResult.Parser.ParseFrom(Result));

    /// <summary>The compiled model on the dashboard's disk; null when it was not downloaded.</summary>
    public HubArtifact? Artifact { get; init; }

    /// <summary>It was submitted by this dashboard.</summary>
    public bool Here { get; init; }

    /// <summary>Everything of it is known, not only the short form of lists.</summary>
    public bool IsFull { get; init; }

    /// <summary>It was followed from before its end, so its outcome is of interest.</summary>
    public bool WasSeenRunning { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    [JsonIgnore]
    public bool IsOver => State is HubJobState.Done or HubJobState.Failed;

    /// <summary>Whether it has something that can be downloaded.</summary>
    [JsonIgnore]
    public bool HasArtifact => State == HubJobState.Done && Kind is HubJobKind.Compile or HubJobKind.Link or HubJobKind.Quantize;

    /// <summary>Whether it should have ended long ago.</summary>
    public bool IsOverdue(DateTimeOffset now) => !IsOver && now - CreatedAt > LongestRun;
}

/// <summary>A state and when it began.</summary>
public sealed record HubStep(HubJobState State, DateTimeOffset At);

/// <summary>A profile job that is submitted when its compile job is done.</summary>
/// <param name="Options">Of the profile job.</param>
/// <param name="JobId">The profile job; null until it was submitted.</param>
public sealed record HubFollowUp(string Options, string? JobId);

/// <summary>A file from the service on the dashboard's disk, checked when it came.</summary>
/// <param name="Sha256">64 hex digits, of the file as it came.</param>
public sealed record HubArtifact(string FileName, long Bytes, string Sha256, DateTimeOffset At);
