using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Audit;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Sessions in memory.</summary>
public sealed class FakeSessions(IDeeds deeds) : ISessions
{
    private readonly Dictionary<Guid, (SessionInfo Info, CancellationTokenSource Ended)> _sessions = [];

    public SessionInfo Add(string browser, string address = "this computer", string key = "admin")
    {
        SessionInfo info = new(Guid.NewGuid(), Guid.NewGuid(), key, Samples.Now.AddDays(-1), Samples.Now, address, browser);
        _sessions[info.Id] = (info, new CancellationTokenSource());
        return info;
    }

    public ImmutableArray<SessionInfo> List() => [.. _sessions.Values.Select(s => s.Info)];

    public Task<Problem?> EndAsync(Guid id, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.SignOut, _sessions.TryGetValue(id, out var known) ? known.Info.Browser : $"{id}", async () =>
        {
            if (!_sessions.Remove(id, out var session))
            {
                return new Problem("session_unknown", "There is no such session.", $"No session has the id {id}.", "Settings lists the sessions there are.");
            }

            await session.Ended.CancelAsync();
            return null;
        });

    public CancellationToken Ended(Guid id) => _sessions.TryGetValue(id, out var session) ? session.Ended.Token : new CancellationToken(canceled: true);
}

/// <summary>Links as they are, for pages without a session.</summary>
public sealed class PlainLinks : IFileLinks
{
    public string To(string path) => path;
}
