using Bunit;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Features.Login;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Components;

public sealed class LoginPageTests : MeshPages
{
    [Fact]
    public void Open_AsksForLinkOrKey()
    {
        var page = At("/login?returnUrl=%2Fjobs");
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Equal("/jobs", page.Find("input[name=returnUrl]").GetAttribute("value"));
        Assert.Equal("token", page.Find("label").GetAttribute("for"));
        Assert.Equal("password", page.Find("#token").GetAttribute("type"));
        Assert.Contains("http://localhost/login?t=", page.Find(".term").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("throttled", "A right link or key still works")]
    [InlineData("expired", "paste the link or key once more")]
    [InlineData("wrong", "a link works for an hour")]
    [InlineData("elsewhere", "Paste the login link into the address bar")]
    [InlineData("again", "Its session ended")]
    public void Error_IsToldInWordsWithItsRemedy(string error, string says)
    {
        var page = At($"/login?error={error}");
        Assert.Contains(says, page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal("login-error", page.Find("#token").GetAttribute("aria-describedby"));
    }

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData(" abc \n", "abc")]
    [InlineData("http://localhost:8080/login?t=abc", "abc")]
    [InlineData("Login:  http://127.0.0.1:8080/login?t=abc ", "abc")]
    public void Pasted_LinkOrToken_IsItsToken(string pasted, string token) => Assert.Equal(token, Login.Pasted(pasted));

    private IRenderedComponent<LoginPage> At(string address)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        return Page<LoginPage>();
    }
}
