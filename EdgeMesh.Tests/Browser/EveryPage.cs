using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Every page and state that is looked at as a whole: how to come there, and what shows that it is all there.</summary>
public static class EveryPage
{
    private static readonly Dictionary<string, Func<LongNamesMesh, IPage, Task>> s_ways = new()
    {
        ["login"] = (_, page) => LogInAsync(page, "/login", "#token"),
        ["login-refused"] = (_, page) => LogInAsync(page, "/login?error=throttled&returnUrl=%2Fjobs", "#login-error"),
        ["fleet"] = (_, page) => OpenAsync(page, "/", "[data-device]"),
        ["fleet-as-list"] = (_, page) => OpenAsync(page, "/?view=list", ".fl-row"),
        ["device"] = (mesh, page) => OpenAsync(page, mesh.Paths["device"], "#attempts"),
        ["device-gone"] = (mesh, page) => OpenAsync(page, mesh.Paths["device-gone"], ".dev-note"),
        ["new"] = (_, page) => WriteAsync(page, "Summarize", ".cost tr[data-verdict]"),
        ["new-chat"] = (_, page) => WriteAsync(page, "Chat", ".cost tr[data-verdict]"),
        ["new-refused"] = (_, page) => WriteAsync(page, "Image", "[data-refused]"),
        ["new-system"] = (_, page) => WriteAsync(page, "System info", ".cost tr[data-verdict]"),
        ["jobs"] = (_, page) => OpenAsync(page, "/jobs", "a[data-row]"),
        ["job-done"] = (mesh, page) => OpenAsync(page, mesh.Paths["job-done"], ".em-read"),
        ["job-code"] = (mesh, page) => OpenAsync(page, mesh.Paths["job-code"], ".em-read"),
        ["job-parts"] = (mesh, page) => OpenAsync(page, mesh.Paths["job-parts"], "[data-lane]"),
        ["job-measured"] = (mesh, page) => OpenAsync(page, mesh.Paths["job-measured"], "[aria-label=Measurement]"),
        ["job-failed"] = (mesh, page) => OpenAsync(page, mesh.Paths["job-failed"], "[data-lane]"),
        ["job-cancelled"] = (mesh, page) => OpenAsync(page, mesh.Paths["job-cancelled"], ".jr-cut"),
        ["job-reasoning"] = async (mesh, page) =>
        {
            await OpenAsync(page, mesh.Paths["job-reasoning"], ".jr-think summary");
            await page.Locator(".jr-think summary").ClickAsync();
            await page.Locator(".jr-thought").WaitForAsync();
        },
        ["job-pictures"] = async (mesh, page) =>
        {
            await OpenAsync(page, mesh.Paths["job-pictures"], ".jr-files img");
            await page.WaitForFunctionAsync("() => [...document.querySelectorAll('.jr-files img')].every(i => { i.loading = 'eager'; return i.complete && i.naturalWidth > 1; })");
        },
        ["job-running"] = (mesh, page) => OpenAsync(page, mesh.Paths["job-running"], ".em-live"),
        ["models"] = (_, page) => OpenAsync(page, "/models", "tr[data-model]"),
        ["models-as-list"] = (_, page) => OpenAsync(page, "/models?view=list", "[data-model]"),
        ["qaihub"] = (_, page) => OpenAsync(page, "/qaihub", "tr[data-device]"),
        ["qaihub-device"] = async (_, page) =>
        {
            await OpenAsync(page, "/qaihub", "tr[data-device]");
            await page.Locator("tr[data-device] button").First.ClickAsync();
            await page.Locator(".qh-drawer").WaitForAsync();
        },
        ["qaihub-zoo"] = (_, page) => OpenAsync(page, "/qaihub/zoo", "main table, main article, main li"),
        ["qaihub-zoo-model"] = async (_, page) =>
        {
            await OpenAsync(page, "/qaihub/zoo", "a[href^='qaihub/zoo/']");
            await page.Locator("main a[href^='qaihub/zoo/']").First.ClickAsync();
            await page.Locator(".zb-g button").First.WaitForAsync();
        },
        ["qaihub-models"] = (_, page) => OpenAsync(page, "/qaihub/models", "tr[data-model]"),
        ["qaihub-data"] = (_, page) => OpenAsync(page, "/qaihub/data", "tr[data-dataset]"),
        ["qaihub-data-arrays"] = (_, page) => MakeDataAsync(page, "NumPy files", "input[type=file][accept*=npz]"),
        ["qaihub-data-random"] = (_, page) => MakeDataAsync(page, "Random numbers", "#ds-entries"),
        ["qaihub-dataset"] = (mesh, page) => OpenAsync(page, mesh.Paths["hub-data"], ".qsv tbody tr"),
        ["qaihub-dataset-run"] = async (mesh, page) =>
        {
            await OpenAsync(page, mesh.Paths["hub-data"], ".qsv tbody tr");
            await ChooseAsync(page, "Run a model", "#qc-device");
        },
        ["qaihub-outputs"] = (mesh, page) => OpenAsync(page, mesh.Paths["hub-outputs"], "#du-model"),
        ["qaihub-compile"] = (_, page) => OpenAsync(page, "/qaihub/compile", ".qc-runtimes"),
        ["qaihub-jobs"] = (_, page) => OpenAsync(page, "/qaihub/jobs", "[data-job]"),
        ["qaihub-everyone"] = async (_, page) =>
        {
            await OpenAsync(page, "/qaihub/jobs", "[data-job]");
            await page.GetByRole(AriaRole.Button, new() { Name = "Everyone's" }).ClickAsync();
            await page.GetByLabel("Project").WaitForAsync();
        },
        ["qaihub-job"] = (mesh, page) => OpenAsync(page, mesh.Paths["hub-job"], ".stps"),
        ["qaihub-inference"] = (mesh, page) => OpenAsync(page, mesh.Paths["hub-inference"], "#outputs"),
        ["qaihub-profile"] = (mesh, page) => OpenAsync(page, mesh.Paths["hub-profile"], ".qp-stats"),
        ["qaihub-connection"] = (_, page) => OpenAsync(page, "/qaihub/connection", ".qh-checks li"),
        ["settings"] = (_, page) => OpenAsync(page, "/settings", ".set-list li"),
        ["audit"] = (_, page) => OpenAsync(page, "/settings/audit", "tr[data-action]"),
        ["not-found"] = (_, page) => OpenAsync(page, "/not-found", ".em-empty"),
    };

