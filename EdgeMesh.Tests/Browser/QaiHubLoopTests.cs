using System.Text.RegularExpressions;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>The whole loop in a browser, with the emulator and the embedded device: browse, upload, compile and profile, a restart in the middle, download, deploy, run.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class QaiHubLoopTests(BrowserFixture fixture)
{
    private const float Patience = 120_000;
    private static readonly string Digits = Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "QaiHub", "Fixtures", "digits.onnx");

    [Fact]
    public async Task Loop_WithARestartInTheMiddle_EndsOnTheDevice()
    {
        using var directory = new TemporaryDirectory();
        // Jobs of half a minute: long enough to be watched, and for a restart in the middle.
        Dictionary<string, string> environment = new() { ["EdgeMesh__QaiHub__EmulatorSpeed"] = "6" };
        var dashboard = await DashboardProcess.StartAsync(directory["data"], environment, 0, "--qaihub-emulator");
        var port = dashboard.Address.Port;
        try
        {
            await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address);
            await session.LogInAsync(dashboard);
            var page = session.Page;
            page.SetDefaultTimeout(Patience);

            // Browse.
            await session.GoAsync("/qaihub", "QAI Hub");
            await page.GetByText("from an emulator, not from Qualcomm").WaitForAsync();
            await page.GetByPlaceholder("Search devices").FillAsync("x elite");
            await page.Locator("tr[data-device^='Snapdragon X Elite CRD']").ClickAsync();
            await Axe.CheckAsync(page, "devices");
            await PictureAsync(session, "qaihub-devices");
            await page.GetByRole(AriaRole.Link, new() { Name = "Compile a model for it" }).ClickAsync();
            await page.GetByText("One that you uploaded").WaitForAsync();

            // Upload a real small model.
            await page.GetByRole(AriaRole.Link, new() { Name = "Upload another" }).ClickAsync();
            await page.GetByLabel("Choose model files").ChooseAsync(Digits);
            await page.GetByText("digits.onnx, ").WaitForAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Upload to the service" }).ClickAsync();
            await page.Locator("[data-transfer='Succeeded']").WaitForAsync(new() { Timeout = Patience });
            await page.Locator("tr[data-model]").First.WaitForAsync();
            await Axe.CheckAsync(page, "models");
            await PictureAsync(session, "qaihub-models");

            // Compile and profile in one; the input is read from the file.
            await page.GetByRole(AriaRole.Link, new() { Name = "Compile it" }).ClickAsync();
            await Assertions.Expect(page.Locator("[data-input='image'] input").Nth(1)).ToHaveValueAsync("1, 1, 8, 8");
            await page.Locator("#qc-device").FillAsync("x elite crd");
            await page.Locator("[data-device^='Snapdragon X Elite CRD']").ClickAsync();
            await page.GetByText("Ready to send").WaitForAsync();
            await Axe.CheckAsync(page, "compile");
            await PictureAsync(session, "qaihub-compile");
            await page.GetByRole(AriaRole.Button, new() { Name = "Compile and profile" }).ClickAsync();

            // Watch it live.
            await page.WaitForURLAsync(JobAddress());
            var job = page.Url[(page.Url.LastIndexOf('/') + 1)..];
            await page.Locator("[data-state='Optimizing']").WaitForAsync(new() { Timeout = Patience });
            await PictureAsync(session, "qaihub-job-running");

            // The dashboard is started again in the middle; the page comes back by itself.
            await page.GotoAsync("about:blank");
            session.ForgetFaults();
            await dashboard.DisposeAsync();
            dashboard = await DashboardProcess.StartAsync(directory["data"], environment, port, "--qaihub-emulator");
            await session.LogInAsync(dashboard);
            await page.GotoAsync($"/qaihub/jobs/{job}");
            await page.Locator("[data-state='Done']").WaitForAsync(new() { Timeout = Patience });
            await page.GetByRole(AriaRole.Link, new() { NameRegex = ProfileJob() }).ClickAsync(new() { Timeout = Patience });
            await page.GetByRole(AriaRole.Heading, new() { Name = "Profile", Exact = true }).WaitForAsync(new() { Timeout = Patience });
            await Axe.CheckAsync(page, "profile");
            await PictureAsync(session, "qaihub-profile");

            // Download, deploy.
            await page.GotoAsync($"/qaihub/jobs/{job}");
            await page.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync();
            await page.GetByText("SHA-256").WaitForAsync(new() { Timeout = Patience });
            await page.GetByRole(AriaRole.Button, new() { Name = "Deploy to…" }).ClickAsync();
            await page.Locator("[data-fits='true']").WaitForAsync();
            await Axe.CheckAsync(page, "deploy");
            await PictureAsync(session, "qaihub-deploy");
            await page.GetByRole(AriaRole.Button, new() { NameRegex = DeployTo() }).Last.ClickAsync();
            await page.Locator("[data-deployed]").WaitForAsync(new() { Timeout = Patience });

            // Run it there.
            await page.GetByRole(AriaRole.Button, new() { NameRegex = RunIt() }).ClickAsync();
            await page.WaitForURLAsync(MeshJob());
            await page.GetByText("Succeeded").First.WaitForAsync(new() { Timeout = Patience });
            await page.GetByText("probabilities").First.WaitForAsync(new() { Timeout = Patience });
            await PictureAsync(session, "qaihub-run-there");

            await page.GotoAsync("/qaihub/jobs");
            await page.Locator("article[data-state='Done']").First.WaitForAsync();
            await Axe.CheckAsync(page, "jobs");
            await PictureAsync(session, "qaihub-jobs");
            await page.GotoAsync($"/qaihub/jobs/{job}");
            await page.Locator("[data-deployed]").WaitForAsync();
            await Axe.CheckAsync(page, "job");
            await PictureAsync(session, "qaihub-job-deployed");
            await page.GotoAsync("/qaihub/connection");
            await page.Locator("[data-check='token'][data-ok='true']").WaitForAsync();
            await Axe.CheckAsync(page, "connection");
            await PictureAsync(session, "qaihub-connection");
            await LookAroundAsync(dashboard, job, phone: true, ColorScheme.Dark);
            await LookAroundAsync(dashboard, job, phone: false, ColorScheme.Light);
            await LookAroundAsync(dashboard, job, phone: true, ColorScheme.Light);
        }
        finally
        {
            await dashboard.DisposeAsync();
        }
    }

    private async Task LookAroundAsync(DashboardProcess dashboard, string job, bool phone, ColorScheme scheme)
    {
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, phone, scheme);
        await session.LogInAsync(dashboard);
        var look = $"{(phone ? "phone" : "desktop")}-{scheme.ToString().ToLowerInvariant()}";
        foreach (var (name, path, ready) in new[]
        {
            ("devices", "/qaihub", "tr[data-device]"), ("models", "/qaihub/models", "tr[data-model]"), ("compile", "/qaihub/compile", "#qc-device"), ("jobs", "/qaihub/jobs", "article[data-job]"),
            ("job", $"/qaihub/jobs/{job}", "[data-deployed]"), ("connection", "/qaihub/connection", "[data-check='token']"),
        })
        {
            await session.Page.GotoAsync(path);
            await session.Page.Locator(ready).First.WaitForAsync(new() { Timeout = Patience });
            await session.AssertFitsWidthAsync();
            await Axe.CheckAsync(session.Page, $"{name} {look}");
            await PictureAsync(session, $"qaihub-{name}-{look}");
        }

        await session.Page.GotoAsync("/qaihub/jobs");
        await session.Page.Locator("article a", new() { HasTextRegex = ProfileName() }).First.ClickAsync();
        await session.Page.GetByRole(AriaRole.Heading, new() { Name = "Profile", Exact = true }).WaitForAsync(new() { Timeout = Patience });
        await session.AssertFitsWidthAsync();
        await PictureAsync(session, $"qaihub-profile-{look}");
    }

    private static async Task PictureAsync(BrowserSession session, string name)
    {
        await session.Page.EvaluateAsync("window.scrollTo(0, 0)");
        var height = await session.Page.EvaluateAsync<int>("document.documentElement.scrollHeight");
        var before = session.Page.ViewportSize!;
        await session.Page.SetViewportSizeAsync(before.Width, Math.Clamp(height, before.Height, 2_400));
        await session.PictureAsync(name);
        await session.Page.SetViewportSizeAsync(before.Width, before.Height);
    }

    [GeneratedRegex("/qaihub/jobs/j")]
    private static partial Regex JobAddress();

    [GeneratedRegex("^profile job")]
    private static partial Regex ProfileJob();

    [GeneratedRegex("^Profile ")]
    private static partial Regex ProfileName();

    [GeneratedRegex("^Run there")]
    private static partial Regex RunIt();

    [GeneratedRegex("/jobs/[0-9a-zA-Z]{12,}")]
    private static partial Regex MeshJob();

    [GeneratedRegex("^Deploy to ")]
    private static partial Regex DeployTo();
}
