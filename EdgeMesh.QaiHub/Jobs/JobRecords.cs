using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>The service's five kinds of jobs as one record.</summary>
public static class JobRecords
{
    /// <summary>A message, such as one that was stored, as a record.</summary>
    /// <exception cref="QaiHubException">A kind of job that this version does not know.</exception>
    public static HubJob Of(Job message) => message.JobCase switch
    {
        Job.JobOneofCase.CompileJob => Of(message, message.CompileJob),
        Job.JobOneofCase.ProfileJob => Of(message, message.ProfileJob),
        Job.JobOneofCase.InferenceJob => Of(message, message.InferenceJob),
        Job.JobOneofCase.QuantizeJob => Of(message, message.QuantizeJob),
        Job.JobOneofCase.LinkJob => Of(message, message.LinkJob),
        _ => throw HubErrors.Damaged("is a kind of job that this version does not know"),
    };

    internal static bool IsKnown(Job message) => message.JobCase != Job.JobOneofCase.None;

    /// <summary>Null for a kind that this version does not know.</summary>
    internal static HubJobSummary? Of(JobSummary summary) => summary.JobCase switch
    {
        JobSummary.JobOneofCase.CompileJobSummary when summary.CompileJobSummary is var s =>
            new(s.JobId, JobType.Compile, s.JobState, s.Name, s.DeviceName, s.DeviceOsVersion, FromWire.Mail(s.User), T(s.CreationTime), T(s.StartTime), T(s.CompletionTime), T(s.LastUpdatedTime), null),
        JobSummary.JobOneofCase.ProfileJobSummary when summary.ProfileJobSummary is var s =>
            new(s.JobId, JobType.Profile, s.JobState, s.Name, s.DeviceName, s.DeviceOsVersion, FromWire.Mail(s.User), T(s.CreationTime), T(s.StartTime), T(s.CompletionTime), T(s.LastUpdatedTime),
                s.HasExecutionTime ? Micros(s.ExecutionTime) : null),
        JobSummary.JobOneofCase.InferenceJobSummary when summary.InferenceJobSummary is var s =>
            new(s.JobId, JobType.Inference, s.JobState, s.Name, s.DeviceName, s.DeviceOsVersion, FromWire.Mail(s.User), T(s.CreationTime), T(s.StartTime), T(s.CompletionTime), T(s.LastUpdatedTime), null),
        JobSummary.JobOneofCase.QuantizeJobSummary when summary.QuantizeJobSummary is var s =>
            new(s.JobId, JobType.Quantize, s.JobState, s.Name, "", "", FromWire.Mail(s.User), T(s.CreationTime), T(s.StartTime), T(s.CompletionTime), T(s.LastUpdatedTime), null),
        JobSummary.JobOneofCase.LinkJobSummary when summary.LinkJobSummary is var s =>
            new(s.JobId, JobType.Link, s.JobState, s.Name, s.DeviceName, s.DeviceOsVersion, FromWire.Mail(s.User), T(s.CreationTime), T(s.StartTime), T(s.CompletionTime), T(s.LastUpdatedTime), null),
        _ => null,
    };

    private static HubJob Of(Job message, CompileJob job) => Common(message, job.CompileJobId, JobType.Compile, job.JobState) with
    {
        Name = job.Name,
        Options = job.Options,
        Device = Device(job.Device ?? job.Devices?.Devices.FirstOrDefault()),
        Model = Model(job.Model),
        TargetModel = Model(job.TargetModel),
        Inputs = FromWire.Tensors(job.TensorTypeList),
        FailureReason = Text(job.FailureReason),
        ErrorDetails = Text(job.ErrorDetails),
        Owner = FromWire.Mail(job.User),
        Created = T(job.CreationTime),
        Queued = T(job.QueuedTime),
        Started = T(job.StartTime),
        Completed = T(job.CompletionTime),
        Updated = T(job.LastUpdatedTime),
    };

    private static HubJob Of(Job message, ProfileJob job) => Common(message, job.ProfileJobId, JobType.Profile, job.JobState) with
    {
        Name = job.Name,
        Options = job.Options,
        Device = Device(job.Device),
        Model = Model(job.Model),
        TargetModel = Model(job.TargetModel),
        Inputs = FromWire.Tensors(job.TensorTypeList),
        FailureReason = Text(job.FailureReason),
        ErrorDetails = Text(job.ErrorDetails),
        Owner = FromWire.Mail(job.User),
        Created = T(job.CreationTime),
        Queued = T(job.QueuedTime),
        Started = T(job.StartTime),
        Completed = T(job.CompletionTime),
        Updated = T(job.LastUpdatedTime),
        InferenceTime = job.HasExecutionTime ? Micros(job.ExecutionTime) : null,
        PeakMemory = job.HasPeakMemoryUsage ? (long)job.PeakMemoryUsage : null,
    };

    private static HubJob Of(Job message, InferenceJob job) => Common(message, job.InferenceJobId, JobType.Inference, job.JobState) with
    {
        Name = job.Name,
        Options = job.Options,
        Device = Device(job.Device),
        Model = Model(job.Model),
        FailureReason = Text(job.FailureReason),
        ErrorDetails = Text(job.ErrorDetails),
        Owner = FromWire.Mail(job.User),
        Created = T(job.CreationTime),
        Queued = T(job.QueuedTime),
        Started = T(job.StartTime),
        Completed = T(job.CompletionTime),
        Updated = T(job.LastUpdatedTime),
    };

    private static HubJob Of(Job message, QuantizeJob job) => Common(message, job.QuantizeJobId, JobType.Quantize, job.JobState) with
    {
        Name = job.Name,
        Options = job.Options,
        Model = Model(job.Model),
        TargetModel = Model(job.TargetModel),
        Inputs = FromWire.Tensors(job.TensorTypeList),
        FailureReason = Text(job.FailureReason),
        Owner = FromWire.Mail(job.User),
        Created = T(job.CreationTime),
        Queued = T(job.QueuedTime),
        Started = T(job.StartTime),
        Completed = T(job.CompletionTime),
        Updated = T(job.LastUpdatedTime),
    };

    private static HubJob Of(Job message, LinkJob job) => Common(message, job.LinkJobId, JobType.Link, job.JobState) with
    {
        Name = job.Name,
        Options = job.Options,
        Device = Device(job.Device),
        Model = Model(job.Models?.Models.FirstOrDefault()),
        TargetModel = Model(job.TargetModel),
        FailureReason = Text(job.FailureReason),
        Owner = FromWire.Mail(job.User),
        Created = T(job.CreationTime),
        Queued = T(job.QueuedTime),
        Started = T(job.StartTime),
        Completed = T(job.CompletionTime),
        Updated = T(job.LastUpdatedTime),
    };

    private static HubJob Common(Job message, string id, JobType type, JobState state) =>
        new() { Id = id, Type = type, State = state, Message = message, FailureType = message.FailureType, Notices = [.. message.Notices.Select(n => HubErrors.Clean(n.Message))] };

    private static Catalog.HubDevice? Device(Device? device) => device is null ? null : FromWire.Device(device);

    private static HubModel? Model(Model? model) => model is { HasModelId: true } ? FromWire.Model(model) : null;

    private static string? Text(string text) => text.Length > 0 ? text : null;

    private static TimeSpan Micros(ulong micros) => TimeSpan.FromMicroseconds(Math.Min(micros, 1e15));

    private static DateTimeOffset? T(Timestamp? time) => FromWire.Time(time);
}
