using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>
/// The blocks of a sealed file: AES-256-GCM over 64 KiB each, the last one shorter or empty. A nonce counts the blocks and says which is the last, so that a block that was
/// taken out, doubled, moved or cut off shows.
/// </summary>
internal sealed class SealBlocks(SealHeader header) : IDisposable
{
    public const int BlockBytes = 64 * 1024;
    public const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const uint Last = 0x8000_0000;

    private readonly AesGcm _aes = new(header.Key, TagBytes);
    private uint _next;

    /// <summary>Encrypts the next block into as many bytes and a tag.</summary>
    public void Seal(ReadOnlySpan<byte> plain, Span<byte> sealedBlock, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Next(nonce, isLast);
        _aes.Encrypt(nonce, plain, sealedBlock[..plain.Length], sealedBlock.Slice(plain.Length, TagBytes), header.Bytes);
    }

    /// <summary>Decrypts the next block.</summary>
    /// <exception cref="BackupException">It is not what was written there.</exception>
    public void Open(ReadOnlySpan<byte> sealedBlock, Span<byte> plain, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Next(nonce, isLast);
        try
        {
            _aes.Decrypt(nonce, sealedBlock[..^TagBytes], sealedBlock[^TagBytes..], plain[..(sealedBlock.Length - TagBytes)], header.Bytes);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new BackupException("The backup is damaged or cut off. Use another copy of it.", e);
        }
    }

    public void Dispose() => _aes.Dispose();

    private void Next(Span<byte> nonce, bool isLast)
    {
        if (_next >= Last)
        {
            throw new BackupException("The backup is too large: more than 128 TiB.");
        }

        header.NoncePrefix.CopyTo(nonce);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], isLast ? _next | Last : _next);
        _next++;
    }
}
