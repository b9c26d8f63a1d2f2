using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Agent.Models.Store;

public enum HashKind
{
    Sha256,

    /// <summary>Git's own: SHA-1 over <c>blob LENGTH\0</c> and the content. Hugging Face gives it for small files.</summary>
    GitBlob,
}

/// <summary>What a source says the hash of a file is.</summary>
/// <param name="Kind">How it is computed.</param>
/// <param name="Hex">Lower-case hex digits.</param>
public sealed record FileHash(HashKind Kind, string Hex)
{
    public static FileHash Sha256(string hex) => new(HashKind.Sha256, hex.ToLowerInvariant());

    internal static bool IsSha256(string hex) => hex.Length == 64 && hex.All(char.IsAsciiHexDigitLower);
}

/// <summary>Hashes a file while it streams: SHA-256 always, and git's hash where the source gave that.</summary>
internal sealed class StreamingHash : IDisposable
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? _git;

    /// <param name="expected">What the source says, or null.</param>
    /// <param name="bytes">Length of the whole file; git's hash needs it first.</param>
    public StreamingHash(FileHash? expected, long? bytes)
    {
        if (expected is { Kind: HashKind.GitBlob } && bytes is { } length)
        {
            _git = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            _git.AppendData(Encoding.ASCII.GetBytes($"blob {length}\0"));
        }
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        _sha256.AppendData(data);
        _git?.AppendData(data);
    }

    /// <summary>The file's SHA-256; null when the hash that was expected is another one. Ends the hashing.</summary>
    public string? Finish(FileHash? expected)
    {
        var sha256 = Convert.ToHexStringLower(_sha256.GetHashAndReset());
        var found = expected?.Kind == HashKind.GitBlob ? _git is null ? expected.Hex : Convert.ToHexStringLower(_git.GetHashAndReset()) : sha256;
        return expected is null || found == expected.Hex ? sha256 : null;
    }

    public void Dispose()
    {
        _sha256.Dispose();
        _git?.Dispose();
    }
}
