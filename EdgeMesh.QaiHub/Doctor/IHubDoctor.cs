using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;

namespace EdgeMesh.QaiHub.Doctor;

/// <summary>Says what works and what does not, with the fix for each. Never throws for what it finds.</summary>
public interface IHubDoctor
{
    /// <summary>Checks in order: configuration, host, clock, version, token. What cannot be checked because of an earlier one says so.</summary>
    /// <param name="found">What the host's configuration search found.</param>
    Task<HubStatus> CheckAsync(ConfigSearch found, CancellationToken cancellationToken = default);
}

/// <summary>The doctor's findings; the shape of <c>GET /api/qaihub/status</c>.</summary>
/// <param name="Source">The real service or an emulator, as its answers say.</param>
/// <param name="Connected">A token was accepted.</param>
public sealed record HubStatus(HubSource Source, bool Connected, HubUser? User, ImmutableArray<HubCheck> Checks)
{
    /// <summary>The same after the service accepted a request: what did not go before goes now.</summary>
    public HubStatus Answered(HubSource source) => this with
    {
        Connected = true,
        Source = source,
        Checks = [.. Checks.Select(c => c.Ok || c.Name == HubCheck.Clock ? c : new HubCheck(c.Name, true, "The service has answered since the last look.", null))],
    };

    /// <summary>The same after a request failed: its cause is the one thing that is wrong, and what comes after it is not known.</summary>
    public HubStatus Failed(QaiHubException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var wrong = HubCheck.Of(failure);
        return this with
        {
            Connected = false,
            Checks =
            [
                // The clock is as it was seen last.
                .. Checks.Select(c => c.Name is HubCheck.Configuration or HubCheck.Clock ? c
                    : c.Name == wrong ? new HubCheck(c.Name, false, failure.Cause, failure.Remedy)
                    : wrong == HubCheck.Token ? c
                    : HubCheck.Unchecked(c.Name, failure.Cause)),
            ],
        };
    }
}

/// <summary>One check.</summary>
/// <param name="Name">configuration, host, clock, version or token.</param>
/// <param name="Remedy">Null when there is nothing to do.</param>
/// <param name="Skipped">Not looked at, as one before it failed: neither well nor wrong.</param>
public sealed record HubCheck(string Name, bool Ok, string Detail, string? Remedy, bool Skipped = false)
{
    public const string Configuration = "configuration";
    public const string Host = "host";
    public const string Clock = "clock";
    public const string Version = "version";
    public const string Token = "token";

    /// <summary>One that could not be made.</summary>
    public static HubCheck Unchecked(string name, string because) => new(name, false, $"Not checked yet: {because}", null, Skipped: true);

    /// <summary>Which check a failure belongs to.</summary>
    public static string Of(QaiHubException failure) => failure?.Kind switch
    {
        HubFailure.TokenRefused or HubFailure.Forbidden => Token,
        HubFailure.ClientTooOld => Version,
        HubFailure.NotConfigured or HubFailure.BadConfig or HubFailure.InsecureAddress => Configuration,
        _ => Host,
    };
}
