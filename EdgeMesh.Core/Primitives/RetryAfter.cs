namespace EdgeMesh.Core.Primitives;

/// <summary>When whoever found no room is told to come again: by what is known of the time until then, within bounds. Pure.</summary>
public static class RetryAfter
{
    /// <summary>When nobody knows.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    /// <summary>The soonest.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>The latest: predictions that far off are of little worth, and others may have given up by then.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(10);

    /// <param name="expectedMs">Milliseconds until there is likely to be room; null when nobody knows.</param>
    public static TimeSpan Of(double? expectedMs) => expectedMs is not { } ms || double.IsNaN(ms)
        ? Usual
        : TimeSpan.FromSeconds(Math.Ceiling(Math.Clamp(ms, Least.TotalMilliseconds, Most.TotalMilliseconds) / 1_000));

    /// <summary>For people: <c>in about 12 s</c>, <c>in about 3 minutes</c>.</summary>
    public static string Words(TimeSpan wait) => wait < TimeSpan.FromSeconds(90)
        ? $"in about {Math.Max(1, wait.TotalSeconds):0} s"
        : $"in about {wait.TotalMinutes:0} minutes";
}
