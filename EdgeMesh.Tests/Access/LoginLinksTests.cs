using System.Net;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Access;

/// <summary>The code for a phone: a link that signs in once, soon, and no longer than its key would.</summary>
public sealed class LoginLinksTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private ApiFakesHost _host = null!;

    private ILoginLinks Links => _host.App.Services.GetRequiredService<ILoginLinks>();

    public async ValueTask InitializeAsync() => _host = await ApiFakesHost.StartAsync(time: _time);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Link_WorksOnce_WithinFiveMinutes()
    {
        var (key, _) = await _host.NewKeyAsync();
        var link = Links.Create(key);
        Assert.Equal(Samples.Now.AddMinutes(5), link.ExpiresAt);
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(link));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(link));

        var late = Links.Create(key);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(late));
    }

    [Fact]
    public async Task Link_OfAKeyThatIsGoneOrOver_SignsNobodyIn()
    {
        var (gone, _) = await _host.NewKeyAsync();
        var ofGone = Links.Create(gone);
        Assert.Equal(HttpStatusCode.NoContent, (await _host.SendAsync(HttpMethod.Delete, $"/api/keys/{gone}")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(ofGone));

        var over = await _host.App.Services.GetRequiredService<IApiKeys>().CreateAsync("minute", Scopes.Read, Samples.Now.AddMinutes(1), TestContext.Current.CancellationToken);
        var ofOver = Links.Create(over.Key.Id);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(ofOver));
    }

    [Fact]
    public async Task Links_MadeWithoutEnd_AreFewAndTheOldestGo()
    {
        var (key, _) = await _host.NewKeyAsync();
        List<LoginLink> links = [];
        for (var i = 0; i < 17; i++)
        {
            links.Add(Links.Create(key));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(links[0]));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(links[1]));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(links[^1]));
    }

    private async Task<HttpStatusCode> SignInAsync(LoginLink link) => (await _host.SendAsync(HttpMethod.Get, $"/login?t={link.Token}", client: _host.Anonymous)).Answer.StatusCode;
}
