using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Config;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The real service: what a person entered here first, then the places where the public client keeps its configuration. A token that was found goes to the address it was found with only.</summary>
public sealed class ServiceConfiguration(HubSettingsStore store, ConfigFinder finder) : IHubConfiguration
{
    private const string Here = "the settings of this dashboard";

    public bool IsEmulated => false;

    public string Key => (Search().Config?.ApiUrl ?? Address).AbsoluteUri.TrimEnd('/');

    public Uri Address => Stored().Host is { } host ? new Uri(host) : QaiHubConfig.DefaultUrl;

    public HubSettings Settings
    {
        get
        {
            var (found, stored) = (Search(), Stored());
            return new HubSettings(
                (found.Config?.ApiUrl ?? Address).AbsoluteUri.TrimEnd('/'), found.Config?.MaskedToken, found.Config?.FoundIn ?? "", found.Looked, false, stored.Host is not null || stored.HasToken);
        }
    }

    public ConfigSearch Search()
    {
        var (host, token, problem) = store.Read();
        if (problem is not null)
        {
            return new ConfigSearch(null, new QaiHubException(HubFailure.BadConfig, problem.Detail, problem.Remedy), ["Settings: a token that cannot be read"]);
        }

        if (token is not null)
        {
            var url = host is null ? QaiHubConfig.DefaultUrl : new Uri(host);
            return finder.Find(new QaiHubConfig(url, url, token, Here));
        }

        var found = finder.Find();
        return host is not null && found.Config is { } other && !HubSettingsStore.IsSame(host, other.ApiUrl.AbsoluteUri)
            ? found with
            {
                Config = null,
                Problem = new QaiHubException(HubFailure.NotConfigured, $"The settings name {host}, and the token in {other.FoundIn} belongs to {other.ApiUrl.AbsoluteUri.TrimEnd('/')}.",
                    $"Enter the token of {host} on the QAI Hub page under Connection, or choose Forget what is stored there."),
            }
            : found;
    }

    private (string? Host, bool HasToken) Stored()
    {
        var (host, token, problem) = store.Read();
        return (host, token is not null || problem is not null);
    }
}
