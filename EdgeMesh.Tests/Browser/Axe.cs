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
        var options = new AxeRunOptions { ResultTypes = [ResultType.Violations], RunOnly = rules is [] ? null : new RunOnlyOptions { Type = "rule", Values = [.. rules] } };
        string[] before = [];
        do
        {
            // Colours fade in; a check in between would read a contrast that nobody sees. A fault is one that is still there when it is looked for again.
            await page.EvaluateAsync("Promise.all(document.getAnimations().filter(a => a.effect?.getTiming().iterations !== Infinity).map(a => a.finished.catch(() => {})))");
            var found = (await page.RunAxe(options)).Violations;
            var faults = found.Where(v => before.Contains(v.Id)).Select(v => $"{v.Id} ({v.Impact}): {v.Help}\n" + string.Join('\n', v.Nodes.Take(4).Select(n => "  " + n.Html))).ToList();
            Assert.True(faults.Count == 0, $"{what}:\n{string.Join('\n', faults)}");
            before = [.. found.Select(v => v.Id)];
        }
        while (before.Length > 0);
    }
}
