using EdgeMesh.Dashboard.Access.Sessions;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Sessions in memory.</summary>
public sealed class FakeSessions : ISessions
{
    private readonly Dictionary<Guid, (SessionInfo Info, CancellationTokenSource Ended)> _sessions = [];

    public SessionInfo Add(string browser, string address = "this computer", string key = "admin")
    {
        SessionInfo info = new(Guid.NewGuid(), Guid.NewGuid(), key, Samples.Now.AddDays(-1), Samples.Now, address, browser);
        _sessions[info.Id] = (info, new CancellationTokenSource());
        return info;
    }

    public ImmutableArray<SessionInfo> List() => [.. _sessions.Values.Select(s => s.Info)];

    public async Task<bool> EndAsync(Guid id, CancellationToken cancellationToken)
    {
        if (!_sessions.Remove(id, out var session))
        {
            return false;
        }

        await session.Ended.CancelAsync();
        return true;
    }

    public CancellationToken Ended(Guid id) => _sessions.TryGetValue(id, out var session) ? session.Ended.Token : new CancellationToken(canceled: true);
}

/// <summary>Links as they are, for pages without a session.</summary>
public sealed class PlainLinks : IFileLinks
{
    public string To(string path) => path;
}
