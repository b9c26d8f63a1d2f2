using System.Diagnostics;
using System.Reflection;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Tests.Browser;

/// <summary>A joined device says as much as it can, twice the same, and one letter at a time: every page opens all the same, and memory stays bounded.</summary>
[Collection(BrowserTests.Name)]
public sealed class HostileDevicePagesTests(BrowserFixture fixture) : IAsyncLifetime
{
    private const long MostGrowthMb = 400;
    private const int Letters = 300_000;
    private static readonly string[] s_more = ["/?view=list", "/models?view=table", "/models?view=list"];
    private readonly TemporaryDirectory _directory = new();
    private DashboardProcess _dashboard = null!;

    /// <summary>Every page whose address needs no id, but the one before signing in.</summary>
    private static IEnumerable<string> Pages => typeof(Dashboard.Components.App).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>())
        .Select(r => r.Template).Where(t => !t.Contains('{', StringComparison.Ordinal) && t != "/login").Order(StringComparer.Ordinal);

    public async ValueTask InitializeAsync() => _dashboard = await DashboardProcess.StartAsync(_directory["data"], 0, "--qaihub-emulator");

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Models_EightyThousandAndEqualRuntimes_EveryPageOpens()
    {
        var before = ResidentMb();
        // 200 runtimes with 400 models each, as fits into one message, and each runtime twice.
        RuntimeSet set = new()
        {
            Loaded = true,
            Runtimes =
            {
                Enumerable.Range(0, 200).Select(r => new Runtime
                {
                    Id = $"r{r % 100}", Name = "R", State = "Ready", TaskKinds = { TaskKindValue.LlmGenerate },
                    Models = { Enumerable.Range(0, 400).Select(m => new Model { Id = $"m{r}-{m}", Skills = { "Chat" } }) },
                }),
            },
        };
        await using var hostile = await HostileAgent.JoinAsync(_dashboard, new HostileAgent.Service { OnWatch = (beats, call) => BeatsAsync(set, beats, call) });
        string? id = null;
        await _dashboard.DeviceAsync("Hostile", d =>
        {
            id = d.GetProperty("id").GetString();
            return d.GetProperty("runtimes").GetArrayLength() > 1;
        });
        var device = (await _dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == "Hostile");
        Assert.InRange(device.GetProperty("runtimes").EnumerateArray().Sum(r => r.GetProperty("models").GetArrayLength()), 400, 500);

        await using var session = await BrowserSession.OpenAsync(fixture.Browser, _dashboard.Address);
        await session.LogInAsync(_dashboard);

        // Its name stands in the audit log too.
        await _dashboard.PostAsync($"/api/devices/{id}/drain");
        string[] paths = [.. Pages, .. s_more, $"/devices/{id}"];
        Assert.True(paths.Length > 15, string.Join(' ', paths));
        Assert.Contains("/settings/audit", paths);
        foreach (var path in paths)
        {
            await session.Page.GotoAsync(path);
            await session.Page.Locator("main h1").First.WaitForAsync();
            Assert.InRange(await session.Page.EvaluateAsync<int>("document.querySelectorAll('*').length"), 1, 12_000);
            if (path == "/settings/audit")
            {
                await session.Page.GetByText("Hostile").First.WaitForAsync();
            }
        }

        await session.GoAsync("/models?view=table", "Models");
        await session.Page.Locator("tr[data-model]").First.WaitForAsync();
        Assert.Equal(100, await session.Page.Locator("tr[data-model]").CountAsync());
        await session.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Show 100 more" }).ClickAsync();
        await session.Page.Locator("tr[data-model]").Nth(150).WaitForAsync();
        Assert.InRange(ResidentMb() - before, long.MinValue, MostGrowthMb);
    }

    [Fact]
    public async Task Output_LetterByLetter_IsFewEventsAndItsPageOpens()
    {
        await using var hostile = await HostileAgent.JoinAsync(_dashboard, new HostileAgent.Service
        {
            OnRun = async (frames, call) =>
            {
                TaskFrame letters = new() { Updates = { new TaskUpdate { Text = "x" }, new TaskUpdate { Progress = new Progress { Fraction = 0.5 } }, new TaskUpdate { Text = "y" } } };
                for (var i = 0; i < Letters / 2; i++)
                {
                    await frames.WriteAsync(letters, call.CancellationToken);
                }

                await frames.WriteAsync(new TaskFrame { Updates = { new TaskUpdate { Receipt = new TaskReceipt { RuntimeId = "system", ModelId = "echo", Accelerator = "NPU", OutputTokens = -7, AgentVersion = "0.1.0" } } } }, call.CancellationToken);
            },
        });
        string? id = null;
        await _dashboard.DeviceAsync("Hostile", d =>
        {
            id = d.GetProperty("id").GetString();
            return d.GetProperty("state").GetString() == "Online";
        });
        var job = await _dashboard.SubmitAsync(new { kind = "echo", text = "hello", policy = "FORCE_DEVICE", deviceId = id, options = new { count = 1 } });
        Assert.Equal("Succeeded", (await _dashboard.EndedAsync(job, TimeSpan.FromMinutes(2))).GetProperty("state").GetString());
        var events = await _dashboard.Client.GetStringAsync(new Uri($"/api/jobs/{job}/events", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.InRange(events.Split("event: ").Length, 2, 4_000);

        await using var session = await BrowserSession.OpenAsync(fixture.Browser, _dashboard.Address);
        await session.LogInAsync(_dashboard);
        await session.Page.GotoAsync($"/jobs/{job}");
        await session.Page.Locator("[data-lane]").First.WaitForAsync();
        Assert.DoesNotContain("-7", await session.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
    }

    private static async Task BeatsAsync(RuntimeSet set, Grpc.Core.IServerStreamWriter<Beat> beats, Grpc.Core.ServerCallContext call)
    {
        await beats.WriteAsync(new Beat { RamFreeMb = 1, Runtimes = set }, call.CancellationToken);
        while (!call.CancellationToken.IsCancellationRequested)
        {
            await beats.WriteAsync(new Beat { RamFreeMb = 1 }, call.CancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, call.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private long ResidentMb()
    {
        using var process = Process.GetProcessById(_dashboard.Process.Id);
        return process.WorkingSet64 / 1024 / 1024;
    }
}
