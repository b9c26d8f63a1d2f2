using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>The Models page over fifty devices.</summary>
[Collection(BrowserTests.Name)]
public sealed class ManyDevicesTests(BrowserFixture fixture)
{
    private const int Devices = 50;
    private static readonly int[] s_widths = [1440, 1024, 720, 390, 320];

    [Fact]
    public async Task Models_OfFiftyDevices_AreFilteredSortedAndFit()
    {
        await using var mesh = await MeshHost.StartWithPagesAsync();
        for (var i = 0; i < Devices; i++)
        {
            // One model and the built-in one are everywhere, one on every second device, and each device has one of its own.
            await mesh.JoinAsync($"Device {i:00}", true, Engine(i));
        }

        await using var session = await BrowserSession.OpenAsync(fixture.Browser, mesh.Address);
        var page = session.Page;
        await session.LogInAsync(mesh.LoginUrl);
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
