using System.Net;

namespace EdgeMesh.Agent.Connections;

/// <summary>How many connections a program takes on its ports.</summary>
public sealed record ConnectionLimits
{
    private const int LeastReserve = 64;
    private const int MostReserve = 1_024;

    /// <summary>Of one address (one /64 of IPv6) at once.</summary>
    public required int PerNetwork { get; init; }

    /// <summary>Of all other machines at once.</summary>
    public required int All { get; init; }

    /// <summary>Of this computer at once.</summary>
    public required int Loopback { get; init; }

    /// <summary>Proxies that speak for many: only the limit of all counts for them.</summary>
    public Func<IPAddress, bool> IsProxy { get; init; } = _ => false;

    /// <summary>How many files and sockets the process may have open; null where nothing limits it.</summary>
    public int? Files { get; init; } = OpenFiles.Limit;

    /// <summary>Handles kept for the program's own files (an eighth of all, 64 to 1,024), and as many again for who comes from this computer.</summary>
    public int Reserve => Math.Clamp((Files ?? 0) / 8, LeastReserve, MostReserve);

    /// <summary>
    /// Whether a connection would use what is kept. A new handle is the lowest free number, so its number tells how many are in use, whatever for.
    /// </summary>
    public bool IsReserved(bool isLoopback, long handle) => Files is { } files && handle >= files - (isLoopback ? Reserve : 2 * Reserve);
}
