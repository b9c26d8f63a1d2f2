using System.Net;
using System.Net.Sockets;

namespace EdgeMesh.Agent.Doctor;

/// <summary>What was found on the way from this device to a dashboard; a layer that was not reached is null.</summary>
public sealed record DoctorFacts
{
    /// <summary>Where to dial; null when nothing says so.</summary>
    public Uri? Address { get; init; }

    public AgentFact Agent { get; init; } = new(false, false, null);

    public NameFact? Name { get; init; }

    /// <summary>Null when no proxy is configured for the address.</summary>
    public ProxyFact? Proxy { get; init; }

    public TcpFact? Tcp { get; init; }

    /// <summary>Null for plain HTTP on this computer too.</summary>
    public TlsFact? Tls { get; init; }

    public HttpFact? Http { get; init; }

    public LinkFact? Link { get; init; }

    public MulticastFact? Multicast { get; init; }

    /// <summary>Android under Termux.</summary>
    public bool IsTermux { get; init; }
}

/// <param name="Runs">Another process uses this device's identity: the agent itself.</param>
/// <param name="Linked">It says it is linked.</param>
/// <param name="Says">Its last word, or null.</param>
public sealed record AgentFact(bool Runs, bool Linked, string? Says);

/// <param name="Host">As it was given.</param>
/// <param name="Addresses">What it stands for; empty when nobody knows it.</param>
public sealed record NameFact(string Host, ImmutableArray<IPAddress> Addresses);

/// <param name="Status">The proxy's HTTP answer to CONNECT; 0 when it cannot be reached.</param>
public sealed record ProxyFact(Uri Proxy, int Status);

/// <param name="Error">Null when it is open.</param>
public sealed record TcpFact(SocketError? Error);

/// <param name="Spoken">The other side speaks TLS.</param>
/// <param name="Shown">Whose certificate was shown, for people.</param>
/// <param name="Issuer">Who made it, for people.</param>
/// <param name="IsTrusted">It comes from the mesh's CA that this device trusts, is for a dashboard, and its time is not looked at; null when no CA is known yet.</param>
public sealed record TlsFact(bool Spoken, string Shown = "", string Issuer = "", bool? IsTrusted = null, DateTimeOffset NotBefore = default, DateTimeOffset NotAfter = default);

/// <param name="Status">HTTP status; 0 when it was no HTTP.</param>
/// <param name="IsDashboard">It answered as an EdgeMesh dashboard.</param>
/// <param name="Ahead">How far this device's clock is ahead of the dashboard's; null when it did not say its time.</param>
/// <param name="Protocol">The protocol version it speaks; null when it did not say.</param>
public sealed record HttpFact(int Status, bool IsDashboard, TimeSpan? Ahead, int? Protocol, string Version = "");

/// <param name="Status">HTTP status of the WebSocket's upgrade; 101 when it opened, 0 when the connection broke.</param>
/// <param name="Code">The dashboard's verdict: null not asked, empty accepted, else why not.</param>
public sealed record LinkFact(int Status, string? Code, string Detail = "", string Remedy = "");

/// <param name="Interfaces">Addresses on which it can be asked.</param>
/// <param name="Found">Dashboards that answered.</param>
public sealed record MulticastFact(int Interfaces, ImmutableArray<string> Found);
