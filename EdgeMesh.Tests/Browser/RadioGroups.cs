using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>What everybody who uses a keyboard expects of a group of radio buttons.</summary>
public static class RadioGroups
{
    private const string Checked = "g => [...g.querySelectorAll('[role=radio], input[type=radio]')].findIndex(r => r.matches('[aria-checked=true], :checked'))";
    private const string Focused = "g => [...g.querySelectorAll('[role=radio], input[type=radio]')].indexOf(document.activeElement)";

    /// <summary>One tab stop, and the four arrows move focus and choice together, around the ends too.</summary>
    public static async Task CheckAsync(ILocator group)
    {
        var label = await group.EvaluateAsync<string>("g => g.getAttribute('aria-label') ?? g.getAttribute('aria-labelledby')");
        var count = await group.EvaluateAsync<int>("g => g.querySelectorAll('[role=radio], input[type=radio]').length");
        Assert.True(count > 1, $"{label} has {count} choices.");
        var stops = await group.EvaluateAsync<int>("g => [...g.querySelectorAll('[role=radio]')].filter(r => r.tabIndex >= 0).length");
        Assert.True(stops <= 1, $"{label} has {stops} tab stops.");
        await group.EvaluateAsync("g => (g.querySelector('[aria-checked=true], :checked') ?? g.querySelector('[role=radio], input')).focus()");
        var at = await FirstAnswerAsync(group, await group.EvaluateAsync<int>(Focused), count);
        foreach (var (key, step) in (IEnumerable<(string, int)>)[("ArrowDown", 1), ("ArrowLeft", -1), ("ArrowUp", -1), .. Enumerable.Repeat(("ArrowRight", 1), count)])
        {
            at = (at + step + count) % count;
            await group.Page.Keyboard.PressAsync(key);
            await Until.TrueAsync($"{label} to have choice {at} after {key}", () => IsAtAsync(group, at));
        }
    }

    // The first arrow may come before MudBlazor listens to this group: a person presses it once more when nothing moves.
    private static async Task<int> FirstAnswerAsync(ILocator group, int start, int count)
    {
        var next = (start + 1) % count;
        for (var presses = 0; presses < 5 && !await IsAtAsync(group, next); presses++)
        {
            await group.Page.Keyboard.PressAsync("ArrowRight");
            await Record.ExceptionAsync(() => Until.TrueAsync("the choice to move", () => IsAtAsync(group, next), TimeSpan.FromSeconds(5)));
        }

        Assert.True(await IsAtAsync(group, next), $"Five presses of ArrowRight did not move choice {start} to {next}.");
        return next;
    }

    private static async Task<bool> IsAtAsync(ILocator group, int choice) =>
        await group.EvaluateAsync<int>(Checked) == choice && await group.EvaluateAsync<int>(Focused) == choice;
}
