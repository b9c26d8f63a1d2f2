using System.Threading.Channels;
using EdgeMesh.Bench.Decision;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Bench.Feed;

/// <summary>What live pages cost: an update told to 100 subscribers, each with its own reading loop, and a subscriber's memory.</summary>
internal sealed class FeedBenchmark : IBenchmark
{
    private const int Subscribers = 100;
    private const int Updates = 20_000;
    private const int Many = 10_000;

    public string Name => "feed";

    public string Summary => "cost of an update with 100 subscribers and memory of a subscriber, against plain channels";

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        var fleet = SampleFleet.Of(100);
        var plain = await CostAsync(new Plain());
        var fleetFeed = await CostAsync(new Fleet(fleet));
        var jobFeed = await CostAsync(new Job());
        var channelBytes = Bytes(() => Plain.NewChannel());
        var feed = new FleetFeed();
        feed.Publish(fleet);
        var subscriberBytes = Bytes(() => feed.Subscribe());
        const string Baseline = "a write and read of a plain channel each";
        return
        [
            new($"fleet update told to {Subscribers} subscribers", fleetFeed, "µs", null, Baseline, plain),
            new($"job update told to {Subscribers} subscribers", jobFeed, "µs", null, Baseline, plain),
            new("memory of a subscriber", subscriberBytes, "bytes", null, "a plain channel", channelBytes),
        ];
    }

    /// <summary>Processor microseconds of one update, readers included: everything this process used.</summary>
    private static async Task<double> CostAsync(ISource source)
    {
        var readers = Enumerable.Range(0, Subscribers).Select(_ => source.ReadAsync()).ToList();
        Publish(Updates / 4);
        var before = Environment.CpuUsage.TotalTime;
        Publish(Updates);
        var used = Environment.CpuUsage.TotalTime - before;
        source.Complete();
        await Task.WhenAll(readers);
        return used.TotalMicroseconds / Updates;

        void Publish(int updates)
        {
            for (var i = 0; i < updates; i++)
            {
                source.Publish(i);
            }
        }
    }

    private static double Bytes(Func<object> make)
    {
        var kept = new object[Many];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Many; i++)
        {
            kept[i] = make();
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(kept);
        return (double)(after - before) / Many;
    }

    private interface ISource
    {
        void Publish(int number);

        Task ReadAsync();

        void Complete();
    }

    private sealed class Plain : ISource
    {
        private readonly List<Channel<object>> _channels = [];

        public static Channel<object> NewChannel() => Channel.CreateBounded<object>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

        public void Publish(int number)
        {
            foreach (var channel in _channels)
            {
                channel.Writer.TryWrite(this);
            }
        }

        public async Task ReadAsync()
        {
            var channel = NewChannel();
            _channels.Add(channel);
            await foreach (var _ in channel.Reader.ReadAllAsync())
            {
            }
        }

        public void Complete() => _channels.ForEach(c => c.Writer.Complete());
    }

    private sealed class Fleet(FleetSnapshot snapshot) : ISource
    {
        private readonly FleetFeed _feed = new();
        private readonly CancellationTokenSource _over = new();

        public void Publish(int number) => _feed.Publish(snapshot with { Version = number });

        public Task ReadAsync() => FeedBenchmark.ReadAsync(_feed.Subscribe(), _over.Token);

        public void Complete() => _over.Cancel();
    }

    private sealed class Job : ISource
    {
        private readonly JobFeed _feed = new();
        private readonly JobView _view;

        public Job()
        {
            var now = TimeProvider.System.GetUtcNow();
            var request = new JobRequest(JobKind.Echo, "hello", JobPolicy.BestAvailable, null, null, null, new EchoOptions(1));
            _view = JobReducer.Fold([new JobSubmitted(now, JobId.New(now), request, "hello", null)])!;
            _feed.Publish(_view, 1, []);
        }

        public void Publish(int number) => _feed.Publish(_view with { Version = number }, 2, []);

        public Task ReadAsync() => FeedBenchmark.ReadAsync(_feed.Watch(_view.Id)!, CancellationToken.None);

        public void Complete() => _feed.Publish(_view with { State = JobState.Cancelled }, 2, []);
    }

    private static async Task ReadAsync<T>(ILiveSubscription<T> subscription, CancellationToken cancellationToken)
    {
        await using (subscription)
        {
            try
            {
                await foreach (var _ in subscription.Changes(cancellationToken))
                {
                }
            }
            catch (OperationCanceledException)
            {
                // The source has no end of its own.
            }
        }
    }
}
