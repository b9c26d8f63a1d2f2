using System.Net;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>How long a task waits for an engine that is busy, still loads its model or has a proxy before it that gave up, before it tries again. Pure.</summary>
public static class EnginePatience
{
    /// <summary>All waits of a task together.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private const int MostGatewayTries = 2;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(15);

    /// <summary>The wait before the next try; null when there is none: another status, an engine that wants more time than a task has, or no time left.</summary>
    /// <param name="tries">How often it was tried, from 1.</param>
    /// <param name="waited">What the task waited so far.</param>
    public static TimeSpan? Next(EngineStatusException e, int tries, TimeSpan waited)
    {
        var again = e.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable ||
            (e.Status is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout && tries <= MostGatewayTries);
        if (!again)
        {
            return null;
        }

        var wait = e.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(Slowest.TotalSeconds, Math.Pow(2, tries - 1)));
        wait = wait < Shortest ? Shortest : wait;
        return waited + wait <= Longest ? wait : null;
    }
}
