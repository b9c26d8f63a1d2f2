using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.Tests.Support;
using Google.Protobuf;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>A client on a raw server, in virtual time.</summary>
internal sealed class Hub : IAsyncDisposable
{
    public const string Token = "tok3n-0123456789abcdef";
    private readonly QaiHubClientFactory _factory;

    public Hub(Func<RawRequest, byte[]?> answer, HubTimings? timings = null)
    {
        Server = new RawHttpServer(answer);
        _factory = new QaiHubClientFactory(Time, timings);
        Config = new QaiHubConfig(Server.Url, Server.Url, Token, "the test");
        Client = _factory.Create(Config);
    }

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public RawHttpServer Server { get; }

    public JumpingTime Time { get; } = new();

    public QaiHubConfig Config { get; }

    public IQaiHubClient Client { get; }

    public IQaiHubClientFactory Factory => _factory;

    public IHubDoctor Doctor => _factory.CreateDoctor();

    public IReadOnlyList<RawRequest> Requests => [.. Server.Requests];

    /// <summary>A server that answers everything with this.</summary>
    public static Hub Saying(IMessage message) => new(_ => RawHttpServer.Message(message));

    /// <summary>The failure that a call ends with.</summary>
    public static Task<QaiHubException> FailureAsync(Task call) => Assert.ThrowsAsync<QaiHubException>(() => call);

    /// <summary>The failure that a call to a silent server ends with: time goes on by itself.</summary>
    public async Task<QaiHubException> SilenceAsync(Func<Task> call)
    {
        Time.Jumps = false;
        var running = call();
        await Until.TrueAsync("the end of it", () =>
        {
            if (!running.IsCompleted && !Server.Requests.IsEmpty)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
            }

            return running.IsCompleted;
        });
        return await FailureAsync(running);
    }

    public async ValueTask DisposeAsync()
    {
        _factory.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>Keeps what is reported, at once and in order.</summary>
internal sealed class Seen<T> : IProgress<T>
{
    public List<T> Items { get; } = [];

    public void Report(T value) => Items.Add(value);
}
