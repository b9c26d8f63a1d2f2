using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Doctor;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The client for the settings as they are now, and how the connection is. Thread-safe.</summary>
public sealed class HubClients(IQaiHubClientFactory factory, IHubDoctor doctor, IHubConfiguration configuration, HubBoard board, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _checking = new(1);
    private volatile Now? _now;

    /// <summary>What jobs of the service in use are kept under.</summary>
    public string Key => Get().Key;

    /// <summary>The client, or why there is none.</summary>
    public (IQaiHubClient? Client, Problem? Problem) Client => (Get().Client, Get().Problem);

    /// <summary>The settings changed: the next call uses them.</summary>
    public void Forget() => _now = null;

    /// <summary>Whether an emulator answers, in this process or elsewhere: what it says must never count as Qualcomm's.</summary>
    public async Task<bool> IsEmulatedAsync(CancellationToken cancellationToken) =>
        configuration.IsEmulated || (board.Current.Connection is { Status.Connected: true } known ? known : await CheckAsync(cancellationToken)).Status.Source == HubSource.Emulator;

    /// <summary>Looks at everything that a connection needs and tells everyone.</summary>
    public async Task<HubConnection> CheckAsync(CancellationToken cancellationToken)
    {
        await _checking.WaitAsync(cancellationToken);
        try
        {
            var found = configuration.Search();
            var status = await doctor.CheckAsync(found, cancellationToken);
            var connection = new HubConnection(status, (found.Config?.ApiUrl ?? configuration.Address).AbsoluteUri.TrimEnd('/'), time.GetUtcNow());
            board.Change(now => now with { Connection = connection });
            return connection;
        }
        finally
        {
            _checking.Release();
        }
    }

    public void Dispose() => _checking.Dispose();

    private Now Get() => _now ??= Make();

    private Now Make()
    {
        var search = configuration.Search();
        try
        {
            return new Now(configuration.Key, factory.Create(search.Require()), null);
        }
        catch (QaiHubException e)
        {
            return new Now(configuration.Key, null, HubProblems.NotConnected(e.Cause));
        }
    }

    private sealed record Now(string Key, IQaiHubClient? Client, Problem? Problem);
}

/// <summary>Where the connection's configuration comes from.</summary>
public interface IHubConfiguration
{
    /// <summary>The emulator is used, whatever else there is.</summary>
    bool IsEmulated { get; }

    /// <summary>What jobs are kept under: the service's address, or <c>emulator</c>.</summary>
    string Key { get; }

    /// <summary>The service's address, also when there is no token.</summary>
    Uri Address { get; }

    /// <summary>Looks at every place, in order.</summary>
    ConfigSearch Search();

    /// <summary>What was found, for people; without the token.</summary>
    HubSettings Settings { get; }
}
