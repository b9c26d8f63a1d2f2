using System.Collections.Concurrent;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Transfers;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Compiled models: fetched once and checked, kept under a quota, given to devices. Thread-safe.</summary>
public sealed class HubArtifacts(
    DashboardOptions dashboard, QaiHubOptions options, HubClients clients, HubBoard board, HubJobBook book, HubReader catalogue, IArtifactDeployment deployment, TimeProvider time)
{
    private readonly string _root = Path.Combine(dashboard.DataDirectory, "qaihub", "artifacts");
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new();

    /// <summary>Fetches a job's result unless it is there.</summary>
    public async Task<(HubArtifact? Artifact, Problem? Problem)> DownloadAsync(TrackedJob job, CancellationToken cancellationToken)
    {
        if (!job.HasArtifact)
        {
            return (null, HubProblems.NoArtifact(job));
        }

        if (clients.Client is not { Client: { } client })
        {
            return (null, clients.Client.Problem);
        }

        // Two people may want it at once: the second one gets what the first one fetched.
        var gate = _gates.GetOrAdd(job.Id, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            job = board.Current.Jobs.Find(job.Id) ?? job;
            return job.Artifact is { } there && File.Exists(PathOf(job)) ? (there, null) : await FetchAsync(client, job, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The file, or null when it is not on this disk.</summary>
    public Stream? Open(TrackedJob job)
    {
        try
        {
            return job.Artifact is null ? null : new FileStream(PathOf(job), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 128 * 1024, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The devices of the mesh, each with whether the artifact fits.</summary>
    public ImmutableArray<ArtifactPlace> Places(TrackedJob job) => Facts(job, board.Current.Catalogue) is { } facts ? deployment.Places(facts) : [];

    public async Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> DeployAsync(TrackedJob job, ImmutableArray<DeviceId> devices, CancellationToken cancellationToken)
    {
        if (devices.IsDefaultOrEmpty)
        {
            return ([], HubProblems.NoDevice());
        }

        var known = await catalogue.GetAsync(now: false, cancellationToken);
        if (Facts(job, known) is not { } facts)
        {
            return ([], HubProblems.NoArtifact(job));
        }

        var (artifact, problem) = await DownloadAsync(job, cancellationToken);
        if (artifact is null)
        {
            return ([], problem);
        }

        var source = (board.Current.Jobs.Find(job.Id) ?? job).Source;
        var origin = new HubOrigin(job.TargetModelId ?? "", job.Id, source == HubSource.Emulator, source == HubSource.Service);
        return await deployment.DeployAsync(new ArtifactOrder(devices, PathOf(job), artifact.FileName, artifact.Sha256, facts, origin, ModelName(job)), cancellationToken);
    }

    /// <summary>Its name in the mesh: the model's, what for, and the job's id, so that two results of one model are told apart.</summary>
    public static string ModelName(TrackedJob job)
    {
        var name = Path.GetFileNameWithoutExtension(job.ModelName.Length > 0 ? job.ModelName : job.Name);
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-')).Trim('-', '.');
        return $"{(safe.Length == 0 ? "model" : safe[..Math.Min(safe.Length, 40)])}-{(job.Runtime ?? "compiled").Replace('_', '-')}-{job.Id}";
    }

    private static ArtifactFacts? Facts(TrackedJob job, HubCatalogue known) =>
        job.HasArtifact && FromHub.Artifact(job.Runtime) is { } kind
            ? new ArtifactFacts(kind, known.Find(job.Device, job.Os) is { } device ? FromHub.Target(device) : ChipsetTarget.Any)
            : null;

    private async Task<(HubArtifact? Artifact, Problem? Problem)> FetchAsync(IQaiHubClient client, TrackedJob job, CancellationToken cancellationToken)
    {
        var title = job.Name.Length > 0 ? job.Name : job.Id;
        var transfer = new HubTransfer(Guid.NewGuid().ToString("n"), TransferDirection.Download, title, 0, null, false, null, null, false, time.GetUtcNow(), null);
        board.Put(transfer);
        try
        {
            var file = await client.Jobs.GetCompiledModelAsync(job.Id, cancellationToken);
            var path = PathOf(job);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // The emulator's placeholders are none of what they stand for.
            var source = job.Source.And(file.Source);
            var placeholder = job.Runtime != "onnx" && source == HubSource.Emulator;
            var check = new DownloadCheck(options.MaxArtifactBytes, placeholder ? FileContent.Any : TargetRuntimes.Of(job.Runtime)?.Content ?? FileContent.Any);
            var got = await client.Downloads.SaveAsync(file, path, check, new Progress(board, transfer.Id), cancellationToken);
            var artifact = new HubArtifact(FileName(file.Name, job), got.Bytes, got.Sha256, time.GetUtcNow()) { Inputs = InputsOf(path, job) };
            await book.ChangeAsync(job.Id, before => (before ?? job) with { Artifact = artifact, Source = source }, CancellationToken.None);
            board.End(transfer.Id, null);
            MakeRoom(path);
            return (artifact, null);
        }
        catch (QaiHubException e)
        {
            var problem = HubProblems.Told($"The result of {title} was not downloaded.", e);
            board.End(transfer.Id, problem);
            return (null, problem);
        }
        catch (OperationCanceledException)
        {
            board.End(transfer.Id, new Problem("cancelled", "The download was broken off.", "Nobody waited for it any more.", "Download it again; it goes on where it was."));
            throw;
        }
    }

    /// <summary>What the file itself says of its inputs; nothing for other formats and for placeholders.</summary>
    private static ImmutableArray<TensorSpec> InputsOf(string path, TrackedJob job)
    {
        try
        {
            return TargetRuntimes.Of(job.Runtime)?.Content == FileContent.Onnx ? ModelPackage.ReadOnnx(path).Inputs : [];
        }
        catch (QaiHubException)
        {
            return [];
        }
    }

    /// <summary>The service proposes a name; only its safe characters are taken.</summary>
    private static string FileName(string proposed, TrackedJob job)
    {
        var last = proposed[(proposed.LastIndexOfAny(['/', '\\']) + 1)..];
        var safe = string.Concat(last.Take(160).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')).Trim('.');
        return safe.Length > 0 ? safe : $"{job.Id}.bin";
    }

    // One file of our own name for each job; the service's name is only told.
    private string PathOf(TrackedJob job) => Path.Combine(_root, string.Concat(job.Id.Where(char.IsAsciiLetterOrDigit)));

    private void MakeRoom(string except)
    {
        var files = new DirectoryInfo(_root).GetFiles().OrderBy(f => f.LastWriteTimeUtc).ToList();
        var total = files.Sum(f => f.Length);
        foreach (var file in files.Where(f => f.FullName != except).TakeWhile(_ => total > options.MaxTotalBytes))
        {
            total -= file.Length;
            file.Delete();
        }
    }

    private sealed class Progress(HubBoard board, string transfer) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => board.Progress(transfer, value.Bytes, value.Total);
    }
}
