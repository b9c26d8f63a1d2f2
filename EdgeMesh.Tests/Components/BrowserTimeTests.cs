using EdgeMesh.Dashboard.Components;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Microsoft.JSInterop;

namespace EdgeMesh.Tests.Components;

/// <summary>Times on pages are the browser's, whatever the dashboard's own zone is.</summary>
public sealed class BrowserTimeTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 14, 16, 59, 53, TimeSpan.Zero);

    [Theory]
    [InlineData("Asia/Tokyo", 540, "2026-03-15 01:59:53")]
    [InlineData("America/St_Johns", -150, "2026-03-14 14:29:53")]
    [InlineData("Asia/Kathmandu", 345, "2026-03-14 22:44:53")]
    [InlineData("UTC", 0, "2026-03-14 16:59:53")]
    [InlineData("Mars/Olympus", 90, "2026-03-14 18:29:53")]
    [InlineData(null, -60, "2026-03-14 15:59:53")]
    [InlineData("../../etc/passwd", 60, "2026-03-14 17:59:53")]
    public async Task Stamp_BrowsersZone_IsWhatItsClockShows(string? name, int offsetMinutes, string expected)
    {
        var zone = await AskedAsync($"{{\"name\":{(name is null ? "null" : $"\"{name}\"")},\"offsetMinutes\":{offsetMinutes}}}");
        Assert.Equal(expected, zone.Stamp(At));
        Assert.Equal(expected[11..], zone.Seconds(At));
        Assert.Equal(expected[11..16], zone.Minutes(At));
        Assert.Equal(expected[..10], zone.Date(At));
        Assert.Equal(expected[..10], zone.Day(At).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Stamp_SummerAndWinter_EachHasItsOwnOffset()
    {
        var zone = await AskedAsync("{\"name\":\"Europe/Berlin\",\"offsetMinutes\":60}");
        Assert.Equal("2026-03-14 17:59:53", zone.Stamp(At));
        Assert.Equal("2026-07-14 18:59:53", zone.Stamp(At.AddMonths(4)));
    }

    [Theory]
    [InlineData(0, "16:59:53 UTC")]
    [InlineData(9, "01:59:53 UTC+09:00")]
    public async Task Seconds_BrowserDoesNotSay_NamesThisComputersZone(int hours, string expected)
    {
        var time = new FakeTimeProvider(At);
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("here", TimeSpan.FromHours(hours), "here", "here"));
        var zone = new BrowserTime(time);
        await zone.AskAsync(new AnsweringJs(null));
        Assert.True(zone.IsAsked);
        Assert.Equal(expected, zone.Seconds(At));
    }

    [Fact]
    public void Sources_OfTheDashboard_NeverShowThisComputersTime()
    {
        var dashboard = Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Dashboard");
        var files = Directory.EnumerateFiles(dashboard, "*.*", SearchOption.AllDirectories)
            .Where(f => (f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal)) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        Assert.Empty(files.Where(f => File.ReadAllText(f) is var text && (text.Contains("ToLocalTime(", StringComparison.Ordinal) || text.Contains(".LocalDateTime", StringComparison.Ordinal))).Select(f => Path.GetRelativePath(dashboard, f)));
    }

    private static async Task<BrowserTime> AskedAsync(string json)
    {
        var js = new AnsweringJs(json);
        var zone = new BrowserTime(new FakeTimeProvider(At));
        await zone.AskAsync(js);
        return zone;
    }

    // What the browser sends goes through the same reading as in a circuit.
    private sealed class AnsweringJs(string? json) : IJSRuntime
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, CancellationToken.None, args);

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            json is null ? throw new JSException("There is no such function.") : ValueTask.FromResult(System.Text.Json.JsonSerializer.Deserialize<TValue>(json, System.Text.Json.JsonSerializerOptions.Web)!);
    }
}
