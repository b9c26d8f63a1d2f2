using System.Text.Json;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Artifacts;

/// <summary>A log or trace of a run.</summary>
internal sealed record RunLog(string FileName, string ContentType, string Text);

/// <summary>What a run on a device leaves: two logs and a trace, written when they are asked for.</summary>
internal static class RunLogs
{
    /// <summary>Null when there is none such (yet).</summary>
    public static RunLog? Of(EmulatorState state, JobEntry entry, int type)
    {
        var job = new JobMessage(entry.Wire);
        if (!entry.Ended)
        {
            return null;
        }

        string end = job.FailureReason is { } reason ? $"failed: {reason}" : "done";
        return (JobArtifactType)type switch
        {
            JobArtifactType.DeviceLog when job.Device is { } device =>
                new RunLog($"{entry.Id}_device.log", "text/plain", $"Emulated: no device was used.\nDevice: {device.Name}, version {device.Os}\nOptions: {job.Options}\nRun: {end}\n"),
            JobArtifactType.HubLog =>
                new RunLog($"{entry.Id}_hub.log", "text/plain", $"Emulated: made by the EdgeMesh emulator.\nJob: {entry.Id}, {job.Kind}\nOptions: {job.Options}\nJob: {end}\n"),
            JobArtifactType.ProfileTrace when state.Results.Find(entry)?.ProfileJobResult?.Profile is { } profile =>
                new RunLog($"{entry.Id}_trace.json", "application/json", Trace(profile)),
            _ => null,
        };
    }

    /// <summary>In the form that browsers' trace viewers read.</summary>
    private static string Trace(ProfileDetail profile)
    {
        ulong at = 0;
        var events = new List<object>();
        foreach (var layer in profile.LayerDetails.Where(l => l.HasExecutionTime))
        {
            events.Add(new { name = layer.Name, cat = layer.LayerTypeName, ph = "X", ts = at, dur = layer.ExecutionTime, pid = 1, tid = (int)layer.ComputeUnit });
            at += layer.ExecutionTime;
        }

        return JsonSerializer.Serialize(new { emulated = true, traceEvents = events });
    }
}
