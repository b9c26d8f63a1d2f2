using System.Collections.Concurrent;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Tests.Fakes;

/// <summary>QAI Hub driven by the test; every command is recorded.</summary>
public sealed class FakeQaiHub : IQaiHub
{
    private readonly FakeLive<HubSnapshot> live = new(HubSnapshot.Empty);

    /// <summary>What was asked, in order, such as <c>check</c> or <c>deploy JOB DEVICE</c>.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>Orders that were submitted, oldest first.</summary>
    public ConcurrentQueue<HubOrder> Submitted { get; } = new();

    public ConcurrentQueue<HubSettingsWish> Saved { get; } = new();

    /// <summary>When set, the answer to every command.</summary>
    public Problem? Refusal { get; set; }

    public ImmutableArray<HubFinding> Findings { get; set; } = [];

    public ImmutableArray<TensorSpec> Inputs { get; set; } = [];

    public ImmutableArray<ArtifactPlace> Fits { get; set; } = [];

    public Func<HubDevice, ImmutableArray<HubMeshDevice>> Mesh { get; set; } = _ => [];

    /// <summary>Bytes of every artifact; null when none was downloaded.</summary>
    public byte[]? Artifact { get; set; }

    public HubSettings Settings { get; set; } = new("https://workbench.aihub.qualcomm.com", null, "", ["Settings: nothing", "QAI_HUB_API_TOKEN: not set"], false, false);

    public HubSnapshot Current => live.Current;

    public int SubscriberCount => live.SubscriberCount;

    public void Publish(HubSnapshot snapshot) => live.Publish(snapshot);

    public ILiveSubscription<HubSnapshot> Subscribe() => live.Subscribe();

    public Task<Problem?> SaveAsync(HubSettingsWish wish, CancellationToken cancellationToken)
    {
        Saved.Enqueue(wish);
        return Task.FromResult(Refusal);
    }

    public Task<HubConnection> CheckAsync(CancellationToken cancellationToken)
    {
        Commands.Enqueue("check");
        var connection = Current.Connection ?? new HubConnection(new HubStatus(HubSource.Service, false, null, [new HubCheck("configuration", false, "No API token was found.", "Enter it under Connect.")]), Settings.Host, Samples.Now);
        Publish(Current with { Connection = connection });
        return Task.FromResult(connection);
    }

    public Task<HubCatalogue> DevicesAsync(bool now, CancellationToken cancellationToken)
    {
        Commands.Enqueue(now ? "devices now" : "devices");
        return Task.FromResult(Refusal is null ? Current.Catalogue : Current.Catalogue with { Problem = Refusal });
    }

    public Task<HubModelList> ModelsAsync(CancellationToken cancellationToken) => Task.FromResult(Refusal is null ? Current.Models : Current.Models with { Problem = Refusal });

    public Task<(HubModel? Model, Problem? Problem)> ModelAsync(string id, CancellationToken cancellationToken) =>
        Task.FromResult(Current.Models.Items.FirstOrDefault(m => m.Id == id) is { } model ? (model, null) : ((HubModel?)null, (Problem?)HubProblems.ModelUnknown(id)));

    public async Task<(HubUpload? Upload, Problem? Problem)> ReceiveAsync(string? upload, string fileName, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        return Refusal is null ? (new HubUpload("up1", [new HubUploadFile(fileName, bytes.Length)]), null) : (null, Refusal);
    }

    public Task<(HubTransfer? Transfer, Problem? Problem)> SendAsync(string upload, string name, CancellationToken cancellationToken)
    {
        Commands.Enqueue($"send {upload} {name}".TrimEnd());
        return Task.FromResult(Refusal is null
            ? (new HubTransfer(upload, TransferDirection.Upload, name, 0, 10, false, null, null, false, Samples.Now, null), null)
            : ((HubTransfer?)null, Refusal));
    }

    public Problem? Resume(string transfer)
    {
        Commands.Enqueue($"resume {transfer}");
        return Refusal;
    }

