using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.DataProtection;

namespace EdgeMesh.Tests.QaiHub.Config;

/// <summary>A token goes to no other service than the one it was entered or found for.</summary>
public sealed class TokenOfHostTests : IDisposable
{
    private const string Mine = "https://mine.example";
    private const string Other = "https://other.example";
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _variables = [];
    private readonly HubSettingsStore _store;
    private readonly ServiceConfiguration _configuration;

    public TokenOfHostTests()
    {
        _store = new HubSettingsStore(new DashboardOptions { DataDirectory = _directory["data"] }, new EphemeralDataProtectionProvider());
        _configuration = new ServiceConfiguration(_store, new ConfigFinder(_variables.GetValueOrDefault, _directory.Path));
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Other)]
    [InlineData("http://127.0.0.1:9172")]
    [InlineData("https://mine.example:8443")]
    [InlineData("https://mine.example/other")]
    [InlineData("")]
    public void Save_NewHostWithoutItsToken_IsRefusedAndNothingChanges(string host)
    {
        Assert.Null(_store.Save(new HubSettingsWish(Mine, "secret")));
        Assert.Equal(("token_needed", "token"), Refused(_store.Save(new HubSettingsWish(host, null))));
        Assert.Equal((Mine, "secret"), (_store.Read().Host, _store.Read().Token));
        Assert.Equal(new Uri(Mine), _configuration.Search().Require().ApiUrl);
    }

    [Fact]
    public void Save_NewHostWithItsToken_IsKept()
    {
        Assert.Null(_store.Save(new HubSettingsWish(Mine, "secret")));
        Assert.Null(_store.Save(new HubSettingsWish(Other, "others")));
        var config = _configuration.Search().Require();
        Assert.Equal((new Uri(Other), "others"), (config.ApiUrl, config.Token));
    }

    [Theory]
    [InlineData("https://mine.example")]
    [InlineData("https://MINE.example/")]
    public void Save_SameHost_KeepsItsToken(string host)
    {
        Assert.Null(_store.Save(new HubSettingsWish(Mine, "secret")));
        Assert.Null(_store.Save(new HubSettingsWish(host, null)));
        Assert.Equal("secret", _configuration.Search().Require().Token);
    }

    [Fact]
    public void Save_NothingStoredAny_IsForgotten()
    {
        Assert.Null(_store.Save(new HubSettingsWish(Mine, "secret")));
        Assert.Null(_store.Save(new HubSettingsWish("", "")));
        Assert.Equal((null, null, null), _store.Read());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Search_TokenFoundElsewhere_GoesToItsOwnAddressOnly(bool ini)
    {
        if (ini)
        {
            Directory.CreateDirectory(_directory[".qai_hub"]);
            File.WriteAllText(_directory[".qai_hub/client.ini"], $"[api]\napi_token = found\napi_url = {Mine}\nweb_url = {Mine}\n");
        }
        else
        {
            (_variables["QAI_HUB_API_TOKEN"], _variables["QAI_HUB_API_URL"]) = ("found", Mine);
        }

        Assert.Equal(("token_needed", "token"), Refused(_store.Save(new HubSettingsWish(Other, null))));

        // As an earlier version left it: a host alone.
        Directory.CreateDirectory(_directory["data/qaihub"]);
        File.WriteAllText(_directory["data/qaihub/settings.json"], $$"""{"Host":"{{Other}}","Token":null}""");
        var search = _configuration.Search();
        Assert.Null(search.Config);
        Assert.Equal(HubFailure.NotConfigured, search.Problem!.Kind);
        Assert.Contains(Other, search.Problem.Cause, StringComparison.Ordinal);
        Assert.Contains(Other, search.Problem.Remedy, StringComparison.Ordinal);
        Assert.Null(_configuration.Settings.TokenHint);

        File.WriteAllText(_directory["data/qaihub/settings.json"], $$"""{"Host":"{{Mine}}/","Token":null}""");
        Assert.Equal((new Uri(Mine), "found"), (_configuration.Search().Require().ApiUrl, _configuration.Search().Require().Token));
    }

    private static (string, string?) Refused(Problem? problem)
    {
        Assert.NotNull(problem);
        return (problem.Code, problem.Field);
    }
}