    public static TheoryData<string> Names => [.. s_ways.Keys];

    /// <summary>Opens it and waits for what it is about.</summary>
    public static async Task OpenAsync(this LongNamesMesh mesh, IPage page, string name)
    {
        await s_ways[name](mesh, page);
        await page.EvaluateAsync("document.fonts.ready.then(() => true)");
    }

    private static async Task OpenAsync(IPage page, string path, string sign)
    {
        await page.GotoAsync(path);
        await page.Locator(sign).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    // Who is signed in is led on from the login page.
    private static async Task LogInAsync(IPage page, string path, string sign)
    {
        await page.Context.ClearCookiesAsync();
        await OpenAsync(page, path, sign);
    }

    private static async Task MakeDataAsync(IPage page, string source, string sign)
    {
        await OpenAsync(page, "/qaihub/data", "tr[data-dataset]");
        await ChooseAsync(page, source, sign);
    }

    // A button in the role of a radio is chosen when the server has answered.
    private static async Task ChooseAsync(IPage page, string name, string sign)
    {
        await page.GetByRole(AriaRole.Radio, new() { Name = name, Exact = true }).ClickAsync();
        await page.Locator(sign).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    private static async Task WriteAsync(IPage page, string kind, string sign)
    {
        await OpenAsync(page, "/new", ".nj-kinds input");
        await page.GetByRole(AriaRole.Radio, new() { Name = kind, Exact = true }).CheckAsync();
        if (kind != "System info")
        {
            await page.Locator("#text").FillAsync(Articles.TidalMill);
        }

        await page.Locator(sign).First.WaitForAsync();
    }
}
