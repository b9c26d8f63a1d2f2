using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Emulator.Jobs;

/// <summary>What the five kinds of jobs have in common: they carry it in fields of the same names, which is how it is found here.</summary>
internal sealed class JobMessage(Job job)
{
    public IMessage Inner { get; } = job.JobCase switch
    {
        Job.JobOneofCase.CompileJob => job.CompileJob,
        Job.JobOneofCase.ProfileJob => job.ProfileJob,
        Job.JobOneofCase.InferenceJob => job.InferenceJob,
        Job.JobOneofCase.QuantizeJob => job.QuantizeJob,
        Job.JobOneofCase.LinkJob => job.LinkJob,
        _ => throw new ArgumentException("A job without its kind.", nameof(job)),
    };

    public JobType Type => TypeOf(job);

    /// <summary>The kind in lower case, as queries and ids name it.</summary>
    public string Kind => Type.ToString().ToLowerInvariant();

    public string Id
    {
        get => Get<string>($"{Kind}_job_id") ?? "";
        set => Set($"{Kind}_job_id", value);
    }

    public JobState State
    {
        get => Get<JobState>("job_state");
        set => Set("job_state", value);
    }

    public string Name
    {
        get => Get<string>("name") ?? "";
        set => Set("name", value);
    }

    public string Options => Get<string>("options") ?? "";

    public Model? Model => Get<Model>("model");

    public Device? Device => Get<Device>("device");

    public string? FailureReason => Get<string>("failure_reason") is { Length: > 0 } reason ? reason : null;

    public static JobType TypeOf(Job job) => job.JobCase switch
    {
        Job.JobOneofCase.CompileJob => JobType.Compile,
        Job.JobOneofCase.ProfileJob => JobType.Profile,
        Job.JobOneofCase.InferenceJob => JobType.Inference,
        Job.JobOneofCase.QuantizeJob => JobType.Quantize,
        Job.JobOneofCase.LinkJob => JobType.Link,
        _ => JobType.Unspecified,
    };

    public T? Get<T>(string field) => Inner.Descriptor.FindFieldByName(field)?.Accessor.GetValue(Inner) is T value ? value : default;

    /// <summary>Sets a field; a kind of job that has none such is left as it is.</summary>
    public void Set(string field, object value) => Inner.Descriptor.FindFieldByName(field)?.Accessor.SetValue(Inner, value);

    public void SetTime(string field, DateTimeOffset time) => Set(field, Timestamp.FromDateTimeOffset(time));

    /// <summary>The short form for lists: the fields of the same names, and the device in two words.</summary>
    public JobSummary Summarize()
    {
        var summary = new JobSummary();
        IMessage inner = Type switch
        {
            JobType.Compile => summary.CompileJobSummary = new CompileJobSummary(),
            JobType.Profile => summary.ProfileJobSummary = new ProfileJobSummary(),
            JobType.Inference => summary.InferenceJobSummary = new InferenceJobSummary(),
            JobType.Quantize => summary.QuantizeJobSummary = new QuantizeJobSummary(),
            _ => summary.LinkJobSummary = new LinkJobSummary(),
        };
        foreach (var field in inner.Descriptor.Fields.InDeclarationOrder())
        {
            object? value = field.Name switch
            {
                "job_id" => Id,
                "device_name" => Device?.Name,
                "device_os_version" => Device?.Os,
                _ => Inner.Descriptor.FindFieldByName(field.Name) is { } same && (!same.HasPresence || same.Accessor.HasValue(Inner)) ? same.Accessor.GetValue(Inner) : null,
            };
            if (value is not null)
            {
                field.Accessor.SetValue(inner, value);
            }
        }

        return summary;
    }
}
