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
        var at = await group.EvaluateAsync<int>(Focused);
        foreach (var (key, step) in (IEnumerable<(string, int)>)[("ArrowRight", 1), ("ArrowDown", 1), ("ArrowLeft", -1), ("ArrowUp", -1), .. Enumerable.Repeat(("ArrowRight", 1), count)])
        {
            at = (at + step + count) % count;
            await group.Page.Keyboard.PressAsync(key);
            await Until.TrueAsync(
                $"{label} to have choice {at} after {key}",
                async () => await group.EvaluateAsync<int>(Checked) == at && await group.EvaluateAsync<int>(Focused) == at);
        }
    }
}
