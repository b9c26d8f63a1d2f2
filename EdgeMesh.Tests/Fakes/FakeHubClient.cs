using System.Collections.Concurrent;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;
using JobResult = EdgeMesh.QaiHub.Wire.JobResult;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A service with jobs that the test moves; every request is noted with its time.</summary>
public sealed class FakeHubClient(TimeProvider time) : IQaiHubClient, IQaiHubClientFactory, IHubDoctor, IHubJobs, IHubCatalog
{
    private int made;

    /// <summary>What was asked, and when.</summary>
    public ConcurrentQueue<(DateTimeOffset At, string What)> Requests { get; } = new();

    public ConcurrentDictionary<string, HubJob> All { get; } = new();

    public ConcurrentQueue<HubJobRequest> Created { get; } = new();

    public ImmutableArray<HubDevice> Devices { get; set; } = [];

    /// <summary>When set, what every request throws.</summary>
    public QaiHubException? Failure { get; set; }

    /// <summary>When set, what creating a job throws.</summary>
    public QaiHubException? CreateFailure { get; set; }

    /// <summary>Who these answers come from.</summary>
    public HubSource Source { get; set; } = HubSource.Service;

    /// <summary>The account's e-mail address; jobs without an owner are its own.</summary>
    public string Mail { get; set; } = "ada@example.org";

    /// <summary>Owners of jobs that are somebody else's.</summary>
    public ConcurrentDictionary<string, string> Owners { get; } = new();

    /// <summary>Queries of lists, in order.</summary>
    public ConcurrentQueue<JobQuery> Queries { get; } = new();

    /// <summary>While set, creating a job reports these words and waits for the end of this.</summary>
    public (string Words, TaskCompletionSource Place)? Full { get; set; }

    /// <summary>Told of answers, as the client tells it.</summary>
    public Action<HubSource>? Heard { get; private set; }

    /// <summary>A job whose answer ends early.</summary>
    public string? Damaged { get; set; }

    public QaiHubConfig Config { get; } = new(new Uri("https://hub.example"), new Uri("https://hub.example"), "a-token-of-the-tests", "the test");

    public IHubCatalog Catalog => this;

    public IHubJobs Jobs => this;

    public IHubModels Models => throw new NotSupportedException();

    public IHubDatasets Datasets => throw new NotSupportedException();

    public IHubDownloads Downloads => throw new NotSupportedException();

    /// <summary>Puts a job there, or moves it.</summary>
    public void Set(string id, JobState state, JobType type = JobType.Compile, string? target = null, string name = "net", string device = "Board", string? failure = null, string? model = null) =>
        All[id] = new HubJob
        {
            Id = id, Type = type, State = state, Name = name, Device = new HubDevice(device, "1", [], ""), Created = All.GetValueOrDefault(id)?.Created ?? time.GetUtcNow(), FailureReason = failure,
            Completed = state.HasEnded() ? time.GetUtcNow() : null, TargetModel = target is null ? null : new HubModel(target, name, ModelType.Onnx, null, id, null, true, false, ImmutableDictionary<ModelMetadataKey, string>.Empty),
            Model = model is null ? null : new HubModel(model, name, ModelType.Onnx, null, null, null, true, false, ImmutableDictionary<ModelMetadataKey, string>.Empty),
            Options = type == JobType.Compile ? "--target_runtime onnx" : "", Message = new Job(),
        };

    public IQaiHubClient Create(QaiHubConfig config, Action<HubSource>? heard = null)
    {
        Heard = heard;
        return this;
    }

    public Task<HubStatus> CheckAsync(ConfigSearch found, CancellationToken cancellationToken = default) => Task.FromResult(Status ?? new HubStatus(Source, true, new HubUser(1, "Ada", Mail), []));

    /// <summary>What the doctor finds; null when all is well.</summary>
    public HubStatus? Status { get; set; }

