using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.JSInterop;

namespace EdgeMesh.Dashboard.Components;

/// <summary>
/// Times as the person who looks at the page reads a clock: in the browser's time zone, which may be another one than this computer's. Until the
/// browser has told its zone, and when it does not, this computer's zone is used and named. One per window.
/// </summary>
public sealed class BrowserTime(TimeProvider time)
{
    private TimeZoneInfo? _zone;

    /// <summary>Whether the browser was asked.</summary>
    public bool IsAsked { get; private set; }

    private TimeZoneInfo Zone => _zone ?? time.LocalTimeZone;

    /// <summary>Asks the browser for its zone; never throws.</summary>
    public async Task AskAsync(IJSRuntime js)
    {
        ArgumentNullException.ThrowIfNull(js);
        try
        {
            Use(await js.InvokeAsync<ZoneAnswer?>("edgemesh.zone"));
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or TaskCanceledException or InvalidOperationException)
        {
            // An old script, or a window that is gone: this computer's zone stays, and is named.
        }

        IsAsked = true;
    }

    /// <summary><c>14:03</c></summary>
    public string Minutes(DateTimeOffset at) => Format(at, "HH:mm");

    /// <summary><c>14:03:27</c></summary>
    public string Seconds(DateTimeOffset at) => Format(at, "HH:mm:ss");

    /// <summary><c>2026-03-14</c></summary>
    public string Date(DateTimeOffset at) => Local(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary><c>2026-03-14 14:03</c></summary>
    public string DateMinutes(DateTimeOffset at) => Format(at, "yyyy-MM-dd HH:mm");

    /// <summary><c>2026-03-14 14:03:27</c></summary>
    public string Stamp(DateTimeOffset at) => Format(at, "yyyy-MM-dd HH:mm:ss");

    /// <summary>The day on that person's calendar.</summary>
    public DateOnly Day(DateTimeOffset at) => DateOnly.FromDateTime(Local(at).Date);

    private DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    private string Format(DateTimeOffset at, string format)
    {
        var local = Local(at);
        var text = local.ToString(format, CultureInfo.InvariantCulture);
        return _zone is not null ? text : local.Offset == TimeSpan.Zero ? $"{text} UTC" : $"{text} UTC{local.ToString("zzz", CultureInfo.InvariantCulture)}";
    }

    private void Use(ZoneAnswer? answer)
    {
        if (answer is null)
        {
            return;
        }

        if (answer.Name is { Length: > 0 and <= 100 } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            _zone = zone;
        }
        else if (Math.Abs(answer.OffsetMinutes) <= 14 * 60)
        {
            // This computer has no table of zones, as small containers: the offset that is right now is right enough.
            _zone = TimeZoneInfo.CreateCustomTimeZone("browser", TimeSpan.FromMinutes(answer.OffsetMinutes), "browser", "browser");
        }
    }

    /// <param name="Name">IANA, such as <c>Asia/Tokyo</c>.</param>
    /// <param name="OffsetMinutes">East of UTC, now.</param>
    private sealed record ZoneAnswer([property: JsonPropertyName("name")] string? Name, [property: JsonPropertyName("offsetMinutes")] int OffsetMinutes);
}
