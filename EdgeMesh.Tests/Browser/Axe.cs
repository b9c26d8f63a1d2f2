using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>All of axe's rules, the small ones too.</summary>
public static class Axe
{
    /// <summary>Fails with every fault, its rule and the elements.</summary>
    /// <param name="what">The page or state, for the message.</param>
    /// <param name="rules">These only; all when there are none.</param>
    public static async Task CheckAsync(IPage page, string what, params string[] rules)
    {
        // Colours fade in; a check in between would read a contrast that nobody sees.
        await page.EvaluateAsync("Promise.all(document.getAnimations().filter(a => a.effect?.getTiming().iterations !== Infinity).map(a => a.finished.catch(() => {})))");
        var found = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations], RunOnly = rules is [] ? null : new RunOnlyOptions { Type = "rule", Values = [.. rules] } });
        var faults = found.Violations.Select(v => $"{v.Id} ({v.Impact}): {v.Help}\n" + string.Join('\n', v.Nodes.Take(4).Select(n => "  " + n.Html)));
        Assert.True(found.Violations.Length == 0, $"{what}:\n{string.Join('\n', faults)}");
    }
}
