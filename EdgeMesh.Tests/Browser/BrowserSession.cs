using System.Collections.Concurrent;
using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>One browser for all browser tests.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    // Milliseconds: a condition that holds is seen at once; a busy machine takes its time until it does.
    private const float Patience = 30_000;
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        Browser = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<BrowserFixture>
{
    public const string Name = "Browser";
}

/// <summary>
/// One person's browser window. It collects every console error, page error and request to another host; disposing fails the test
/// when there was any.
/// </summary>
public sealed class BrowserSession : IAsyncDisposable
{
    // What Blazor answers to an event of an element that was taken away while the event was on its way (aspnetcore #26838 and its kin). Where the event
    // mattered, the test waits for its effect in vain.
    private const string LateEvent = "There is no event handler associated with this event.";
    private static readonly string[] LocalSchemes = ["data", "blob", "about"];
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly string _host;

    private BrowserSession(IBrowserContext context, IPage page, Uri address)
    {
        _context = context;
        Page = page;
        _host = address.Authority;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _faults.Enqueue($"console: {message.Text} {message.Location}");
            }
        };
        page.PageError += (_, error) =>
        {
            if (!error.Contains(LateEvent, StringComparison.Ordinal))
            {
                _faults.Enqueue($"page error: {error}");
            }
        };
        page.Request += (_, request) => Check(request.Url);
        page.WebSocket += (_, socket) => Check(socket.Url);
    }

    public IPage Page { get; }

    /// <summary>Faults seen so far.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Faults that a test causes on purpose (a stopped dashboard) are forgotten here.</summary>
    public void ForgetFaults() => _faults.Clear();

    /// <summary>The browser logs every document that is a 404.</summary>
    public void ForgetFaultsOf(string page)
    {
        if (page == "not-found")
        {
            ForgetFaults();
        }
    }

    public static async Task<BrowserSession> OpenAsync(IBrowser browser, Uri address, bool phone = false, ColorScheme scheme = ColorScheme.Dark, bool ignoreCertificates = false)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ColorScheme = scheme,
            IgnoreHTTPSErrors = ignoreCertificates,
            ViewportSize = phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1440, Height = 900 },
            DeviceScaleFactor = phone ? 2 : 1,
            HasTouch = phone,
            IsMobile = phone,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        return new BrowserSession(context, await context.NewPageAsync(), address);
    }

    /// <summary>Opens the printed login link and waits for the live Fleet page.</summary>
    public Task LogInAsync(DashboardProcess dashboard) => LogInAsync(dashboard.LoginUrl);

    /// <inheritdoc cref="LogInAsync(DashboardProcess)"/>
    public async Task LogInAsync(Uri link)
    {
        await Page.GotoAsync(link.ToString());
        await Page.GetByRole(AriaRole.Heading, new() { Name = "Fleet", Level = 1 }).WaitForAsync();
    }

    /// <summary>Goes to a page and waits until its circuit answers.</summary>
    public async Task GoAsync(string path, string heading)
    {
        await Page.GotoAsync(path);
        await Page.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 }).First.WaitForAsync();
    }

    /// <summary>A picture for people to look at, in TestResults/screenshots or EDGEMESH_SCREENSHOTS.</summary>
    public async Task PictureAsync(string name)
    {
        var folder = Environment.GetEnvironmentVariable("EDGEMESH_SCREENSHOTS")
            ?? Path.Combine(BuiltPrograms.RepositoryRoot, "TestResults", "screenshots");
        Directory.CreateDirectory(folder);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), Animations = ScreenshotAnimations.Disabled });
    }

    /// <summary>Nothing may stick out of the window sideways.</summary>
    public async Task AssertFitsWidthAsync()
    {
        var overflow = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(overflow <= 0, $"{Page.Url} is {overflow} px wider than the window.");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.True(_faults.IsEmpty, string.Join('\n', _faults));
    }

    private void Check(string url)
    {
        var uri = new Uri(url);
        if (!LocalSchemes.Contains(uri.Scheme) && uri.Authority != _host)
        {
            _faults.Enqueue($"foreign host: {url}");
        }
    }
}
