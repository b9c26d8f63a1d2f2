using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Api;

/// <summary>A job as the API shows it.</summary>
/// <param name="Title">Its file's name, the first words of its text, or what its kind says.</param>
/// <param name="RerunOf">The job it repeats.</param>
/// <param name="Result">Null until there is one.</param>
/// <param name="Error">Null unless it ended without success.</param>
/// <param name="ActualMs">From submission to the end; null while it runs.</param>
public sealed record JobDto(
    JobId Id,
    JobKind Kind,
    JobState State,
    string Title,
    JobId? RerunOf,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    JobResultDto? Result,
    JobError? Error,
    SpanDto? Predicted,
    double? ActualMs,
    IReadOnlyList<TaskDto> Tasks)
{
    /// <param name="job">The job.</param>
    /// <param name="withReasoning">Also what its attempts thought; live readers get that piece by piece.</param>
    public static JobDto From(JobView job, bool withReasoning = true)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new JobDto(
            job.Id, job.Request.Kind, job.State, job.Title, job.RerunOf, job.CreatedAt, job.FinishedAt,
            job.Result is { } result ? new JobResultDto(result.Text, result.Artifacts, result.IsPartial, result.IsCut) : null,
            job.Error, SpanDto.From(job.Predicted), job.ActualMs, [.. job.Tasks.Select(t => TaskDto.From(t, withReasoning))]);
    }
}

/// <param name="Partial">Something in it was broken off: what a task had written when it was cancelled or failed.</param>
/// <param name="Cut">It, or a part of it, ends at its length limit; a job may have succeeded all the same.</param>
public sealed record JobResultDto(string? Text, IReadOnlyList<ArtifactRef> Artifacts, bool Partial, bool Cut);

public sealed record TaskDto(TaskId Id, int Stage, TaskKind Kind, TaskState State, IReadOnlyList<AttemptDto> Attempts)
{
    internal static TaskDto From(TaskView task, bool withReasoning)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new TaskDto(task.Id, task.Planned.Stage, task.Planned.Kind, task.State, [.. task.Attempts.Select(a => AttemptDto.From(task, a, withReasoning))]);
    }
}

/// <param name="Accelerator">Where it computed, as its receipt proves; null when unknown.</param>
/// <param name="ActualMs">From placement to its end; null while it runs.</param>
/// <param name="Reasoning">What its model thought beside its answer (the first 262,144 characters); null when it told nothing of that kind.</param>
public sealed record AttemptDto(
    int Number,
    DeviceId DeviceId,
    string DeviceName,
    string? Model,
    string Runtime,
    AcceleratorKind? Accelerator,
    AttemptState State,
    Estimate Predicted,
    double? ActualMs,
    JobError? Error,
    Receipt? Receipt,
    string? Reasoning)
{
    internal static AttemptDto From(TaskView task, AttemptView attempt, bool withReasoning)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return new AttemptDto(
            attempt.Number, attempt.DeviceId, attempt.DeviceName, Text.OrNull(attempt.ModelId), attempt.RuntimeId, attempt.Receipt?.Accelerator,
            attempt.State, attempt.Predicted, attempt.ActualMs, ErrorOf(attempt), attempt.Receipt is { } receipt ? receipt with { Seams = SeamsOf(task, attempt) } : null,
            withReasoning ? Text.OrNull(attempt.Output.Reasoning.Text) : null);
    }

    private static IReadOnlyList<ReceiptSeam> SeamsOf(TaskView task, AttemptView attempt) =>
        Seams.Parts(task, attempt) is { Length: > 1 } parts ? [.. parts.Select(p => new ReceiptSeam(p.DeviceId, p.FromOffset))] : [];

    private static JobError? ErrorOf(AttemptView attempt)
    {
        if (attempt.Reason is not { } reason)
        {
            return null;
        }

        var policy = ReasonCodes.For(reason);
        return new JobError(
            attempt.EndedByDashboard ? "Interrupted by the dashboard." : $"{attempt.DeviceName}: {policy.Words}.",
            attempt.Cause ?? "", JobOutcome.Code(reason), attempt.EndedByDashboard ? "Run it again." : policy.Remedy);
    }
}

/// <summary>A row of the history.</summary>
public sealed record JobRowDto(
    JobId Id,
    JobKind Kind,
    JobState State,
    string Title,
    string? Note,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    SpanDto? Predicted,
    double? ActualMs,
    IReadOnlyList<JobDevice> Devices,
    string? Model,
    AcceleratorKind? Accelerator)
{
    public static JobRowDto From(JobSummary job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new JobRowDto(
            job.Id, job.Kind, job.State, job.Title, job.Note, job.CreatedAt, job.FinishedAt,
            job is { PredictedP50Ms: { } p50, PredictedP90Ms: { } p90 } ? new SpanDto(p50, p90) : null,
            job.ActualMs, job.Devices, Text.OrNull(job.ModelId), job.Accelerator);
    }
}

/// <summary>One page of a list.</summary>
/// <param name="NextCursor">Give it as <c>cursor</c> for the next page; null on the last.</param>
public sealed record PageDto<T>(IReadOnlyList<T> Items, string? NextCursor);
