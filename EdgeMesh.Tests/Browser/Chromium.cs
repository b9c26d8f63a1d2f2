using System.Diagnostics;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>
/// Finds a Chromium, or installs one: EDGEMESH_CHROMIUM, an installed browser, Playwright's own download, then Debian's package
/// (as root). Fails loudly with everything it tried.
/// </summary>
public static class Chromium
{
    private static readonly string[] InstalledPaths =
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
        @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];

    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        List<string> tried = [];
        foreach (var find in (Func<IPlaywright, (string What, string? Path)>[])[FromEnvironment, Installed, PlaywrightsOwn, DebianPackage])
        {
            var (what, path) = find(playwright);
            if (path is null)
            {
                tried.Add(what);
                continue;
            }

            return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = Flags });
        }

        throw new InvalidOperationException("No Chromium for the browser tests. Tried: " + string.Join("; ", tried));
    }

    private static (string, string?) FromEnvironment(IPlaywright playwright)
    {
        var path = Environment.GetEnvironmentVariable("EDGEMESH_CHROMIUM");
        return ("EDGEMESH_CHROMIUM (not set, or no such file)", File.Exists(path) ? path : null);
    }

    private static (string, string?) Installed(IPlaywright playwright) =>
        ("an installed Chromium, Chrome or Edge", InstalledPaths.FirstOrDefault(File.Exists));

    private static (string, string?) PlaywrightsOwn(IPlaywright playwright)
    {
        if (!File.Exists(playwright.Chromium.ExecutablePath))
        {
            _ = Microsoft.Playwright.Program.Main(["install", "chromium"]);
        }

        return ("Playwright's own download", File.Exists(playwright.Chromium.ExecutablePath) ? playwright.Chromium.ExecutablePath : null);
    }

    private static (string, string?) DebianPackage(IPlaywright playwright)
    {
        const string Path = "/usr/bin/chromium";
        if (!File.Exists("/usr/bin/apt-get") || !Environment.IsPrivilegedProcess)
        {
            return ("apt-get install chromium (needs root on Debian or Ubuntu)", null);
        }

        Run("apt-get", "update");
        Run("apt-get", "install", "-y", "--no-install-recommends", "chromium");
        return ("apt-get install chromium", File.Exists(Path) ? Path : null);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" } })!;
        process.WaitForExit();
    }
}
