using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Storage;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Jobs driven by the test: outcomes are settable, views and events are published by the test.</summary>
public sealed class FakeJobs : IJobs
{
    private readonly ConcurrentDictionary<JobId, FakeLive<JobLive>> jobs = new();
    private readonly ConcurrentDictionary<JobId, EventLog> events = new();
    private readonly FakeLive<long> history = new(0);

    /// <summary>Answers <see cref="Preview"/>; default: a plan on one sample device.</summary>
    public Func<JobRequest, PlanResult> OnPreview { get; set; } = _ => Samples.Plan();

    /// <summary>Answers <see cref="SubmitAsync"/> and <see cref="RerunAsync"/>; default: accepted with a new id.</summary>
    public Func<JobRequest, SubmitOutcome> OnSubmit { get; set; } = _ => Accepted(Samples.NewJobId());

    /// <summary>Requests that were previewed, oldest first.</summary>
    public ConcurrentQueue<JobRequest> Previewed { get; } = new();

    /// <summary>Requests that were submitted, oldest first.</summary>
    public ConcurrentQueue<JobRequest> Submitted { get; } = new();

    /// <summary>What was asked: <c>cancel ID BY</c>, <c>delete ID</c>, <c>rerun ID</c>.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>Queries of the history, oldest first.</summary>
    public ConcurrentQueue<JobQuery> Queries { get; } = new();

    /// <summary>The history, newest first; the page and the filters are applied as in the product.</summary>
    public IList<JobSummary> History { get; } = [];

    /// <summary>When set, the answer to cancel and delete.</summary>
    public Problem? Refusal { get; set; }

    /// <summary>When set, <see cref="ListAsync"/> waits for it: the loading state.</summary>
    public Task? ListGate { get; set; }

    /// <summary>When set, <see cref="ListAsync"/> throws it: the error state.</summary>
    public Exception? ListFailure { get; set; }

    /// <summary>Artifact bytes by name, of any job.</summary>
    public Dictionary<string, byte[]> Artifacts { get; } = [];

    public int SubscriberCount => jobs.Values.Sum(j => j.SubscriberCount) + history.SubscriberCount + events.Values.Sum(e => e.Readers);

    public static SubmitOutcome Accepted(JobId id) => new(id, [], null);

    public static SubmitOutcome Invalid(params Problem[] problems) => new(null, [.. problems], null);

    public static SubmitOutcome Refused(Problem problem, ImmutableArray<DeviceVerdict> devices) =>
        new(null, [], new Refusal(problem, devices));

    /// <summary>Makes the job known, or gives its watchers a newer view; a finished view ends their streams.</summary>
    public void PublishJob(JobLive job)
    {
        var live = jobs.GetOrAdd(job.View.Id, _ => new FakeLive<JobLive>(job));
        live.Publish(job);
        if (job.View.IsFinished)
        {
            live.Complete();
        }
    }

    public void PublishJob(JobView view) => PublishJob(new JobLive(view, ImmutableDictionary<TaskId, LiveProgress>.Empty));

    /// <summary>Appends to a job's journal with the next sequence number.</summary>
    public void AppendEvent(JobId id, JobEvent change) => events.GetOrAdd(id, _ => new EventLog()).Append(change);

    /// <summary>Tells subscribers of the history that it changed.</summary>
    public void PublishHistory() => history.Publish(history.Current + 1);

    public PlanResult Preview(JobRequest request)
    {
        Previewed.Enqueue(request);
        return OnPreview(request);
    }

    public Task<SubmitOutcome> SubmitAsync(JobRequest request, CancellationToken cancellationToken)
    {
        Submitted.Enqueue(request);
        return Task.FromResult(OnSubmit(request));
    }

    public Task<SubmitOutcome> SubmitAsync(JobRequest request, SubmitOnce once, CancellationToken cancellationToken)
    {
        Commands.Enqueue($"once {once.Key}");
        return SubmitAsync(request, cancellationToken);
    }

    public Task<SubmitOutcome> RerunAsync(JobId id, CancellationToken cancellationToken)
    {
        Commands.Enqueue($"rerun {id}");
        return Task.FromResult(jobs.TryGetValue(id, out var job)
            ? OnSubmit(job.Current.View.Request)
            : Refused(Unknown(id), []));
    }

