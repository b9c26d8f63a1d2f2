using System.Net;
using EdgeMesh.Agent.Connections;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Access;

/// <summary>Each kind of request that stays open has its own places: none takes those of another, and no address those of all.</summary>
public sealed class LongRequestKindsTests : IDisposable
{
    private const string Hostile = "10.0.0.66";
    private readonly KeptLog<RefusalLog> _log = new();
    private readonly LongRequests _requests;
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private readonly TaskCompletionSource _end = new();

    public LongRequestKindsTests() => _requests = new LongRequests(new ConnectionOptions { PerAddress = 8, Most = 64 }, new RefusalLog(_log, new FakeTimeProvider()));

    public static TheoryData<string, string> Kinds { get; } = new()
    {
        { "Links of agents", "/agent/link" },
        { "Pages", "/_blazor" },
        { "Event streams", "/api/jobs/x/events" },
        { "Hub connections", "/hubs/mesh" },
    };

    public void Dispose()
    {
        _end.TrySetResult();
        _services.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Open_OneAddressHasItsHalf_TheNextIsBusyAndOthersAreServed(string kind, string path)
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.True(IsServed(path, Hostile).Served);
        }

        var (served, context) = IsServed(path, Hostile);
        Assert.Equal((false, 503), (served, context.Response.StatusCode));
        Assert.Equal("5", context.Response.Headers.RetryAfter);
        Assert.Contains($"{kind}: 1 refused since the last such line, of {Hostile}", Assert.Single(_log.Lines), StringComparison.Ordinal);

        Assert.True(IsServed(path, "10.0.0.2").Served);
        Assert.True(IsServed(path, "127.0.0.1").Served);
        Assert.All(Others(path), p => Assert.True(IsServed(p, Hostile).Served));
        Assert.True(IsServed("/api/jobs", Hostile).Served);

        // Places are free again when what was open is over.
        _end.SetResult();
        await Until(() => IsServed(path, Hostile).Served);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Open_ManyNetworksHaveAllPlaces_OtherKindsAndThisComputerAreServed(string kind, string path)
    {
        Assert.Equal(16, Enumerable.Range(0, 40).Count(i => IsServed(path, $"2001:db8:0:{i:x}::1").Served));
        Assert.Contains($"{kind}: 1 refused", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.All(Others(path), p => Assert.True(IsServed(p, Hostile).Served));
        Assert.True(IsServed("/", Hostile).Served);
        Assert.True(IsServed(path, "::1").Served);
    }

    private static IEnumerable<string> Others(string path) => Kinds.Select(k => k.Data.Item2).Where(p => p != path);

    private static Task Until(Func<bool> served) => Support.Until.TrueAsync("a place", served);

    /// <summary>Opens one that stays open until the test ends it; whether it got in.</summary>
    private (bool Served, HttpContext Context) IsServed(string path, string from)
    {
        DefaultHttpContext context = new() { RequestServices = _services };
        (context.Request.Method, context.Request.Path, context.Connection.RemoteIpAddress) = ("GET", path, IPAddress.Parse(from));
        var served = false;
        var running = _requests.RunAsync(context, _ =>
        {
            served = true;
            return _end.Task;
        });
        Assert.True(served || running.IsCompletedSuccessfully);
        return (served, context);
    }
}
