using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Engine;

/// <summary>Takes a job as a client sends it and fills in what the service does: whole models, the resolved device, times, an id. What is refused here never becomes a job.</summary>
internal sealed class JobSubmission(EmulatorState state, EmulatorOptions options)
{
    public JobEntry Accept(Job job)
    {
        if (job.JobCase == Job.JobOneofCase.None)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "The job has no kind.");
        }

        var message = new JobMessage(job);
        FillModels(job, message);
        FillDevices(job, message);
        FillDataset(job);

        var now = options.Time.GetUtcNow();
        string id = Ids.Job();
        message.Id = id;
        message.State = JobState.Created;
        message.Set("user", EmulatorState.Me);
        message.Set("user_id", EmulatorState.Me.Id);
        foreach (string time in (string[])["creation_time", "queued_time", "last_updated_time"])
        {
            message.SetTime(time, now);
        }

        message.Name = Names.Checked(message.Name, message.Model?.Name ?? job.LinkJob?.Models.Models[0].Name ?? "");
        job.HubVersion = "EdgeMesh emulator";
        job.Notices.Clear();
        job.Notices.Add(new Notice { Context = Notice.Types.Context.User, Severity = Notice.Types.Severity.Info, Message = "Emulated: no device is used and nothing is measured." });
        return state.Jobs.Add(new JobEntry(job, id, now));
    }

    private void FillModels(Job job, JobMessage message)
    {
        if (job.LinkJob is { } link)
        {
            var parts = link.Models?.Models.Select(Uploaded).ToList() ?? [];
            link.Models = parts.Count > 0 ? new ModelList { Models = { parts }, TotalQueryCount = (ulong)parts.Count } : throw new Refusal(StatusCodes.Status400BadRequest, "A link job needs models.");
        }
        else
        {
            message.Set("model", Uploaded(message.Model));
        }
    }

    private Model Uploaded(Model? model)
    {
        var entry = state.Models.Required(model?.ModelId ?? "");
        return entry.Asset is null
            ? throw new Refusal(StatusCodes.Status400BadRequest, $"The upload of model '{entry.Id}' is not complete.")
            : entry.Wire.Clone();
    }

    /// <summary>A compile job names its devices in <c>devices</c>, a profile or inference job in <c>device</c>; a link job may name one.</summary>
    private static void FillDevices(Job job, JobMessage message)
    {
        if (job.CompileJob is { } compile)
        {
            var asked = compile.Devices?.Devices ?? [];
            var found = asked.Count > 0 ? asked.Select(d => DeviceCatalogue.Required(d).ToWire()).ToList() : [DeviceCatalogue.Required(null).ToWire()];
            compile.Device = found[0];
            compile.Devices = new DeviceList { Devices = { found }, TotalQueryCount = (ulong)found.Count };
        }
        else if (job.ProfileJob is not null || job.InferenceJob is not null || message.Device is not null)
        {
            message.Set("device", DeviceCatalogue.Required(message.Device).ToWire());
        }
    }

    private void FillDataset(Job job)
    {
        if (job.InferenceJob is { } inference)
        {
            inference.Dataset = Uploaded(inference.Dataset);
        }

        if (job.QuantizeJob is { } quantize)
        {
            quantize.CalibrationDataset = Uploaded(quantize.CalibrationDataset);
        }

        if (job.CompileJob is { CalibrationDataset: { } calibration } compile)
        {
            compile.CalibrationDataset = Uploaded(calibration);
        }
    }

    private Dataset Uploaded(Dataset? dataset)
    {
        var entry = state.Datasets.Required(dataset?.DatasetId ?? "");
        return entry.Asset is null
            ? throw new Refusal(StatusCodes.Status400BadRequest, $"The upload of data set '{entry.Id}' is not complete.")
            : entry.Wire.Clone();
    }
}