    public Task<JobView?> GetAsync(JobId id, CancellationToken cancellationToken) =>
        Task.FromResult(jobs.TryGetValue(id, out var job) ? job.Current.View : null);

    public Task<ILiveSubscription<JobLive>?> WatchAsync(JobId id, CancellationToken cancellationToken) =>
        Task.FromResult(jobs.TryGetValue(id, out var job) ? job.Subscribe() : null);

    public Task<IAsyncEnumerable<SequencedEvent>?> EventsAsync(JobId id, long after, CancellationToken cancellationToken) =>
        Task.FromResult(events.TryGetValue(id, out var log) ? log.ReadAsync(after, cancellationToken) : null);

    public Task<Problem?> CancelAsync(JobId id, string by, CancellationToken cancellationToken) => Command(id, $"cancel {id} {by}");

    public Task<Problem?> DeleteAsync(JobId id, CancellationToken cancellationToken) => Command(id, $"delete {id}");

    public async Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken)
    {
        Queries.Enqueue(query);
        await (ListGate ?? Task.CompletedTask).WaitAsync(cancellationToken);
        if (ListFailure is not null)
        {
            throw ListFailure;
        }

        var rows = Filtered(query).ToList();
        var start = query.Cursor is null ? 0 : rows.FindIndex(r => r.Id.Value == query.Cursor) + 1;
        var end = Math.Min(start + query.Limit, rows.Count);
        return new JobPage([.. rows[start..end]], end < rows.Count ? rows[end - 1].Id.Value : null);
    }

    public Task<ImmutableDictionary<JobState, int>> CountAsync(JobQuery query, CancellationToken cancellationToken) =>
        Task.FromResult(Filtered(query with { State = null }).GroupBy(j => j.State).ToImmutableDictionary(g => g.Key, g => g.Count()));

    public ILiveSubscription<long> SubscribeToHistory() => history.Subscribe();

    public Task<Stream?> OpenArtifactAsync(JobId id, string name, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(Artifacts.TryGetValue(name, out var bytes) ? new MemoryStream(bytes) : null);

    private IEnumerable<JobSummary> Filtered(JobQuery query) => History.Where(j =>
        (query.State is null || j.State == query.State) &&
        (query.Kind is null || j.Kind == query.Kind) &&
        (query.Device is not { } device || j.Devices.Any(d => d.Id == device)) &&
        (query.Text is null || j.Title.Contains(query.Text, StringComparison.OrdinalIgnoreCase) || j.Id.Value.Contains(query.Text, StringComparison.OrdinalIgnoreCase)));

    private Task<Problem?> Command(JobId id, string command)
    {
        if (!jobs.ContainsKey(id))
        {
            return Task.FromResult<Problem?>(Unknown(id));
        }

        Commands.Enqueue(command);
        return Task.FromResult(Refusal);
    }

    private static Problem Unknown(JobId id) =>
        new("job_unknown", "There is no such job.", $"No job has the id {id}.", "Look at the Jobs page for the jobs there are.");

    private sealed class EventLog
    {
        private readonly Lock gate = new();
        private readonly List<SequencedEvent> stored = [];
        private readonly List<Channel<SequencedEvent>> readers = [];

        public int Readers
        {
            get
            {
                lock (gate)
                {
                    return readers.Count;
                }
            }
        }

        public void Append(JobEvent change)
        {
            lock (gate)
            {
                var next = new SequencedEvent(stored.Count + 1, change);
                stored.Add(next);
                readers.ForEach(r => r.Writer.TryWrite(next));
            }
        }

        public async IAsyncEnumerable<SequencedEvent> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var channel = Channel.CreateUnbounded<SequencedEvent>();
            lock (gate)
            {
                stored.Where(e => e.Sequence > after).ToList().ForEach(e => channel.Writer.TryWrite(e));
                readers.Add(channel);
                if (stored is [.., { Event: JobEnded } end] && end.Sequence <= after)
                {
                    channel.Writer.Complete();
                }
            }

            try
            {
                await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
                {
                    yield return item;
                    if (item.Event is JobEnded)
                    {
                        yield break;
                    }
                }
            }
            finally
            {
                lock (gate)
                {
                    readers.Remove(channel);
                }
            }
        }
    }
}
