using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.QaiHub.Tracking;

/// <summary>The parts of the dashboard that follow jobs, over a service that the test moves, in virtual time.</summary>
internal sealed class TrackerMesh : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public TrackerMesh()
    {
        Hub = new FakeHubClient(Time) { Devices = [new HubDevice("Board", "1", ["chipset:qualcomm-qcs6490", "framework:onnx"], "")] };
        Board = new HubBoard(Time);
        using var db = new Contexts(_directory).CreateDbContext();
        db.Database.EnsureCreated();
    }

    public FakeTimeProvider Time { get; } = new(Samples.Now);

    public FakeHubClient Hub { get; }

    public FakeProfiledLatencies Latencies { get; } = new();

    public HubBoard Board { get; private set; }

    public HubTracker? Tracker { get; private set; }

    public HubJobBook? Book { get; private set; }

    public HubClients Clients { get; private set; } = null!;

    public HubJobLists Lists { get; private set; } = null!;

    public HubJobReader Reader { get; private set; } = null!;

    public HubOrders Orders { get; private set; } = null!;

    public HubJobStore Store => new(new Contexts(_directory));

    /// <summary>The token in use; another one is another account.</summary>
    public string Token { get; set; } = "a-token-of-the-tests";

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TrackedJob Compile(string id) => new(id, HubJobKind.Compile, HubJobState.Created, Samples.Now)
    {
        Name = "net", Device = "Board", Os = "1", ModelId = "mm1", Runtime = "onnx", Here = true, Then = new HubFollowUp("--compute_unit npu", null), Steps = [new HubStep(HubJobState.Created, Samples.Now)],
    };

    /// <summary>A tracker over the same database, as after a start.</summary>
    public HubTracker Start(int gapMs = 1)
    {
        Stop();
        Board = new HubBoard(Time);
        var dashboard = new DashboardOptions { DataDirectory = _directory.Path };
        Clients = new HubClients(Hub, Hub, new Configuration(this), new HubAccounts(dashboard, NullLogger<HubAccounts>.Instance), Board, Time);
        // Real pauses of a millisecond where a test does not move the clock.
        TimeProvider clock = gapMs == 1 ? TimeProvider.System : Time;
        var (pace, catalogue) = (new HubPace(new QaiHubOptions { GapMs = gapMs }, clock), new HubReader(Clients, Board, Time));
        Book = new HubJobBook(Clients, Board, Store);
        Reader = new HubJobReader(Book, catalogue, Latencies, pace, clock);
        Lists = new HubJobLists(Board, Book, Reader, pace, Time);
        Tracker = new HubTracker(
            Clients, Board, Book, Lists, Reader, new HubFollowUps(Book, catalogue, pace, clock, NullLogger<HubFollowUps>.Instance), pace, clock, Samples.Steadiness(_directory.Path, clock), NullLogger<HubTracker>.Instance);
        Orders = new HubOrders(Clients, Board, catalogue, Store, Book, new HubWaits(Book, Time, NullLogger<HubWaits>.Instance), Tracker, Time);
        return Tracker;
    }

    public Task AdvanceUntilAsync(string what, Func<bool> fits) => Until.TrueAsync(what, () =>
    {
        Time.Advance(TimeSpan.FromMilliseconds(500));
        return fits();
    }, TimeSpan.FromMinutes(2));

    public void Dispose()
    {
        Stop();
        _directory.Dispose();
    }

    private void Stop()
    {
        Tracker?.Dispose();
        Book?.Dispose();
        Clients?.Dispose();
    }

    private sealed class Contexts(TemporaryDirectory directory) : IDbContextFactory<MeshDbContext>
    {
        public MeshDbContext CreateDbContext() => new(new DbContextOptionsBuilder<MeshDbContext>().UseSqlite($"Data Source={directory["hub.db"]};Pooling=False").Options);
    }

    private sealed class Configuration(TrackerMesh mesh) : IHubConfiguration
    {
        public bool IsEmulated => false;

        public string Key => "hub.example";

        public Uri Address => mesh.Hub.Config.ApiUrl;

        public HubSettings Settings => throw new NotSupportedException();

        public ConfigSearch Search() => new(mesh.Hub.Config with { Token = mesh.Token }, null, []);
    }
}
