using System.CommandLine;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary><c>qaihub download</c>: what a job made, as a file. It is not unpacked here; the model store does that, and refuses paths that lead outside.</summary>
internal static class DownloadCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("job") { Description = "The job's id." };
        var output = new Option<string?>("--output") { Description = "The file to write. Default: the job's id in this folder." };
        var artifact = new Option<string>("--artifact") { Description = "model, device-log, hub-log or trace.", DefaultValueFactory = _ => "model" };
        artifact.AcceptOnlyFromAmong("model", "device-log", "hub-log", "trace");
        var profile = CommonOptions.Profile();
        var command = new Command("download", "Downloads a compiled model, or a log; prints the file's path.") { id, output, artifact, profile };
        command.SetAction((parsed, cancellation) => HubSession.RunAsync(
            parsed.GetValue(profile), session => RunAsync(session, parsed.GetValue(id)!, parsed.GetValue(artifact)!, parsed.GetValue(output), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(HubSession session, string id, string artifact, string? output, CancellationToken cancellationToken)
    {
        var jobs = session.Client.Jobs;
        var (file, ending, content) = artifact switch
        {
            "model" when await jobs.GetAsync(id, cancellationToken) is var job && TargetRuntimes.OfJob(job.Type, job.Options) is var runtime =>
                (await jobs.GetCompiledModelAsync(id, cancellationToken), runtime?.Ending ?? ".model", runtime?.Content ?? FileContent.Any),
            "device-log" => (await jobs.GetArtifactAsync(id, JobArtifactType.DeviceLog, cancellationToken: cancellationToken), ".device.log", FileContent.Any),
            "hub-log" => (await jobs.GetArtifactAsync(id, JobArtifactType.HubLog, cancellationToken: cancellationToken), ".hub.log", FileContent.Any),
            _ => (await jobs.GetArtifactAsync(id, JobArtifactType.ProfileTrace, cancellationToken: cancellationToken), ".trace", FileContent.Any),
        };
        var saved = await session.Client.Downloads.SaveAsync(file, output ?? $"{id}{ending}", new DownloadCheck(Content: content), cancellationToken: cancellationToken);
        Console.WriteLine(saved.Path);
        HubSession.Say($"{saved.Bytes:N0} bytes, SHA-256 {saved.Sha256}");
        return 0;
    }
}
