using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeMesh.Core.Arrays;

/// <summary>An array of NumPy's file format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): what numbers, how many, and where they are.</summary>
/// <param name="Type">Its type as ONNX calls it, such as <c>float32</c>.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Numbers">Little-endian, in C order.</param>
public sealed partial record Npy(string Type, ImmutableArray<long> Shape, ReadOnlyMemory<byte> Numbers)
{
    private const int LongestHeader = 64 * 1024;
    private const int MostArrays = 256;
    private const int BeforeHeader = 10;

    private static readonly Dictionary<string, (string Type, int Bytes)> Types = new(StringComparer.Ordinal)
    {
        ["f2"] = ("float16", 2), ["f4"] = ("float32", 4), ["f8"] = ("float64", 8), ["b1"] = ("bool", 1),
        ["i1"] = ("int8", 1), ["i2"] = ("int16", 2), ["i4"] = ("int32", 4), ["i8"] = ("int64", 8),
        ["u1"] = ("uint8", 1), ["u2"] = ("uint16", 2), ["u4"] = ("uint32", 4), ["u8"] = ("uint64", 8),
    };

    /// <summary>Whether these bytes are an array of this format.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.Length > 6 && bytes[0] == 0x93 && bytes[1..].StartsWith("NUMPY"u8);

    /// <summary>Reads an array.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="name">For the error.</param>
    /// <exception cref="NpyException">It is no array that can be used, and why.</exception>
    public static Npy Read(ReadOnlyMemory<byte> bytes, string name)
    {
        var (header, start) = Header(bytes, name);
        if (Description().Match(header) is not { Success: true } found || !Types.TryGetValue(found.Groups["type"].Value, out var type))
        {
            throw Bad(name, "its numbers are of a kind that no model reads, such as text or complex numbers");
        }

        if (found.Groups["order"].Value == ">" && type.Bytes > 1)
        {
            throw Bad(name, "its numbers are big-endian; save it with a type such as '<f4'");
        }

        if (Fortran().IsMatch(header))
        {
            throw Bad(name, "it is in Fortran order; save numpy.ascontiguousarray of it");
        }

        if (Sizes().Match(header) is not { Success: true } sizes)
        {
            throw Bad(name, "its header has no shape");
        }

        ImmutableArray<long> shape = [.. sizes.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(s => long.TryParse(s, out var size) ? size : throw Bad(name, "its shape is none"))];
        var numbers = bytes[start..];
        return shape.Aggregate((decimal)type.Bytes, (product, size) => product > long.MaxValue ? product : product * size) == numbers.Length
            ? new Npy(type.Type, shape, numbers)
            : throw Bad(name, "it is cut off, or longer than its shape");
    }

    /// <summary>Reads an archive of arrays (.npz): each by its name.</summary>
    /// <param name="most">Bytes they may have together when unpacked.</param>
    /// <exception cref="NpyException">It is no archive of arrays that can be used, and why.</exception>
    public static Dictionary<string, Npy> ReadArchive(ReadOnlyMemory<byte> bytes, long most)
    {
        using var stream = new MemoryStream(bytes.ToArray(), writable: false);
        return ReadArchive(stream, most);
    }

    /// <inheritdoc cref="ReadArchive(ReadOnlyMemory{byte}, long)"/>
    /// <param name="file">The archive; can seek.</param>
    public static Dictionary<string, Npy> ReadArchive(Stream file, long most)
    {
        var arrays = new Dictionary<string, Npy>(StringComparer.Ordinal);
        try
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in zip.Entries)
            {
                if (arrays.Count == MostArrays)
                {
                    throw Bad("The archive", $"it has more than {MostArrays} arrays");
                }

                var content = Unpack(entry, most);
                most -= content.Length;
                var name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                arrays[name] = Read(content, name);
            }
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw Bad("The archive", "it is damaged, or no .npz");
        }

        return arrays;
    }

    private static byte[] Unpack(ZipArchiveEntry entry, long most)
    {
        using var from = entry.Open();
        using var to = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = from.Read(buffer)) > 0)
        {
            // An archive that lies about its sizes is stopped here.
            if (to.Length + read > most)
            {
                throw Bad("The archive", "it holds more than is allowed");
            }

            to.Write(buffer.AsSpan(0, read));
        }

        return to.ToArray();
    }

    private static (string Header, int Start) Header(ReadOnlyMemory<byte> bytes, string name)
    {
        var span = bytes.Span;
        if (!IsOne(span) || span.Length < BeforeHeader + 2)
        {
            throw Bad(name, "it is no .npy");
        }

        // Version 1 has a length of two bytes, the later ones of four.
        var (length, at) = span[6] == 1 ? (BinaryPrimitives.ReadUInt16LittleEndian(span[8..]), BeforeHeader) : (BinaryPrimitives.ReadUInt32LittleEndian(span[8..]), BeforeHeader + 2);
        return length > LongestHeader || at + length > span.Length ? throw Bad(name, "its header is cut off") : (Encoding.Latin1.GetString(span.Slice(at, (int)length)), at + (int)length);
    }

    private static NpyException Bad(string name, string why) => new($"{name} cannot be used: {why}.");

    [GeneratedRegex(@"'descr'\s*:\s*'(?<order>[<>|=]?)(?<type>[a-z]\d+)'")]
    private static partial Regex Description();

    [GeneratedRegex(@"'fortran_order'\s*:\s*True")]
    private static partial Regex Fortran();

    [GeneratedRegex(@"'shape'\s*:\s*\(([0-9,\s]*)\)")]
    private static partial Regex Sizes();
}
