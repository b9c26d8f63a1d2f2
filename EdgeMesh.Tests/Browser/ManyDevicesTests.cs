using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Models and Fleet over fifty devices.</summary>
[Collection(BrowserTests.Name)]
public sealed class ManyDevicesTests(BrowserFixture fixture)
{
    private const int Devices = 50;
    private static readonly int[] s_widths = [1440, 1024, 720, 390, 320];

    [Fact]
    public async Task ModelsAndFleet_OfFiftyDevices_AreFilteredSortedAndFit()
    {
        await using var mesh = await MeshHost.StartWithPagesAsync();
        FakeDevice? last = null;
        for (var i = 0; i < Devices; i++)
        {
            // One model and the built-in one are everywhere, one on every second device, and each device has one of its own.
            last = await mesh.JoinAsync($"Device {i:00}", true, Engine(i));
            await mesh.Services.GetRequiredService<ILinkSink>().BeatAsync(mesh.Links.Find(last.Id)!, Samples.Telemetry() with { At = TimeProvider.System.GetUtcNow(), CpuPercent = i * 37 % Devices }, null, 0.5);
        }

        await mesh.CutAsync(last!);
        await using var session = await BrowserSession.OpenAsync(fixture.Browser, mesh.Address);
        var page = session.Page;
        await session.LogInAsync(mesh.LoginUrl);
        await FleetAsync(page);
        await session.GoAsync("/models", "Models");
        var rows = page.Locator("[data-model]");
        await Assertions.Expect(rows).ToHaveCountAsync(Devices + 3);
        foreach (var width in s_widths)
        {
            await page.SetViewportSizeAsync(width, 900);
            Assert.Empty(await page.EvaluateAsync<string[]>(Overflow.Script));
        }

        await page.SetViewportSizeAsync(1440, 900);
        await Axe.CheckAsync(page, "models of fifty devices");
        await page.GetByLabel("Order").SelectOptionAsync("Devices");
        await Assertions.Expect(rows.Nth(2)).ToHaveAttributeAsync("data-model", "every-second:3b");

        // Of a device: what it has, and no more.
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("device 07");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await page.WaitForURLAsync("**/models?sort=Devices&find=device%2007");
        await page.GetByLabel("Skill").SelectOptionAsync("Code");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows.First).ToHaveAttributeAsync("data-model", "own-07:1b");
        await page.GoBackAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(3);

        // The fifty places of one model open below it, and stay in its card.
        await page.GetByRole(AriaRole.Button, new() { Name = "everywhere:8b: on 50 of 50 devices" }).ClickAsync();
        await Assertions.Expect(page.Locator(".ml-places li")).ToHaveCountAsync(Devices);
        foreach (var width in s_widths)
        {
            await page.SetViewportSizeAsync(width, 900);
            Assert.Empty(await page.EvaluateAsync<string[]>(Overflow.Script));
        }
    }

    // So many are a list by themselves, of which only what is in the window is drawn.
    private static async Task FleetAsync(IPage page)
    {
        var rows = page.Locator(".fl-row");
        var count = page.GetByRole(AriaRole.Status).Filter(new() { HasText = "devices" });
        await Assertions.Expect(count).ToHaveTextAsync("50 devices");
        foreach (var width in s_widths)
        {
            await page.SetViewportSizeAsync(width, 900);
            Assert.Empty(await page.EvaluateAsync<string[]>(Overflow.Script));
        }

        await page.SetViewportSizeAsync(1440, 900);
        await Axe.CheckAsync(page, "fleet of fifty devices");

        // By load the busiest first and, turned round, last; 37 × 27 leaves 49 of 50.
        await page.GetByRole(AriaRole.Button, new() { Name = "Load", Exact = true }).ClickAsync();
        await Assertions.Expect(rows.First).ToHaveAttributeAsync("data-device", "Device 27");
        await page.WaitForURLAsync("**/?sort=Load");
        await page.GetByRole(AriaRole.Button, new() { Name = "Load ↓" }).ClickAsync();
        await Assertions.Expect(rows.First).ToHaveAttributeAsync("data-device", "Device 00");

        await page.GetByLabel("Which devices").SelectOptionAsync("Needs attention");
        await Assertions.Expect(count).ToHaveTextAsync("1 of 50 devices");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToHaveAttributeAsync("data-device", "Device 49");
        await page.GetByLabel("Which devices").SelectOptionAsync("All devices");
        await Assertions.Expect(count).ToHaveTextAsync("50 devices");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("own-07");
        await Assertions.Expect(count).ToHaveTextAsync("1 of 50 devices");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToHaveAttributeAsync("data-device", "Device 07");
        await page.Locator("[data-search]").FillAsync("nothing like it");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all devices" }).ClickAsync();
        await Assertions.Expect(count).ToHaveTextAsync("50 devices");
    }

    private static RuntimeInfo Engine(int device)
    {
        List<ModelInfo> models = [new("everywhere:8b", [Skill.Chat], 5L << 30, 131_072, 4), new($"own-{device:00}:1b", [Skill.Chat, Skill.Code], 1L << 30, 131_072, 2)];
        if (device % 2 == 0)
        {
            models.Add(new("every-second:3b", [Skill.Chat], 2L << 30, 131_072, 3));
        }

        return new("ollama", "Ollama", RuntimeState.Ready, null, [.. models], [TaskKind.LlmGenerate], null);
    }
}
