using System.Text.Json.Serialization;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;
using JobResult = EdgeMesh.QaiHub.Wire.JobResult;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The tracked jobs.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="PolledAt">When the service answered last.</param>
/// <param name="Problem">Why it could not be asked; the jobs are then as they were.</param>
public sealed record HubJobList(ImmutableArray<TrackedJob> Items, DateTimeOffset? PolledAt, Problem? Problem)
{
    public static HubJobList Empty { get; } = new([], null, null);

    /// <summary>How many jobs the account has at the service; null when it was not told.</summary>
    public long? Total { get; init; }

    /// <summary>Older jobs at the service that are not among <see cref="Items"/>; 0 when there are none or it is not known.</summary>
    public long Older => Math.Max(0, (Total ?? 0) - Items.Count(j => j is { IsOfOther: false, State: not HubJobState.WaitingForPlace }));

    /// <summary>The job of this id, or the one that waited under it.</summary>
    public TrackedJob? Find(string id) => Items.FirstOrDefault(j => j.Id == id) ?? Items.FirstOrDefault(j => j.WaitedAs == id);
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

    /// <summary>Not at the service yet: it has too many jobs of this account, and is asked again.</summary>
    WaitingForPlace,
}

/// <summary>A job at the service, as far as it is known here.</summary>
public sealed record TrackedJob(string Id, HubJobKind Kind, HubJobState State, DateTimeOffset CreatedAt)
{
    /// <summary>The service ends jobs after 8 hours; what seems to run longer has been forgotten there.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromHours(8);

    private HubProfile? _profile;

    /// <summary>Who said all this.</summary>
    public HubSource Source { get; init; }

    /// <summary>E-mail address of the person whose job it is; null when not told.</summary>
    public string? Owner { get; init; }

    /// <summary>It belongs to a colleague: it was opened here, and is not followed.</summary>
    public bool IsOfOther { get; init; }

    /// <summary>The id under which it waited for a place; null when it did not.</summary>
    public string? WaitedAs { get; init; }

    /// <summary>What is waited for now, in the service's words; null when nothing is.</summary>
    public HubWait? Wait { get; init; }

    /// <summary>The inputs it is for, as they were asked for.</summary>
    public ImmutableArray<TensorSpec> Inputs { get; init; } = [];

    /// <summary>Of a compile job: what goes into the compiled model, as the service says.</summary>
    public ImmutableArray<TensorSpec> TargetInputs { get; init; } = [];

    /// <summary>The data set that went in; null when there is none.</summary>
    public string? DatasetId { get; init; }

    /// <summary>The data set with the outputs of an inference job; null until it is done and was read.</summary>
    public string? OutputDatasetId { get; init; }

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
    public HubProfile? Profile => Result is null ? null : _profile ??= HubProfile.Find(JobResult.Parser.ParseFrom(Result));

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
    public bool HasArtifact => State == HubJobState.Done && MakesModel;

    /// <summary>Whether jobs of its kind make a model.</summary>
    [JsonIgnore]
    public bool MakesModel => Kind is HubJobKind.Compile or HubJobKind.Link or HubJobKind.Quantize;

    /// <summary>Whether jobs of its kind measure.</summary>
    [JsonIgnore]
    public bool Measures => Kind is HubJobKind.Profile or HubJobKind.Inference;

    /// <summary>Whether the service has it; one that waits for a place is only here.</summary>
    [JsonIgnore]
    public bool IsAtService => State != HubJobState.WaitingForPlace;

    /// <summary>Whether it should have ended long ago.</summary>
    public bool IsOverdue(DateTimeOffset now) => !IsOver && IsAtService && now - CreatedAt > LongestRun;
}

/// <summary>A state and when it began.</summary>
public sealed record HubStep(HubJobState State, DateTimeOffset At);

/// <summary>Waiting for a place at the service.</summary>
/// <param name="Words">Why, in the service's words.</param>
/// <param name="Until">When it is asked again.</param>
public sealed record HubWait(string Words, DateTimeOffset Until);

/// <summary>A profile job that is submitted when its compile job is done.</summary>
/// <param name="Options">Of the profile job.</param>
/// <param name="JobId">The profile job; null until it was submitted.</param>
public sealed record HubFollowUp(string Options, string? JobId);

/// <summary>A file from the service on the dashboard's disk, checked when it came.</summary>
/// <param name="Sha256">64 hex digits, of the file as it came.</param>
public sealed record HubArtifact(string FileName, long Bytes, string Sha256, DateTimeOffset At)
{
    /// <summary>What goes into it, as the file itself says; empty when it does not say.</summary>
    public ImmutableArray<TensorSpec> Inputs { get; init; } = [];
}
