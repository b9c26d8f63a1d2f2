using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Doctor;

/// <inheritdoc/>
internal sealed class HubDoctor(HubTransport transport) : IHubDoctor
{
    /// <summary>Beyond it, certificates and signed addresses are refused for their time.</summary>
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(5);

    private const string NotChecked = "Not checked yet";

    public async Task<HubStatus> CheckAsync(ConfigSearch found, CancellationToken cancellationToken)
    {
        if (found.Config is not { } config)
        {
            var problem = found.Problem!;
            return new HubStatus(HubSource.Service, false, null,
            [
                new HubCheck("configuration", false, $"{problem.Cause} Looked at: {string.Join("; ", found.Looked)}.", problem.Remedy),
                .. Unchecked("there is no usable configuration", "host", "clock", "version", "token"),
            ]);
        }

        var configuration = new HubCheck("configuration", true, $"Found in {config.FoundIn}: {config.ApiUrl}, token {config.MaskedToken}.", null);
        var seen = await AskAsync(config, cancellationToken);
        ImmutableArray<HubCheck> checks = seen.Headers is not { } headers
            ? [configuration, Failed("host", seen.Failure!), .. Unchecked("the host does not answer", "clock", "version", "token")]
            : [configuration, Host(config, headers, seen.Failure), Clock(headers), Version(seen.Failure)];
        checks = seen.Headers is null ? checks : checks.Add(Token(seen, checks.Any(c => !c.Ok)));
        return new HubStatus(seen.Headers?.Emulator == true ? HubSource.Emulator : HubSource.Service, seen.User is not null, seen.User, checks);
    }

    private async Task<Seen> AskAsync(QaiHubConfig config, CancellationToken cancellationToken)
    {
        Headers? headers = null;
        var began = transport.Time.GetTimestamp();
        try
        {
            ConfigRules.Check(config);
            var api = new HubApi(config, transport, new HubRetries(transport.Timings, transport.Time));
            var user = await api.OnceAsync(HttpMethod.Get, HubAddress.Api(config.ApiUrl, HubCatalog.UserPath), null, User.Parser, new Subject("User"), Look, cancellationToken);
            return new Seen(headers, FromWire.User(user), null);
        }
        catch (QaiHubException e)
        {
            return new Seen(headers, null, e);
        }

        void Look(HttpResponseMessage response) => headers = new Headers(
            response.Headers.Date,
            transport.Time.GetUtcNow(),
            transport.Time.GetElapsedTime(began),
            response.Headers.TryGetValues(EmulatorMark.Header, out var mark) && mark.Contains(EmulatorMark.Value));
    }

    private static HubCheck Host(QaiHubConfig config, Headers headers, QaiHubException? failure) => failure?.Kind switch
    {
        HubFailure.ForeignAnswer or HubFailure.DamagedAnswer or HubFailure.Redirected or HubFailure.NotFound or HubFailure.ServiceFailed => Failed("host", failure),
        _ => new HubCheck("host", true, $"{config.ApiUrl.Authority} answered in {headers.Took.TotalMilliseconds:0} ms{(headers.Emulator ? "; it is an emulator, not the real service" : "")}.", null),
    };

    private static HubCheck Clock(Headers headers)
    {
        if (headers.Date is not { } theirs)
        {
            return new HubCheck("clock", true, "The host does not say what time it has.", null);
        }

        var skew = headers.Now - theirs;
        return skew.Duration() <= MostSkew
            ? new HubCheck("clock", true, $"This computer's clock differs by {Math.Round(skew.Duration().TotalSeconds):0} s from the host's.", null)
            : new HubCheck("clock", false, $"This computer's clock is {Words(skew.Duration())} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the host's.",
                "Set this computer's clock; uploads and downloads are refused for a wrong time.");
    }

    private static HubCheck Version(QaiHubException? failure) =>
        failure?.Kind == HubFailure.ClientTooOld ? Failed("version", failure) : new HubCheck("version", true, "The host does not ask for a newer client.", null);

    private static HubCheck Token(Seen seen, bool causeKnown) => seen switch
    {
        { User: { } user } => new HubCheck("token", true, $"Accepted: {(user.Name.Length > 0 ? user.Name : user.Email)}.", null),
        { Failure: { Kind: HubFailure.TokenRefused or HubFailure.Forbidden } failure } => Failed("token", failure),
        _ when causeKnown => Unchecked(seen.Failure!.Cause.TrimEnd('.'), "token").Single(),
        _ => new HubCheck("token", false, $"{NotChecked}: {seen.Failure!.Cause}", seen.Failure.Remedy),
    };

    private static HubCheck Failed(string name, QaiHubException failure) => new(name, false, failure.Cause, failure.Remedy);

    private static IEnumerable<HubCheck> Unchecked(string because, params string[] names) => names.Select(n => new HubCheck(n, false, $"{NotChecked}: {because}.", null, Skipped: true));

    private static string Words(TimeSpan skew) => skew.TotalDays >= 2 ? $"{skew.TotalDays:0} days" : skew.TotalHours >= 2 ? $"{skew.TotalHours:0} hours" : $"{skew.TotalMinutes:0} minutes";

    private sealed record Headers(DateTimeOffset? Date, DateTimeOffset Now, TimeSpan Took, bool Emulator);

    private sealed record Seen(Headers? Headers, HubUser? User, QaiHubException? Failure);
}
