using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Doctor;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The client for the settings as they are now, and how the connection is. Every answer and every failure of a request keeps that up to date. Thread-safe.</summary>
public sealed class HubClients(IQaiHubClientFactory factory, IHubDoctor doctor, IHubConfiguration configuration, HubAccounts accounts, HubBoard board, TimeProvider time) : IDisposable
{
    /// <summary>How often an unchanged state is told again.</summary>
    private static readonly TimeSpan ToldAgain = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _checking = new(1);
    private readonly Lock _gate = new();
    private Now? _now;

    /// <summary>What jobs of the service and account in use are kept under.</summary>
    public string Key => Get().Key;

    /// <summary>What they were kept under before the account was known; the rows under these are the account's.</summary>
    public ImmutableArray<string> OldKeys => Get().OldKeys;

    /// <summary>The client, or why there is none.</summary>
    public (IQaiHubClient? Client, Problem? Problem) Client => (Get().Client, Get().Problem);

    /// <summary>The settings changed: the next call uses them.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _now = null;
        }
    }

    /// <summary>Whether the service need not be asked whose token it is.</summary>
    public bool IsAccountKnown => Get().Account is not null;

    /// <summary>The e-mail address of the account, by which its own jobs are asked for; null when the service tells none.</summary>
    /// <exception cref="QaiHubException">The service had to be asked and did not answer.</exception>
    public async Task<string?> AccountAsync(CancellationToken cancellationToken)
    {
        var now = Get();
        if (now is { Account: null, Client: { } client })
        {
            Learn(now.Id, (await client.Catalog.GetUserAsync(cancellationToken)).Email);
        }

        return Get().Account is { Length: > 0 } mail ? mail : null;
    }

    /// <summary>Looks at everything that a connection needs and tells everyone.</summary>
    public async Task<HubConnection> CheckAsync(CancellationToken cancellationToken)
    {
        await _checking.WaitAsync(cancellationToken);
        try
        {
            var (id, found) = (Get().Id, configuration.Search());
            var status = await doctor.CheckAsync(found, cancellationToken);
            if (status.User is { } user)
            {
                Learn(id, user.Email);
            }

            var at = time.GetUtcNow();
            var connection = new HubConnection(status, Host(found), at) { AnsweredAt = status.Connected ? at : null };
            board.Change(now =>
            {
                // A look that failed says nothing of who answers there: what was known of this host stays.
                var before = now.Connection is { } known && known.Host == connection.Host ? known : null;
                connection = connection with
                {
                    Status = status with { Source = (before?.Status.Source ?? HubSource.Unknown).And(status.Source) },
                    AnsweredAt = connection.AnsweredAt ?? before?.AnsweredAt,
                };
                return now with { Connection = connection };
            });
            return connection;
        }
        finally
        {
            _checking.Release();
        }
    }

    /// <summary>A request failed: when it is for the connection, the page says so until the next answer.</summary>
    public void Missed(QaiHubException failure)
    {
        if (IsAboutTheConnection(failure.Kind))
        {
            board.Change(now => now.Connection is { } known ? now with { Connection = known with { Status = known.Status.Failed(failure), CheckedAt = time.GetUtcNow() } } : now);
        }
    }

    public void Dispose() => _checking.Dispose();

    private static bool IsAboutTheConnection(HubFailure kind) => kind is HubFailure.Unreachable or HubFailure.TimedOut or HubFailure.TokenRefused or HubFailure.ClientTooOld
        or HubFailure.ForeignAnswer or HubFailure.Redirected or HubFailure.ServiceFailed;

    private string Host(ConfigSearch found) => (found.Config?.ApiUrl ?? configuration.Address).AbsoluteUri.TrimEnd('/');

    /// <summary>The service answered: whatever a look found before, it is connected.</summary>
    private void Heard(object id, string host, HubSource source)
    {
        lock (_gate)
        {
            if (_now?.Id != id)
            {
                return;
            }
        }

        var at = time.GetUtcNow();
        var before = board.Current.Connection is { } known && known.Host == host ? known : new HubConnection(new HubStatus(source, false, null, []), host, at);
        if (before.Status.Connected && before.Status.Source.And(source) == before.Status.Source && at - before.AnsweredAt < ToldAgain)
        {
            return;
        }

        board.Change(now =>
        {
            var last = now.Connection is { } current && current.Host == host ? current : before;
            return now with { Connection = last with { Status = last.Status.Answered(last.Status.Source.And(source)), AnsweredAt = at } };
        });
    }

    private void Learn(object id, string mail)
    {
        lock (_gate)
        {
            if (_now is { } now && now.Id == id && now.Account != mail && now.Token is { } token)
            {
                if (mail.Length > 0)
                {
                    accounts.Keep(token, mail);
                }

                _now = now.Of(mail);
            }
        }
    }

    private Now Get()
    {
        lock (_gate)
        {
            return _now ??= Make();
        }
    }

    private Now Make()
    {
        var search = configuration.Search();
        var id = new object();
        try
        {
            var config = search.Require();
            var client = factory.Create(config, source => Heard(id, Host(search), source));
            var now = new Now(id, configuration.Key, configuration.IsEmulated ? null : HubAccounts.IdOf(config.Token), client, null);
            return now.Token is { } token && accounts.Find(token) is { } mail ? now.Of(mail) : now;
        }
        catch (QaiHubException e)
        {
            return new Now(id, configuration.Key, null, null, HubProblems.NotConnected(e.Cause));
        }
    }

    /// <param name="Id">Tells this client from earlier ones.</param>
    /// <param name="Token">The token's name (<see cref="HubAccounts.IdOf"/>); null where accounts do not matter.</param>
    private sealed record Now(object Id, string Place, string? Token, IQaiHubClient? Client, Problem? Problem)
    {
        /// <summary>Null while it is not known; empty when the service tells none.</summary>
        public string? Account { get; private init; }

        public string Key => Token is null ? Place : $"{Place}|{(Account is { Length: > 0 } mail ? mail : Token)}";

        public ImmutableArray<string> OldKeys => Token is not null && Account is { Length: > 0 } ? [$"{Place}|{Token}", Place] : [];

        public Now Of(string mail) => this with { Account = mail };
    }
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