    public async Task<string> CreateAsync(HubJobRequest request, IProgress<HubJobWait>? waiting = null, CancellationToken cancellationToken = default)
    {
        Note("create");
        if (Full is var (words, place))
        {
            waiting?.Report(new HubJobWait(words, TimeSpan.FromSeconds(20)));
            await place.Task;
        }

        if (CreateFailure is { } failure)
        {
            throw failure;
        }

        ArgumentNullException.ThrowIfNull(request);
        Created.Enqueue(request);
        var id = $"jmade{Interlocked.Increment(ref made)}";
        Set(id, JobState.Created, request switch { ProfileRequest => JobType.Profile, QuantizeRequest => JobType.Quantize, LinkRequest => JobType.Link, InferenceRequest => JobType.Inference, _ => JobType.Compile }, name: request.Name);
        return id;
    }

    public Task<HubJob> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        Note("get " + id);
        if (id == Damaged)
        {
            throw new QaiHubException(HubFailure.DamagedAnswer, "The answer ends early.", "Try again.");
        }

        return Task.FromResult(All.TryGetValue(id, out var job) ? job with { Source = Source, Owner = Owners.GetValueOrDefault(id, Mail) } : throw new QaiHubException(HubFailure.NotFound, "There is none.", "Look at the list."));
    }

    public Task<HubPage<HubJobSummary>> ListSummariesAsync(JobQuery query, CancellationToken cancellationToken = default)
    {
        Note("list");
        ArgumentNullException.ThrowIfNull(query);
        Queries.Enqueue(query);
        var fitting = All.Values.Where(j => query.States.IsDefaultOrEmpty || query.States.Contains(j.State)).Where(j => query.Creator is null || Owners.GetValueOrDefault(j.Id, Mail) == query.Creator)
            .OrderByDescending(j => j.Created).ThenByDescending(j => j.Id, StringComparer.Ordinal).ToList();
        return Task.FromResult(new HubPage<HubJobSummary>(
            [.. fitting.Skip(query.Offset).Take(query.Limit).Select(j => new HubJobSummary(j.Id, j.Type, j.State, j.Name, j.Device!.Name, j.Device.Os, Owners.GetValueOrDefault(j.Id, Mail), j.Created, null, j.Completed, null, null))], fitting.Count) { Source = Source });
    }

    public Task<HubJobResult> GetResultAsync(string id, CancellationToken cancellationToken = default)
    {
        Note("result " + id);
        return Task.FromResult(new HubJobResult(Type(id) == JobType.Inference
            ? new JobResult { InferenceJobResult = new InferenceJobResult { InferenceJobId = id, OutputDatasetId = "dout", Detail = new ProfileDetail { ExecutionTime = 7_000 } } }
            : new JobResult { ProfileJobResult = new ProfileJobResult { ProfileJobId = id, Profile = new ProfileDetail { ExecutionTime = 21_400, PeakMemoryUsage = 1 << 20 } } }, Source));
    }

    public Task<ImmutableArray<HubDevice>> GetDevicesAsync(DeviceQuery? query = null, CancellationToken cancellationToken = default)
    {
        Note("devices");
        return Task.FromResult(Devices);
    }

    public Task<HubPage<HubJob>> ListAsync(JobQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task RenameAsync(string id, string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<HubFile> GetCompiledModelAsync(string id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<HubFile> GetArtifactAsync(string id, JobArtifactType artifact, int? run = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<HubJob> WaitAsync(string id, IProgress<HubJob>? progress = null, TimeSpan? deadline = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<HubUser> GetUserAsync(CancellationToken cancellationToken = default)
    {
        Note("user");
        return Task.FromResult(new HubUser(1, "Ada", Mail));
    }

    public Task<HubDevice> SelectDeviceAsync(DeviceQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ImmutableArray<HubFramework>> GetFrameworksAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ImmutableArray<HubProject>> GetProjectsAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    private JobType Type(string id) => All.TryGetValue(id, out var job) ? job.Type : JobType.Profile;

    private void Note(string what)
    {
        Requests.Enqueue((time.GetUtcNow(), what));
        if (Failure is { } failure)
        {
            throw failure;
        }
    }
}
