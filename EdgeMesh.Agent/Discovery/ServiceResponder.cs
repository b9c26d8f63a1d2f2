using System.Net;

namespace EdgeMesh.Agent.Discovery;

/// <summary>What somebody else's packet means for our name.</summary>
internal enum NameClaim
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Somebody has it: take another.</summary>
    Taken,

    /// <summary>Somebody wants it at the same time and comes first: wait a second and try again.</summary>
    Yield,
}

/// <summary>What an announced service says; pure. A name is probed before it is used (RFC 6762, section 8).</summary>
internal sealed class ServiceResponder(MeshService service)
{
    private const int HalfLife = 2;

    public MeshService Service => service;

    /// <summary>"Has anybody this name? I would like it."</summary>
    public DnsMessage Probe(IEnumerable<IPAddress> addresses) => new()
    {
        Questions = [new DnsQuestion(service.Name, DnsType.Any), new DnsQuestion(service.HostName, DnsType.Any)],
        Authorities = [service.Location, service.Text, .. service.Addresses(addresses)],
    };

    /// <summary>"This is here"; with <paramref name="goodbye"/> "not any more".</summary>
    public DnsMessage Announcement(IEnumerable<IPAddress> addresses, bool goodbye = false)
    {
        ImmutableArray<DnsRecord> records = [service.Pointer, service.Location, service.Text, .. service.Addresses(addresses)];
        return new DnsMessage { IsResponse = true, Answers = goodbye ? [.. records.Select(r => r with { Ttl = 0 })] : records };
    }

    /// <summary>The answer to a packet, or null when it asks for nothing of ours or knows it already.</summary>
    /// <param name="addresses">Of the interface it came in by: others are of no use there.</param>
    /// <param name="simple">It came from a resolver that does not know multicast DNS, which wants its id and question back.</param>
    public DnsMessage? Answer(DnsMessage query, IEnumerable<IPAddress> addresses, bool simple = false)
    {
        if (query.IsResponse)
        {
            return null;
        }

        ImmutableArray<DnsRecord> own = [service.Pointer, new PtrRecord(MeshService.AllTypes, MeshService.ServiceTtl, MeshService.Type), service.Location, service.Text, .. service.Addresses(addresses)];
        ImmutableArray<DnsRecord> answers = [.. own.Where(r => query.Questions.Any(r.Answers) && !IsKnown(query, r))];
        return answers.IsEmpty ? null : new DnsMessage
        {
            Id = simple ? query.Id : (ushort)0,
            IsResponse = true,
            Questions = simple ? query.Questions : [],
            Answers = answers,
            // Whoever asks who is there wants to know where next.
            Additionals = answers.Contains(service.Pointer) ? [.. own.Where(r => r.IsUnique).Except(answers)] : [],
        };
    }

    /// <summary>Whether a packet claims our name for other data.</summary>
    public NameClaim Judge(DnsMessage message)
    {
        var claims = message.IsResponse ? message.Answers.Concat(message.Additionals) : message.Authorities;
        var other = claims.OfType<SrvRecord>().FirstOrDefault(r => r.Name.Equals(service.Name) && r.Ttl > 0 && !(r.Host.Equals(service.HostName) && r.Port == service.Port));
        return other is null ? NameClaim.None
            : message.IsResponse ? NameClaim.Taken
            : DnsWriter.Data(other).AsSpan().SequenceCompareTo(DnsWriter.Data(service.Location)) > 0 ? NameClaim.Yield : NameClaim.None;
    }

    private static bool IsKnown(DnsMessage query, DnsRecord record) => query.Answers.Any(known => known.Ttl >= record.Ttl / HalfLife && record switch
    {
        PtrRecord pointer => known is PtrRecord other && other.Name.Equals(pointer.Name) && other.Target.Equals(pointer.Target),
        AddressRecord address => known is AddressRecord other && other.Name.Equals(address.Name) && other.Address.Equals(address.Address),
        _ => known.Type == record.Type && known.Name.Equals(record.Name) && DnsWriter.Data(known).AsSpan().SequenceEqual(DnsWriter.Data(record)),
    });
}
