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

    public async Task<HubStatus> CheckAsync(ConfigSearch found, CancellationToken cancellationToken)
    {
        if (found.Config is not { } config)
        {
            var problem = found.Problem!;
            return new HubStatus(HubSource.Unknown, false, null,
            [
                new HubCheck(HubCheck.Configuration, false, $"{problem.Cause} Looked at: {string.Join("; ", found.Looked)}.", problem.Remedy),
                .. Unchecked("the configuration comes first.", HubCheck.Host, HubCheck.Clock, HubCheck.Version, HubCheck.Token),
            ]);
        }

        var configuration = new HubCheck(HubCheck.Configuration, true, $"Found in {config.FoundIn}: {config.ApiUrl}, token {config.MaskedToken}.", null);
        var seen = await AskAsync(config, cancellationToken);
        var checks = seen.Headers is not { } headers
            ? (ImmutableArray<HubCheck>)[configuration, Failed(HubCheck.Host, seen.Failure!), .. Unchecked("the host does not answer.", HubCheck.Clock, HubCheck.Version, HubCheck.Token)]
            : [configuration, Host(config, headers, seen.Failure), Clock(headers), Version(seen.Failure), Token(seen)];
        return new HubStatus(seen.Headers?.Source ?? HubSource.Unknown, seen.User is not null, seen.User, checks);
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
            return new Seen(headers, CatalogRecords.Of(user.Message), null);
        }
        catch (QaiHubException e)
        {
            return new Seen(headers, null, e);
        }

        void Look(HttpResponseMessage response) => headers = new Headers(
            response.Headers.Date,
            transport.Time.GetUtcNow(),
            transport.Time.GetElapsedTime(began),
            HubSources.Of(config.ApiUrl, response));
    }

    private static HubCheck Host(QaiHubConfig config, Headers headers, QaiHubException? failure) => failure?.Kind switch
    {
        HubFailure.TokenRefused or HubFailure.Forbidden or HubFailure.ClientTooOld or null =>
            new HubCheck(HubCheck.Host, true, $"{config.ApiUrl.Authority} answered in {headers.Took.TotalMilliseconds:0} ms{Who(headers.Source)}.", null),
        _ => Failed(HubCheck.Host, failure),
    };

    private static string Who(HubSource source) => source switch
    {
        HubSource.Emulator => "; it is an emulator, not the real service",
        HubSource.Unknown => "; it is not at an address of Qualcomm's, so its figures do not count as Qualcomm's",
        _ => "",
    };

    private static HubCheck Clock(Headers headers)
    {
        if (headers.Date is not { } theirs)
        {
            return new HubCheck(HubCheck.Clock, true, "The host does not say what time it has.", null);
        }

        var skew = headers.Now - theirs;
        return skew.Duration() <= MostSkew
            ? new HubCheck(HubCheck.Clock, true, $"This computer's clock differs by {Math.Round(skew.Duration().TotalSeconds):0} s from the host's.", null)
            : new HubCheck(HubCheck.Clock, false, $"This computer's clock is {Words(skew.Duration())} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the host's.",
                "Set this computer's clock; uploads and downloads are refused for a wrong time.");
    }

    private static HubCheck Version(QaiHubException? failure) =>
        failure?.Kind == HubFailure.ClientTooOld ? Failed(HubCheck.Version, failure) : new HubCheck(HubCheck.Version, true, "The host does not ask for a newer client.", null);

    private static HubCheck Token(Seen seen) => seen switch
    {
        { User: { } user } => new HubCheck(HubCheck.Token, true, $"Accepted: {(user.Name.Length > 0 ? user.Name : user.Email)}.", null),
        { Failure: { Kind: HubFailure.TokenRefused or HubFailure.Forbidden } failure } => Failed(HubCheck.Token, failure),
        { Failure.Kind: HubFailure.ClientTooOld } => HubCheck.Unchecked(HubCheck.Token, "the service wants a newer client first."),
        _ => HubCheck.Unchecked(HubCheck.Token, "the host did not answer as it should."),
    };

    private static HubCheck Failed(string name, QaiHubException failure) => new(name, false, failure.Cause, failure.Remedy);

    private static IEnumerable<HubCheck> Unchecked(string because, params string[] names) => names.Select(n => HubCheck.Unchecked(n, because));

    private static string Words(TimeSpan skew) => skew.TotalDays >= 2 ? $"{skew.TotalDays:0} days" : skew.TotalHours >= 2 ? $"{skew.TotalHours:0} hours" : $"{skew.TotalMinutes:0} minutes";

    private sealed record Headers(DateTimeOffset? Date, DateTimeOffset Now, TimeSpan Took, HubSource Source);

    private sealed record Seen(Headers? Headers, HubUser? User, QaiHubException? Failure);
}
