using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Every dialog: the page it belongs to, and what opens it there.</summary>
public static class EveryDialog
{
    private static readonly Dictionary<string, (string Page, Func<IPage, ILocator> Opener)> s_ways = new()
    {
        ["palette"] = ("fleet", page => page.Locator("button.cmd")),
        ["add-device"] = ("fleet", page => page.GetByRole(AriaRole.Button, new() { Name = "Add a device" }).First),
        ["rename"] = ("device", page => page.GetByRole(AriaRole.Button, new() { Name = "Rename" })),
        ["forget"] = ("device-gone", page => page.GetByRole(AriaRole.Button, new() { Name = "Forget" })),
        ["delete-key"] = ("settings", page => page.Locator("section:has(#keys) .set-list button").First),
        ["delete-job"] = ("job-done", page => page.GetByRole(AriaRole.Button, new() { Name = "Delete this job" })),
        ["deploy"] = ("qaihub-job", page => page.GetByRole(AriaRole.Button, new() { Name = "Deploy to…" })),
        ["zoo-get"] = ("qaihub-zoo-model", page => page.Locator(".zb-g button").First),
    };

    public static TheoryData<string> Names => [.. s_ways.Keys];

    /// <summary>Opens it by the keyboard, and waits until it listens to Escape.</summary>
    /// <returns>What opened it.</returns>
    public static async Task<ILocator> OpenDialogAsync(this LongNamesMesh mesh, IPage page, string name)
    {
        var (where, opener) = s_ways[name];
        await mesh.OpenAsync(page, where);
        var button = opener(page);
        await button.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".mud-dialog .dlg").WaitForAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('.palette') || [...document.querySelectorAll('.mud-dialog-container, .mud-dialog-container *')].some(e => e.mudKeyInterceptor)");
        if (name is "add-device" or "deploy")
        {
            await page.Locator(name == "deploy" ? ".qd-places li" : ".dlg .term code").First.WaitForAsync();
        }

        return button;
    }
}
