using System.Net;

namespace EdgeMesh.Agent.Discovery;

/// <summary>The record types that are read and written; others are skipped.</summary>
internal enum DnsType : ushort
{
    None = 0,
    A = 1,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Any = 255,
}

/// <param name="Unicast">The asker would like the answer sent to it alone.</param>
internal sealed record DnsQuestion(DnsName Name, DnsType Type, bool Unicast = false);

/// <param name="Ttl">Seconds it may be remembered; 0 takes it back.</param>
internal abstract record DnsRecord(DnsName Name, uint Ttl)
{
    public abstract DnsType Type { get; }

    /// <summary>Only one responder has records of this name and type.</summary>
    public bool IsUnique => Type != DnsType.Ptr;

    public bool Answers(DnsQuestion question) => (question.Type == DnsType.Any || question.Type == Type) && question.Name.Equals(Name);
}

internal sealed record PtrRecord(DnsName Name, uint Ttl, DnsName Target) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => DnsType.Ptr;
}

internal sealed record SrvRecord(DnsName Name, uint Ttl, ushort Port, DnsName Host) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => DnsType.Srv;
}

/// <param name="Strings">Each <c>key=value</c>, at most 255 bytes.</param>
internal sealed record TxtRecord(DnsName Name, uint Ttl, ImmutableArray<string> Strings) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => DnsType.Txt;
}

internal sealed record AddressRecord(DnsName Name, uint Ttl, IPAddress Address) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa;
}

/// <summary>A multicast DNS packet.</summary>
internal sealed record DnsMessage
{
    /// <summary>0, but for questions of simple resolvers, which want it back.</summary>
    public ushort Id { get; init; }

    public bool IsResponse { get; init; }

    public ImmutableArray<DnsQuestion> Questions { get; init; } = [];

    public ImmutableArray<DnsRecord> Answers { get; init; } = [];

    /// <summary>In a probe: what the prober wants to have.</summary>
    public ImmutableArray<DnsRecord> Authorities { get; init; } = [];

    public ImmutableArray<DnsRecord> Additionals { get; init; } = [];
}
