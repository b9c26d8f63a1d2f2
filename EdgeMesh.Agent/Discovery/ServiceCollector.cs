using System.Net;
using System.Net.Sockets;

namespace EdgeMesh.Agent.Discovery;

/// <summary>Puts answers together to the orchestrators they describe; pure, bounded whatever is sent.</summary>
internal sealed class ServiceCollector
{
    private const int MostRecords = 512;
    private const int LongestText = 128;
    private readonly Dictionary<string, DnsRecord> _records = [];

    /// <summary>What is known so far, so that responders need not say it again.</summary>
    public ImmutableArray<DnsRecord> Known => [.. _records.Values.OfType<PtrRecord>().Take(32)];

    /// <param name="scope">The interface it came in by, for link-local addresses.</param>
    public void Add(DnsMessage message, long scope = 0)
    {
        foreach (var record in message.IsResponse ? message.Answers.Concat(message.Additionals) : [])
        {
            var scoped = record is AddressRecord { Address.IsIPv6LinkLocal: true } local ? local with { Address = new IPAddress(local.Address.GetAddressBytes(), scope) } : record;
            var key = Key(scoped);
            if (record.Ttl == 0)
            {
                _records.Remove(key);
            }
            else if (_records.Count < MostRecords)
            {
                _records[key] = scoped;
            }
        }
    }

    /// <summary>Everybody whose place, id and fingerprint are known, by name.</summary>
    public ImmutableArray<FoundOrchestrator> Found() =>
    [
        .. _records.Values.OfType<PtrRecord>().Where(p => p.Name.Equals(MeshService.Type) && p.Target.IsUnder(MeshService.Type))
            .Select(p => p.Target).Distinct().Select(Resolve).OfType<FoundOrchestrator>().OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase),
    ];

    private FoundOrchestrator? Resolve(DnsName name)
    {
        var place = _records.Values.OfType<SrvRecord>().FirstOrDefault(r => r.Name.Equals(name));
        var text = _records.Values.OfType<TxtRecord>().FirstOrDefault(r => r.Name.Equals(name));
        if (place is null || text is null)
        {
            return null;
        }

        ImmutableArray<IPAddress> addresses =
        [
            .. _records.Values.OfType<AddressRecord>().Where(r => r.Name.Equals(place.Host)).Select(r => r.Address).Distinct()
                .OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : a.IsIPv6LinkLocal ? 2 : 1).Take(16),
        ];
        return addresses.IsEmpty || Value(text, "id") is not { } id || Value(text, "ca") is not { } fingerprint
            ? null
            : new FoundOrchestrator(Printable(name.Labels[0]), id, fingerprint, place.Port, addresses);
    }

    private static string? Value(TxtRecord text, string key) =>
        text.Strings.Where(s => s.StartsWith(key + "=", StringComparison.OrdinalIgnoreCase)).Select(s => Printable(s[(key.Length + 1)..])).FirstOrDefault(v => v.Length > 0);

    // It goes to a terminal.
    private static string Printable(string text) => new([.. text.Where(c => !char.IsControl(c)).Take(LongestText)]);

    private static string Key(DnsRecord record) => record switch
    {
        PtrRecord pointer => $"{pointer.Type} {Lower(pointer.Name)} {Lower(pointer.Target)}",
        AddressRecord address => $"{address.Type} {Lower(address.Name)} {address.Address}",
        _ => $"{record.Type} {Lower(record.Name)}",
    };

    private static string Lower(DnsName name) => name.ToString().ToLowerInvariant();
}
