using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>The service's five kinds of jobs as one record.</summary>
public static class JobRecords
{
    /// <summary>A message, such as one that was stored, as a record.</summary>
    /// <exception cref="QaiHubException">A kind of job that this version does not know.</exception>
    public static HubJob Of(Job message) => message.JobCase switch
    {
        Job.JobOneofCase.CompileJob when message.CompileJob is var job => Of(message, job, job.CompileJobId, JobType.Compile) with
        {
            Device = Device(job.Device ?? job.Devices?.Devices.FirstOrDefault()),
            Model = Model(job.Model),
            TargetModel = Model(job.TargetModel),
            Inputs = TensorRecords.Of(job.TensorTypeList),
            TargetInputs = TensorRecords.Of(job.TargetTensorTypeList),
            DatasetId = Dataset(job.CalibrationDataset),
            ErrorDetails = Text(job.ErrorDetails),
        },
        Job.JobOneofCase.ProfileJob when message.ProfileJob is var job => Of(message, job, job.ProfileJobId, JobType.Profile) with
        {
            Device = Device(job.Device),
            Model = Model(job.Model),
            TargetModel = Model(job.TargetModel),
            Inputs = TensorRecords.Of(job.TensorTypeList),
            ErrorDetails = Text(job.ErrorDetails),
            InferenceTime = job.HasExecutionTime ? Micros(job.ExecutionTime) : null,
            PeakMemory = job.HasPeakMemoryUsage ? (long)job.PeakMemoryUsage : null,
        },
        Job.JobOneofCase.InferenceJob when message.InferenceJob is var job => Of(message, job, job.InferenceJobId, JobType.Inference) with
        {
            Device = Device(job.Device),
            Model = Model(job.Model),
            DatasetId = Dataset(job.Dataset),
            ErrorDetails = Text(job.ErrorDetails),
        },
        Job.JobOneofCase.QuantizeJob when message.QuantizeJob is var job => Of(message, job, job.QuantizeJobId, JobType.Quantize) with
        {
            Model = Model(job.Model),
            TargetModel = Model(job.TargetModel),
            Inputs = TensorRecords.Of(job.TensorTypeList),
            DatasetId = Dataset(job.CalibrationDataset),
        },
        Job.JobOneofCase.LinkJob when message.LinkJob is var job => Of(message, job, job.LinkJobId, JobType.Link) with
        {
            Device = Device(job.Device),
            Model = Model(job.Models?.Models.FirstOrDefault()),
            TargetModel = Model(job.TargetModel),
        },
        _ => throw HubErrors.Damaged("is a kind of job that this version does not know"),
    };

    internal static bool IsKnown(Job message) => message.JobCase != Job.JobOneofCase.None;

    /// <summary>Null for a kind that this version does not know.</summary>
    internal static HubJobSummary? Of(JobSummary summary) => summary.JobCase switch
    {
        JobSummary.JobOneofCase.CompileJobSummary when summary.CompileJobSummary is var s => Of(s, JobType.Compile, s.DeviceName, s.DeviceOsVersion),
        JobSummary.JobOneofCase.ProfileJobSummary when summary.ProfileJobSummary is var s => Of(s, JobType.Profile, s.DeviceName, s.DeviceOsVersion) with
        {
            InferenceTime = s.HasExecutionTime ? Micros(s.ExecutionTime) : null,
        },
        JobSummary.JobOneofCase.InferenceJobSummary when summary.InferenceJobSummary is var s => Of(s, JobType.Inference, s.DeviceName, s.DeviceOsVersion),
        JobSummary.JobOneofCase.QuantizeJobSummary => Of(summary.QuantizeJobSummary, JobType.Quantize, "", ""),
        JobSummary.JobOneofCase.LinkJobSummary when summary.LinkJobSummary is var s => Of(s, JobType.Link, s.DeviceName, s.DeviceOsVersion),
        _ => null,
    };

    private static HubJob Of(Job message, IJobMessage job, string id, JobType type) => new()
    {
        Id = id,
        Type = type,
        State = job.JobState,
        Name = job.Name,
        Options = job.Options,
        FailureReason = Text(job.FailureReason),
        FailureType = message.FailureType,
        Owner = FromWire.Mail(job.User),
        Created = FromWire.Time(job.CreationTime),
        Queued = FromWire.Time(job.QueuedTime),
        Started = FromWire.Time(job.StartTime),
        Completed = FromWire.Time(job.CompletionTime),
        Updated = FromWire.Time(job.LastUpdatedTime),
        Notices = [.. message.Notices.Select(n => PlainLine.Of(n.Message))],
        Message = message,
    };

    private static HubJobSummary Of(IJobSummaryMessage job, JobType type, string device, string os) => new(
        job.JobId,
        type,
        job.JobState,
        job.Name,
        device,
        os,
        FromWire.Mail(job.User),
        FromWire.Time(job.CreationTime),
        FromWire.Time(job.StartTime),
        FromWire.Time(job.CompletionTime),
        FromWire.Time(job.LastUpdatedTime),
        null);

    private static HubDevice? Device(Device? device) => device is null ? null : CatalogRecords.Of(device);

    private static HubModel? Model(Model? model) => model is { HasModelId: true } ? ModelRecords.Of(model) : null;

    private static string? Dataset(Dataset? dataset) => dataset?.DatasetId is { Length: > 0 } id ? id : null;

    private static string? Text(string text) => text.Length > 0 ? text : null;

    private static TimeSpan Micros(ulong micros) => TimeSpan.FromMicroseconds(Math.Min(micros, 1e15));
}
