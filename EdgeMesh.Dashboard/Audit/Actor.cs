using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Dashboard.Audit;

/// <summary>Who acts.</summary>
/// <param name="Name">Of the key, or <c>the dashboard</c>.</param>
/// <param name="KeyId">The key; null for the dashboard itself and for strangers.</param>
/// <param name="From">The address; <c>this computer</c> for loopback.</param>
/// <param name="May">What it may do.</param>
/// <param name="Session">The session it acts in; null for a key by itself.</param>
public sealed record Actor(string Name, Guid? KeyId, string From, Scopes May, Guid? Session = null)
{
    private const string Here = "this computer";

    /// <summary>Whose work is whose, where there is not room for all: each session and each key by itself. 16 hex digits that lead back to neither; empty for the dashboard.</summary>
    public string Caller => KeyId is null ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{KeyId:N}/{Session:N}")))[..16];

    /// <summary>The dashboard by itself: at start, by a timer.</summary>
    public static Actor Dashboard { get; } = new("the dashboard", null, Here, Scopes.Admin);

    /// <summary>Somebody who has proved nothing.</summary>
    public static Actor Stranger(IPAddress? address) => new("nobody", null, Shown(address), Scopes.None);

    /// <summary>An address as it is shown.</summary>
    public static string Shown(IPAddress? address) => address switch
    {
        null => "",
        _ when IPAddress.IsLoopback(address) => Here,
        { IsIPv4MappedToIPv6: true } => Shown(address.MapToIPv4()),
        _ => address.ToString(),
    };
}

/// <summary>Who acts now: set for a request by the pipeline, for a page's circuit by its handler; what nobody asked for is the dashboard's own.</summary>
public static class Actors
{
    private static readonly AsyncLocal<Actor?> s_current = new();

    public static Actor Current => s_current.Value ?? Actor.Dashboard;

    /// <summary>From here on, in this flow of calls and what it starts.</summary>
    public static void Enter(Actor actor) => s_current.Value = actor;
}
