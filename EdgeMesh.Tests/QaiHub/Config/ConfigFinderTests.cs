using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Config;

public sealed class ConfigFinderTests : IDisposable
{
    private const string Good = "[api]\napi_token = abc\napi_url = https://hub.example\nweb_url = https://web.example\nverbose = True\n";
    private readonly TemporaryDirectory _home = new();
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Find_Nothing_SaysWhereItLooked()
    {
        var found = Finder().Find();
        Assert.Equal(HubFailure.NotConfigured, found.Problem!.Kind);
        Assert.Equal(["Settings: nothing", "QAIHUB_CLIENT_INI: not set", "QAI_HUB_API_TOKEN: not set", $"{Ini("client")}: does not exist"], found.Looked);
        Assert.Throws<QaiHubException>(found.Require);
    }

    [Fact]
    public void Find_ClientIni_IsUsed()
    {
        Write("client", Good);
        Assert.Equal(new QaiHubConfig(new Uri("https://hub.example"), new Uri("https://web.example"), "abc", Ini("client")), Finder().Find().Require());
    }

    [Fact]
    public void Find_SettingsAndAllElse_SettingsWin()
    {
        Write("client", Good);
        _variables["QAI_HUB_API_TOKEN"] = "other";
        var settings = ConfigRules.Make("https://mine.example", "", "mine", "Settings");
        Assert.Equal(settings, Finder().Find(settings).Require());
    }

    [Fact]
    public void Find_EachPlace_ComesBeforeTheNext()
    {
        Write("client", Good);
        Write("work", Good.Replace("abc", "profile", StringComparison.Ordinal));
        Assert.Equal("abc", Finder().Find().Require().Token);
        _variables["QAI_HUB_API_TOKEN"] = "variable";
        Assert.Equal(("variable", QaiHubConfig.DefaultUrl), (Finder().Find().Require().Token, Finder().Find().Require().ApiUrl));
        _variables["QAI_HUB_API_URL"] = "http://127.0.0.1:9000";
        Assert.Equal(9000, Finder().Find().Require().ApiUrl.Port);
        _variables["QAIHUB_CLIENT_INI"] = _home["named.ini"];
        File.WriteAllText(_home["named.ini"], Good.Replace("abc", "named", StringComparison.Ordinal));
        Assert.Equal("named", Finder().Find().Require().Token);
        Assert.Equal("profile", Finder().Find(profile: "work").Require().Token);
    }

    [Theory]
    [InlineData("[api]\napi_url = https://hub.example\n", "lacks api_token and web_url")]
    [InlineData("[api]\napi_token =\napi_url = https://hub.example\nweb_url = https://hub.example\n", "lacks api_token")]
    [InlineData("[other]\napi_token = abc\n", "lacks api_token and api_url and web_url")]
    [InlineData("", "lacks api_token and api_url and web_url")]
    [InlineData("api_token abc and more words", "is not an ini file")]
    [InlineData("[api]\napi_token = abc\napi_url = nonsense\nweb_url = https://hub.example\n", "api_url that is no address")]
    [InlineData("[api]\napi_token = a b\napi_url = https://hub.example\nweb_url = https://hub.example\n", "characters that no token has")]
    public void Find_IniThatIsNotUsable_NamesFileAndKeys(string ini, string words)
    {
        Write("client", ini);
        var found = Finder().Find();
        Assert.Null(found.Config);
        Assert.Equal(HubFailure.BadConfig, found.Problem!.Kind);
        Assert.Contains(Ini("client"), found.Problem.Cause, StringComparison.Ordinal);
        Assert.Contains(words, found.Problem.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", found.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_IniThatIsNotUsable_EndsTheSearch()
    {
        Write("client", Good);
        _variables["QAIHUB_CLIENT_INI"] = _home["named.ini"];
        Assert.Contains("does not exist", Finder().Find().Problem!.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../client")]
    [InlineData("")]
    [InlineData("absent")]
    public void Find_ProfileThatIsNone_IsNamed(string profile)
    {
        Write("client", Good);
        Assert.Equal(HubFailure.BadConfig, Finder().Find(profile: profile).Problem!.Kind);
    }

    [Fact]
    public void Find_PlainHttpToAnotherComputer_IsRefused()
    {
        Write("client", Good.Replace("https://hub", "http://hub", StringComparison.Ordinal));
        Assert.Equal(HubFailure.InsecureAddress, Finder().Find().Problem!.Kind);
    }

    private ConfigFinder Finder() => new(_variables.GetValueOrDefault, _home.Path);

    private string Ini(string name) => Path.Combine(_home.Path, ".qai_hub", $"{name}.ini");

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(_home[".qai_hub"]);
        File.WriteAllText(Ini(name), text);
    }
}
