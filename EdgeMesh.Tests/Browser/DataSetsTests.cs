using System.Text.Json;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Data sets from the page alone, with the emulator: pictures become one, which quantizes a model, calibrates a compile job and runs what was compiled; a cut picture is refused by name.</summary>
[Collection(BrowserTests.Name)]
public sealed class DataSetsTests(BrowserFixture fixture) : IAsyncLifetime
{
    private const float Patience = 90_000;
    private static readonly string s_digits = Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "QaiHub", "Fixtures", "digits.onnx");
    private MeshHost _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await MeshHost.StartWithPagesAsync(
        ("EdgeMesh:QaiHub:Emulator", "true"), ("EdgeMesh:QaiHub:EmulatorSpeed", "1000"), ("EdgeMesh:QaiHub:GapMs", "1"));

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Pictures_QuantizeCompileAndRun_FromThePage()
    {
        var model = await ModelAsync();
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, _mesh.Address);
        await session.LogInAsync(_mesh.LoginUrl);
        var page = session.Page;
        page.SetDefaultTimeout(Patience);

        await session.GoAsync("/qaihub/data", "QAI Hub");
        await page.GetByText("No data set yet").WaitForAsync();
        await page.Locator("#ds-model").SelectOptionAsync(model);
        var picture = Pngs.Make(20, 12, Pngs.Colour, 8, y => [.. Enumerable.Range(0, 60).Select(x => (byte)(x * y))]);
        await ChooseAsync(page, Png("cut.png", picture[..^30]), Png("whole.png", picture));
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await page.GetByRole(AriaRole.Alert).GetByText("cut.png is cut off: it ends before the picture does.").WaitForAsync();

        await ChooseAsync(page, Png("first.png", picture), Png("second.png", picture));
        await page.Locator("#ds-name").FillAsync("calibration");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "calibration", Level = 1 }).WaitForAsync();
        await page.GetByText("2 pictures, cropped to 8 × 8, grey, values 0 to 1").WaitForAsync();
        var set = page.Url;

        // It was made for this model, so that is chosen.
        await page.GetByRole(AriaRole.Button, new() { Name = "Quantize", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Quantize job" }).WaitForAsync();
        await page.Locator("[data-state='Done']").WaitForAsync();

        await page.GotoAsync($"/qaihub/compile?model={model}&device={Uri.EscapeDataString("Snapdragon X Elite CRD|11")}");
        await page.Locator("#qc-data").SelectOptionAsync(set[(set.LastIndexOf('/') + 1)..]);
        await page.GetByText("Ready to send").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Compile and profile" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Compile job" }).WaitForAsync();
        await page.Locator("[data-state='Done']").WaitForAsync();
        await page.Locator($"a[href='{new Uri(set).AbsolutePath.TrimStart('/')}']").WaitForAsync();

        await page.GotoAsync(set);
        await page.GetByRole(AriaRole.Radio, new() { Name = "Run a model" }).ClickAsync();
        await page.Locator("#du-model option", new() { HasText = "optimized_onnx" }).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        var compiled = await page.Locator("#du-model option", new() { HasText = "optimized_onnx" }).First.GetAttributeAsync("value");
        await page.Locator("#du-model").SelectOptionAsync(compiled!);
        await page.Locator("#qc-device").FillAsync("x elite crd");
        await page.Locator("[data-device^='Snapdragon X Elite CRD']").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run it" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Inference job" }).WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the data set" }).ClickAsync();
        await page.GetByText("Outputs of the").WaitForAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download .h5" }).ClickAsync());
        Assert.Equal(["probabilities Float32 1,10"], Hdf5.Names(await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken)));
    }

    private static FilePayload Png(string name, byte[] bytes) => new() { Name = name, MimeType = "image/png", Buffer = bytes };

    private static async Task ChooseAsync(IPage page, params FilePayload[] files)
    {
        await page.GetByLabel("Choose data files").ChooseAsync(files);
        await page.GetByText($"{files[0].Name}, {files[1].Name}, ").WaitForAsync();
    }

    private async Task<string> ModelAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/qaihub/models/uploads?name=digits.onnx") { Content = new ByteArrayContent(await File.ReadAllBytesAsync(s_digits, TestContext.Current.CancellationToken)) };
        request.Content.Headers.ContentType = new("application/octet-stream");
        var (_, kept) = await _mesh.SendAsync(request);
        await _mesh.PostAsync("/api/qaihub/models", JsonSerializer.Serialize(new { upload = kept.GetProperty("upload").GetString() }));
        return await Until.NotNullAsync("the model", async () => (await _mesh.GetAsync("/api/qaihub/transfers")).EnumerateArray().Select(t => t.GetProperty("modelId").GetString()).FirstOrDefault(m => m is not null));
    }
}
