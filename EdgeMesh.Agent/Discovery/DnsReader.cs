using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace EdgeMesh.Agent.Discovery;

/// <summary>
/// Reads a packet of a stranger (RFC 1035, section 4): nothing is read past the end, a name is at most 255 bytes and its pointers only go
/// backwards, counts are bounded. After the first fault everything reads as zero and the packet is refused as a whole.
/// </summary>
internal ref struct DnsReader
{
    /// <summary>Longest packet, in bytes (RFC 6762, section 17).</summary>
    public const int LongestPacket = 9_000;

    private const int HeaderBytes = 12;
    private const int LongestName = 255;
    private const int MostQuestions = 64;
    private const int MostRecords = 256;
    private readonly ReadOnlySpan<byte> _packet;
    private int _at;
    private bool _failed;

    private DnsReader(ReadOnlySpan<byte> packet) => _packet = packet;

    /// <summary>The packet's content; null when it is not a well-formed message.</summary>
    public static DnsMessage? Read(ReadOnlySpan<byte> packet) =>
        packet.Length is < HeaderBytes or > LongestPacket ? null : new DnsReader(packet).Message();

    private DnsMessage? Message()
    {
        var id = Number16();
        var flags = Number16();
        int questions = Number16(), answers = Number16(), authorities = Number16(), additionals = Number16();
        // Opcode and response code must be 0 (RFC 6762, section 18).
        if ((flags & 0x780F) != 0 || questions > MostQuestions || answers + authorities + additionals > MostRecords)
        {
            return null;
        }

        var message = new DnsMessage
        {
            Id = id,
            IsResponse = (flags & 0x8000) != 0,
            Questions = Questions(questions),
            Answers = Records(answers),
            Authorities = Records(authorities),
            Additionals = Records(additionals),
        };
        return _failed ? null : message;
    }

    private ImmutableArray<DnsQuestion> Questions(int count)
    {
        var questions = ImmutableArray.CreateBuilder<DnsQuestion>();
        for (var i = 0; i < count && !_failed; i++)
        {
            var name = Name();
            var type = (DnsType)Number16();
            var unicast = (Number16() & 0x8000) != 0;
            questions.Add(new DnsQuestion(name, type, unicast));
        }

        return questions.ToImmutable();
    }

    private ImmutableArray<DnsRecord> Records(int count)
    {
        var records = ImmutableArray.CreateBuilder<DnsRecord>();
        for (var i = 0; i < count && !_failed; i++)
        {
            if (Record() is { } record)
            {
                records.Add(record);
            }
        }

        return records.ToImmutable();
    }

    private DnsRecord? Record()
    {
        var name = Name();
        var type = (DnsType)Number16();
        _ = Number16();
        var ttl = Number32();
        var length = Number16();
        var end = _at + length;
        if (_failed || end > _packet.Length)
        {
            return Fail<DnsRecord>();
        }

        DnsRecord? record = type switch
        {
            DnsType.Ptr => new PtrRecord(name, ttl, Name()),
            DnsType.Srv => Service(name, ttl),
            DnsType.Txt => new TxtRecord(name, ttl, Strings(end)),
            DnsType.A when length == 4 => new AddressRecord(name, ttl, new IPAddress(Bytes(4))),
            DnsType.Aaaa when length == 16 => new AddressRecord(name, ttl, new IPAddress(Bytes(16))),
            DnsType.A or DnsType.Aaaa => Fail<DnsRecord>(),
            _ => null,
        };
        if (_at > end)
        {
            return Fail<DnsRecord>();
        }

        _at = end;
        return record;
    }

    private SrvRecord Service(DnsName name, uint ttl)
    {
        _ = Number32(); // Priority and weight: there is one target.
        return new SrvRecord(name, ttl, Number16(), Name());
    }

    private ImmutableArray<string> Strings(int end)
    {
        var strings = ImmutableArray.CreateBuilder<string>();
        while (_at < end && !_failed)
        {
            var length = Bytes(1)[0];
            if (length > 0)
            {
                strings.Add(Encoding.UTF8.GetString(Bytes(length)));
            }
        }

        return strings.ToImmutable();
    }

    private DnsName Name()
    {
        var labels = ImmutableArray.CreateBuilder<string>();
        var at = _at;
        var lowest = at;
        var end = -1;
        var length = 1;
        while (at < _packet.Length)
        {
            int head = _packet[at];
            if (head == 0)
            {
                _at = end < 0 ? at + 1 : end;
                return new DnsName(labels.ToImmutable());
            }

            if (head < 0x40)
            {
                length += head + 1;
                if (at + 1 + head > _packet.Length || length > LongestName)
                {
                    break;
                }

                labels.Add(Encoding.UTF8.GetString(_packet.Slice(at + 1, head)));
                at += head + 1;
            }
            else
            {
                var target = at + 1 < _packet.Length && head >= 0xC0 ? ((head & 0x3F) << 8) | _packet[at + 1] : int.MaxValue;
                if (target >= lowest)
                {
                    break;
                }

                end = end < 0 ? at + 2 : end;
                at = lowest = target;
            }
        }

        _failed = true;
        return DnsName.Root;
    }

    private ushort Number16() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

    private uint Number32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4));

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (_failed || _at + count > _packet.Length)
        {
            _failed = true;
            return new byte[count];
        }

        var bytes = _packet.Slice(_at, count);
        _at += count;
        return bytes;
    }

    private T? Fail<T>()
        where T : class
    {
        _failed = true;
        return null;
    }
}
