using System.Text.RegularExpressions;
using Bunit;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Features.Settings;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Tests.Fakes;
using TestContext = Xunit.TestContext;

namespace EdgeMesh.Tests.Components;

public sealed class SettingsPageTests : MeshPages
{
    [Fact]
    public void Open_ShowsKeysTokensAndWhereTheDataIs()
    {
        var page = Page<SettingsPage>();
        Assert.Contains("admin", page.Find("#keys").Closest("section")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("None was made yet", page.Find("#tokens").Closest("section")!.TextContent, StringComparison.Ordinal);
        Assert.Contains(Options.DataDirectory, page.Find("#about").Closest("section")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("OFL-1.1", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Storage_SaysWhetherItWorksAndHowMuchRoomThereIs()
    {
        var page = Page<SettingsPage>();
        var card = page.Find("#storage").Closest("section")!.TextContent;
        Assert.All((string[])["Works", "12 MB", "34.0 GB", "EdgeMesh.Dashboard backup FILE"], w => Assert.Contains(w, card, StringComparison.Ordinal));
        Storage.Publish(new StorageState(StorageCondition.Full, Samples.Now, new Problem("storage_full", "The disk is full.", "Nothing can be stored.", "Free space.")));
        page.WaitForAssertion(() => Assert.Contains("The disk is full.", page.Find("#storage").Closest("section")!.TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void MakeKey_ShowsItsSecretOnce()
    {
        var page = Page<SettingsPage>();
        Do(page, () => page.Find("#key-name").Input("Home assistant"));
        Do(page, () => page.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Contains("em_sample1", page.Find(".term").TextContent, StringComparison.Ordinal));
        Press(page, "I have it");
        Assert.Empty(page.FindAll(".term"));
        Assert.Contains("Home assistant", page.Find(".set-list").TextContent, StringComparison.Ordinal);
        Assert.Equal("", page.Find("#key-name").GetAttribute("value"));
    }

    [Theory]
    [InlineData("", "Give it a name")]
    [InlineData("   ", "Give it a name")]
    [InlineData("a\u0007b", "no control characters")]
    public async Task MakeKey_NameWrong_SaysWhatAndMakesNone(string name, string says)
    {
        var page = Page<SettingsPage>();
        Do(page, () => page.Find("#key-name").Input(name));
        Do(page, () => page.Find("form").Submit());
        Assert.Contains(says, page.Find("#key-wrong").TextContent, StringComparison.Ordinal);
        Assert.Single(await Keys.ListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DeleteKey_AsksFirst()
    {
        await Keys.CreateAsync("Old laptop", Scopes.Run, null, TestContext.Current.CancellationToken);
        var page = Page<SettingsPage>();
        Press(page, "Delete the key Old laptop");
        Assert.Contains("end within a second", Dialog().Markup, StringComparison.Ordinal);
        Press(Dialog(), "Keep it");
        Assert.Equal(2, (await Keys.ListAsync(TestContext.Current.CancellationToken)).Length);

        Press(page, "Delete the key Old laptop");
        Press(Dialog(), "Delete key");
        page.WaitForAssertion(() => Assert.DoesNotContain("Old laptop", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void DeleteLastKey_SaysWhyNot()
    {
        var page = Page<SettingsPage>();
        Press(page, "Delete the key admin");
        var dialog = Dialog();
        Press(dialog, "Delete key");
        dialog.WaitForAssertion(() => Assert.Contains("The last key cannot be deleted.", dialog.Find("[role=alert]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task DeleteOwnersKey_ByAnother_NeedsItsSecret()
    {
        await Keys.CreateAsync("Old laptop", Scopes.Admin, null, TestContext.Current.CancellationToken);
        var page = Page<SettingsPage>();
        Press(page, "Delete the key admin");
        var dialog = Dialog();
        Do(dialog, () => dialog.Find("#key-proof").Input("em_wrong"));
        Do(dialog, () => dialog.Find("form").Submit());
        dialog.WaitForAssertion(() => Assert.Contains("only with its own secret", dialog.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Do(dialog, () => dialog.Find("#key-proof").Input("em_sample0"));
        Do(dialog, () => dialog.Find("form").Submit());
        page.WaitForAssertion(() => Assert.DoesNotContain("Delete the key admin", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task MakeKey_WithWhatItMayAndItsEnd()
    {
        var page = Page<SettingsPage>();
        Do(page, () => page.Find("#key-name").Input("CI"));
        Do(page, () => page.Find("#key-may").Change("read"));
        Do(page, () => page.Find("#key-days").Change("30"));
        Do(page, () => page.Find("form").Submit());
        page.WaitForElement(".term");
        var made = (await Keys.ListAsync(TestContext.Current.CancellationToken)).Single(k => k.Name == "CI");
        Assert.Equal((Scopes.Read, Samples.Now.AddDays(30)), (made.May, made.ExpiresAt));
    }

    [Fact]
    public async Task Keys_SayWhenTheyWereLastUsed()
    {
        var made = await Keys.CreateAsync("Old laptop", Scopes.Run, null, TestContext.Current.CancellationToken);
        Assert.Equal(2, Regex.Count(Page<SettingsPage>().Markup, "never used"));
        Keys.Verify(made.Secret);
        var page = Page<SettingsPage>();
        Assert.Equal(1, Regex.Count(page.Markup, "never used"));
        Assert.Contains("last used just now", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Session_Ended_IsGoneAndWrittenDown()
    {
        Sessions.Add("Firefox on Windows", "192.168.1.9");
        var page = Page<SettingsPage>();
        Assert.Contains("From 192.168.1.9, with the key “admin”", page.Find("[data-session]").TextContent, StringComparison.Ordinal);
        Do(page, () => page.Find("[data-session] button").Click());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[data-session]")));
        Assert.Equal((AuditActions.SignOut, "Firefox on Windows"), (Audit.Lines[^1].Action, Audit.Lines[^1].Target));
    }

    [Fact]
    public async Task Audit_ShowsWhoDidWhat_Filters_AndSaysWhenALineWasChanged()
    {
        for (var n = 0; n < 60; n++)
        {
            await Audit.AddAsync(Actor.Dashboard, AuditActions.DeviceDrain, $"Device {n}");
        }

        await Audit.AddAsync(Actor.Stranger(System.Net.IPAddress.Parse("10.0.0.9")), AuditActions.SignInRefused, "", "This token or key is not known.");
        var page = Page<AuditLogPage>();
        Assert.Contains("61 lines", page.Find(".phead p").TextContent, StringComparison.Ordinal);
        Assert.Contains("tried to sign in", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Assert.Contains("10.0.0.9", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Assert.Contains("Refused", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Press(page, "Older lines");
        page.WaitForAssertion(() => Assert.Equal(61, page.FindAll("tbody tr").Count));
        Do(page, () => page.Find("select").Change(AuditActions.SignInRefused));
        page.WaitForAssertion(() => Assert.Single(page.FindAll("tbody tr")));

        Audit.BrokenAt = 7;
        Assert.Contains("Line 7 was changed", Page<AuditLogPage>().Find(".phead p").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_WaitsUntilRevoked()
    {
        await Tokens.CreateAsync("admin", TestContext.Current.CancellationToken);
        var page = Page<SettingsPage>();
        Assert.Contains("Unused, 15:00 left", page.Markup, StringComparison.Ordinal);
        Do(page, () => page.Find("#tokens").Closest("section")!.QuerySelector("li button")!.Click());
        page.WaitForAssertion(() => Assert.Contains("Revoked", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("#tokens ~ li button"));
    }

    [Fact]
    public async Task Token_CountsDownAndIsSpentLive()
    {
        await Tokens.CreateAsync("admin", TestContext.Current.CancellationToken);
        var page = Page<SettingsPage>();
        Time.Advance(TimeSpan.FromSeconds(61));
        page.WaitForAssertion(() => Assert.Contains("Unused, 13:59 left", page.Markup, StringComparison.Ordinal));
        Tokens.Spend(Samples.DeviceIdOf("Mini PC"));
        page.WaitForAssertion(() => Assert.Contains("Used by", page.Find("#tokens").Closest("section")!.TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_AfterItsTime_IsExpired()
    {
        await Tokens.CreateAsync("admin", TestContext.Current.CancellationToken);
        Time.Advance(TimeSpan.FromMinutes(16));
        Assert.Contains("Expired unused", Page<SettingsPage>().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void MakeToken_OpensTheDialogAndListsItAfterwards()
    {
        var page = Page<SettingsPage>();
        Press(page, "Make a join token");
        Press(Dialog(), "Close");
        page.WaitForAssertion(() => Assert.Contains("with the key “the dashboard”", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Models_AddedRaisedAndRemoved_AreKeptInThatOrder()
    {
        var page = Page<SettingsPage>();
        Do(page, () => page.Find("#model-kind").Change("Code"));
        Do(page, () => page.Find("#model-name").Input("my-coder*"));
        Do(page, () => page.Find("#model-name").Closest("form")!.Submit());
        page.WaitForAssertion(() => Assert.Equal("my-coder*", Preferred.Current.Code[^1]));
        Assert.Equal("", page.Find("#model-name").GetAttribute("value"));

        for (var times = Preferred.Current.Code.Length - 1; times > 0; times--)
        {
            Press(page, "Up: prefer my-coder* more for Code");
        }

        Assert.Equal("my-coder*", Preferred.Current.Code[0]);
        Press(page, "Remove my-coder* for Code");
        Assert.Equal(EdgeMesh.Core.Models.ModelPreferences.Default.Code.AsEnumerable(), Preferred.Current.Code);
    }

    [Theory]
    [InlineData("", "1 to 200 characters")]
    [InlineData("*QWEN3?8b*", "there twice")]
    public void Models_AddedWrong_SaysWhatAndKeepsThem(string name, string says)
    {
        var page = Page<SettingsPage>();
        Do(page, () => page.Find("#model-name").Input(name));
        Do(page, () => page.Find("#model-name").Closest("form")!.Submit());
        page.WaitForAssertion(() => Assert.Contains(says, page.Find("#model-wrong").TextContent, StringComparison.Ordinal));
        Assert.Equal(EdgeMesh.Core.Models.ModelPreferences.Default, Preferred.Current);
    }

    [Fact]
    public void Models_InTheFleet_AreNamed()
    {
        var device = Samples.Device();
        Fleet.Publish(Samples.Fleet(device with { Runtimes = [Samples.Ollama with { Models = [Samples.Ollama.Models[0] with { Id = "qwen3:8b" }] }] }));
        Assert.Contains("Now: qwen3:8b", Page<SettingsPage>().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Theme_ChosenIsMarkedAndKept()
    {
        JSInterop.Setup<string>("edgemesh.theme").SetResult("system");
        var page = Page<SettingsPage>();
        page.WaitForAssertion(() => Assert.Equal("true", Button(page, "System").GetAttribute("aria-checked")));
        Press(page, "Light");
        Assert.Equal("true", Button(page, "Light").GetAttribute("aria-checked"));
        Assert.Equal("light", JSInterop.VerifyInvoke("edgemesh.setTheme").Arguments[0]);
    }
}
