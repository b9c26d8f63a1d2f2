using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeMesh.Agent.Tasks.Kept;

/// <summary>Records of an append-only file: four bytes of length (little endian), the first four of their SHA-256, the record. Pure.</summary>
internal static class RecordFormat
{
    /// <summary>Longest record, in bytes.</summary>
    public const int Longest = 4 << 20;

    private const int Head = 8;

    public static byte[] Frame(ReadOnlySpan<byte> record)
    {
        var framed = new byte[Head + record.Length];
        BinaryPrimitives.WriteInt32LittleEndian(framed, record.Length);
        Checksum(record).CopyTo(framed.AsSpan(4));
        record.CopyTo(framed.AsSpan(Head));
        return framed;
    }

    /// <summary>
    /// The records of a file. What is missing or torn at its end is what the writer did not get to when it died; anything that is wrong before is damage, and nothing behind it counts.
    /// </summary>
    public static (List<ReadOnlyMemory<byte>> Records, bool IsDamaged) Read(ReadOnlyMemory<byte> file)
    {
        List<ReadOnlyMemory<byte>> records = [];
        while (file.Length >= Head)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.Span);
            if (length is < 0 or > Longest)
            {
                return (records, true);
            }

            if (length > file.Length - Head)
            {
                break;
            }

            var record = file.Slice(Head, length);
            if (!Checksum(record.Span).SequenceEqual(file.Span[4..Head]))
            {
                return (records, file.Length > Head + length);
            }

            records.Add(record);
            file = file[(Head + length)..];
        }

        return (records, false);
    }

    private static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> record) => SHA256.HashData(record).AsSpan(0, 4);
}
