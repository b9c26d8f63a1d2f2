using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace EdgeMesh.Agent.Discovery;

/// <summary>Writes a packet, names in full: what is sent is small, and simple readers understand it.</summary>
internal static class DnsWriter
{
    private const ushort Internet = 1;
    private const ushort TopBit = 0x8000;
    private const int LongestLabel = 63;

    /// <param name="forSimple">For a resolver that does not know multicast DNS: no cache-flush bits, short lives (RFC 6762, section 6.7).</param>
    public static byte[] Write(DnsMessage message, bool forSimple = false)
    {
        var to = new ArrayBufferWriter<byte>(512);
        Number(to, message.Id);
        Number(to, (ushort)(message.IsResponse ? 0x8400 : 0));
        foreach (var count in (int[])[message.Questions.Length, message.Answers.Length, message.Authorities.Length, message.Additionals.Length])
        {
            Number(to, (ushort)count);
        }

        foreach (var question in message.Questions)
        {
            Name(to, question.Name);
            Number(to, (ushort)question.Type);
            Number(to, question.Unicast ? (ushort)(Internet | TopBit) : Internet);
        }

        foreach (var record in (IEnumerable<DnsRecord>)[.. message.Answers, .. message.Authorities, .. message.Additionals])
        {
            Record(to, record, record.IsUnique && message.IsResponse && !forSimple, forSimple ? Math.Min(record.Ttl, 10) : record.Ttl);
        }

        return to.WrittenSpan.ToArray();
    }

    /// <summary>A record's data alone: what two hosts that want the same name compare (RFC 6762, section 8.2).</summary>
    public static byte[] Data(DnsRecord record)
    {
        var to = new ArrayBufferWriter<byte>(64);
        Data(to, record);
        return to.WrittenSpan.ToArray();
    }

    private static void Record(ArrayBufferWriter<byte> to, DnsRecord record, bool flush, uint ttl)
    {
        Name(to, record.Name);
        Number(to, (ushort)record.Type);
        Number(to, flush ? (ushort)(Internet | TopBit) : Internet);
        BinaryPrimitives.WriteUInt32BigEndian(to.GetSpan(4), ttl);
        to.Advance(4);
        var data = Data(record);
        Number(to, (ushort)data.Length);
        to.Write(data);
    }

    private static void Data(ArrayBufferWriter<byte> to, DnsRecord record)
    {
        switch (record)
        {
            case PtrRecord pointer:
                Name(to, pointer.Target);
                break;
            case SrvRecord service:
                Number(to, 0);
                Number(to, 0);
                Number(to, service.Port);
                Name(to, service.Host);
                break;
            case TxtRecord text:
                foreach (var entry in text.Strings.DefaultIfEmpty(""))
                {
                    Text(to, entry, byte.MaxValue);
                }

                break;
            case AddressRecord address:
                to.Write(address.Address.GetAddressBytes());
                break;
        }
    }

    private static void Name(ArrayBufferWriter<byte> to, DnsName name)
    {
        foreach (var label in name.Labels)
        {
            Text(to, label, LongestLabel);
        }

        to.Write([(byte)0]);
    }

    private static void Text(ArrayBufferWriter<byte> to, string text, int longest)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > longest)
        {
            throw new ArgumentException($"\"{text}\" is longer than {longest} bytes.", nameof(text));
        }

        to.Write([(byte)bytes.Length]);
        to.Write(bytes);
    }

    private static void Number(ArrayBufferWriter<byte> to, ushort number)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to.GetSpan(2), number);
        to.Advance(2);
    }
}