    public Problem? Cancel(string transfer)
    {
        Commands.Enqueue($"cancel {transfer}");
        return Refusal;
    }

    public Task<ImmutableArray<TensorSpec>> InputsAsync(string model, CancellationToken cancellationToken) => Task.FromResult(Inputs);

    public Task<ImmutableArray<HubFinding>> CheckAsync(HubOrder order, CancellationToken cancellationToken) => Task.FromResult(Findings);

    public Task<(TrackedJob? Job, Problem? Problem)> SubmitAsync(HubOrder order, CancellationToken cancellationToken)
    {
        Submitted.Enqueue(order);
        return Task.FromResult(Refusal is null ? (new TrackedJob("j5w2gx7p5", HubJobKind.Compile, HubJobState.Created, Samples.Now), null) : ((TrackedJob?)null, Refusal));
    }

    /// <summary>Everybody's jobs; null when they cannot be read.</summary>
    public ImmutableArray<TrackedJob> Everybody { get; set; } = [];

    public Task RefreshAsync(CancellationToken cancellationToken)
    {
        Commands.Enqueue("refresh");
        return Task.CompletedTask;
    }

    public Task<Problem?> OlderJobsAsync(CancellationToken cancellationToken)
    {
        Commands.Enqueue("older");
        return Task.FromResult(Refusal);
    }

    public Task<(HubPage<TrackedJob>? Page, Problem? Problem)> EverybodysJobsAsync(int offset, string? project, CancellationToken cancellationToken)
    {
        Commands.Enqueue($"everybody {offset}{(project is null ? "" : $" of {project}")}");
        return Task.FromResult(Refusal is null ? (new HubPage<TrackedJob>([.. Everybody.Skip(offset).Take(200)], Everybody.Length), null) : ((HubPage<TrackedJob>?)null, Refusal));
    }

    /// <summary>The account's projects.</summary>
    public ImmutableArray<HubProject> Projects { get; set; } = [];

    public Task<ImmutableArray<HubProject>> ProjectsAsync(CancellationToken cancellationToken) => Task.FromResult(Projects);

    public Task<(Stream? Content, string FileName, Problem? Problem)> LogAsync(string job, HubLogKind kind, CancellationToken cancellationToken) =>
        Task.FromResult(Artifact is null ? ((Stream?)null, "", (Problem?)HubProblems.NoLog(job, kind.Title)) : (new MemoryStream(Artifact), job + kind.FileEnding, null));

    public Task<(TrackedJob? Job, Problem? Problem)> JobAsync(string id, CancellationToken cancellationToken) =>
        Task.FromResult(Current.Jobs.Find(id) is { } job ? (job, null) : ((TrackedJob?)null, (Problem?)HubProblems.JobUnknown(id)));

    public Uri? PageOf(string job) => Current.IsEmulated ? null : new Uri($"https://hub.example/jobs/{job}/");

    public Task<(HubArtifact? Artifact, Problem? Problem)> DownloadAsync(string job, CancellationToken cancellationToken)
    {
        Commands.Enqueue($"download {job}");
        return Task.FromResult(Refusal is null ? (new HubArtifact("model.onnx.zip", Artifact?.Length ?? 0, new string('0', 64), Samples.Now), null) : ((HubArtifact?)null, Refusal));
    }

    public (Stream? Content, string FileName) OpenArtifact(string job) => (Artifact is null ? null : new MemoryStream(Artifact), "model.onnx.zip");

    public ImmutableArray<ArtifactPlace> Places(string job) => Fits;

    public Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> DeployAsync(string job, ImmutableArray<DeviceId> devices, CancellationToken cancellationToken)
    {
        Commands.Enqueue($"deploy {job} {string.Join(' ', devices)}");
        return Task.FromResult<(ImmutableArray<ModelTransfer>, Problem?)>(([], Refusal));
    }

    public ImmutableArray<HubMeshDevice> InMesh(HubDevice device) => Mesh(device);
}
