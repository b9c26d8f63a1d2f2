using System.Text.Json;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Measuring a model as a person does: the clock beside it, the job, and the device's card.</summary>
[Collection(BrowserTests.Name)]
public sealed class MeasurePagesTests(BrowserFixture fixture)
{
    [Theory]
    [InlineData(ColorScheme.Dark, false)]
    [InlineData(ColorScheme.Light, true)]
    public async Task Measure_FromTheModelsPage_ShowsTheTimesAndTheDeviceRemembersThem(ColorScheme scheme, bool phone)
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        var device = (await dashboard.DevicesAsync()).Single();
        var (name, id) = (device.GetProperty("name").GetString()!, device.GetProperty("id").GetString());
        await InstallAsync(dashboard, id!);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, dashboard.Address, phone, scheme);
        await session.LogInAsync(dashboard);
        var page = session.Page;
        var look = $"measure-{(phone ? "phone" : "desktop")}-{scheme.ToString().ToLowerInvariant()}";

        await session.GoAsync("/models", "Models");
        var clock = page.GetByRole(AriaRole.Button, new() { Name = $"Measure adder on {name}" });
        await clock.WaitForAsync();
        await Axe.CheckAsync(page, "models");
        await ModelsPageTests.PictureAsync(session, look + "-models");
        await session.AssertFitsWidthAsync();
        await clock.ClickAsync();

        var measured = page.Locator("[aria-label=Measurement]");
        await measured.WaitForAsync(new() { Timeout = 60_000 });
        await measured.GetByText("CPUExecutionProvider").WaitForAsync();
        await Axe.CheckAsync(page, "the measured job");
        await ModelsPageTests.PictureAsync(session, look + "-job");
        await session.AssertFitsWidthAsync();

        await page.GotoAsync($"/devices/{id}");
        var row = page.Locator("[data-latency=adder]");
        await row.GetByRole(AriaRole.Button, new() { Name = $"Measure again adder on {name}" }).WaitForAsync();
        await row.GetByRole(AriaRole.Link).WaitForAsync();
        await Axe.CheckAsync(page, "the device");
        await ModelsPageTests.PictureAsync(session, look + "-device");
        await session.AssertFitsWidthAsync();
    }

    private static async Task InstallAsync(DashboardProcess dashboard, string device)
    {
        using var body = new ByteArrayContent(TinyModel.Add());
        var upload = await dashboard.UploadModelAsync("adder.onnx", body);
        await dashboard.PostAsync("/api/models/install", new { deviceIds = new[] { device }, source = new { kind = "upload", upload } });
    }
}
