using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>A window whose session ended: it says so, and leads back to where it was.</summary>
[Collection(BrowserTests.Name)]
public sealed class SignedOutTests(BrowserFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeyDeleted_OpenWindowSaysSo_AndSigningInLeadsBack(bool phone)
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        var (_, key) = await dashboard.PostAsync("/api/keys", new { name = "Laptop" });
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, phone);
        var page = session.Page;
        await session.LogInAsync(new Uri(dashboard.Address, $"/login?t={key.GetProperty("secret").GetString()}"));
        await session.GoAsync("/jobs?state=Failed", "Jobs");

        try
        {
            using var deleted = await dashboard.Client.DeleteAsync(new Uri($"/api/keys/{key.GetProperty("id").GetString()}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(deleted.IsSuccessStatusCode);

            var banner = page.Locator("#components-reconnect-modal");
            await banner.GetByText("You are signed out.").WaitForAsync();
            Assert.False(await banner.GetByText("Reconnecting").IsVisibleAsync());
            Assert.False(await banner.GetByRole(AriaRole.Button, new() { Name = "Try now" }).IsVisibleAsync());
            await session.AssertFitsWidthAsync();
            await Axe.CheckAsync(page, "signed out");
            await session.PictureAsync($"signed-out{(phone ? "-phone" : "")}");

            await banner.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
            await page.GetByLabel("Link, token or API key").FillAsync(dashboard.AdminKey);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            await page.GetByRole(AriaRole.Heading, new() { Name = "Jobs", Level = 1 }).WaitForAsync();
            Assert.Equal("/jobs?state=Failed", new Uri(page.Url).PathAndQuery);
        }
        finally
        {
            // The browser logs every try that was refused.
            session.ForgetFaults();
        }
    }

    [Fact]
    public async Task KeyDeleted_SignedInAnewInAnotherTab_WindowComesBackByItself()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        var (_, key) = await dashboard.PostAsync("/api/keys", new { name = "Laptop" });
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
        var page = session.Page;
        await session.LogInAsync(new Uri(dashboard.Address, $"/login?t={key.GetProperty("secret").GetString()}"));
        try
        {
            using var deleted = await dashboard.Client.DeleteAsync(new Uri($"/api/keys/{key.GetProperty("id").GetString()}", UriKind.Relative), TestContext.Current.CancellationToken);
            await page.GetByText("You are signed out.").WaitForAsync();

            var other = await page.Context.NewPageAsync();
            await other.GotoAsync(dashboard.LoginUrl.ToString());
            await other.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();

            await page.Locator("#components-reconnect-modal").WaitForAsync(new() { State = WaitForSelectorState.Hidden, Timeout = 60_000 });
            await page.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();
        }
        finally
        {
            session.ForgetFaults();
        }
    }
}
