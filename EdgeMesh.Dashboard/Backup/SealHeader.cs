using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>
/// What stands in clear at the beginning of a sealed file, 68 bytes: <c>EMBACKUP</c>, the version of the format (4 bytes, big endian), the rounds of PBKDF2 (4), a salt (16),
/// the first bytes of every nonce (4) and a check of the passphrase (32). It is authenticated with every block.
/// </summary>
internal sealed class SealHeader
{
    public const int Length = 68;

    private const int Version = 1;
    private const int Rounds = 600_000;
    private const int MostRounds = 10_000_000;
    private const int SaltAt = 16;
    private const int SaltBytes = 16;
    private const int PrefixAt = SaltAt + SaltBytes;
    private const int PrefixBytes = 4;
    private const int CheckAt = PrefixAt + PrefixBytes;
    private const int CheckBytes = 32;
    private const int KeyBytes = 32;

    private static ReadOnlySpan<byte> Magic => "EMBACKUP"u8;

    private SealHeader(byte[] bytes, byte[] key) => (Bytes, Key) = (bytes, key);

    public byte[] Bytes { get; }

    /// <summary>The key of AES-256-GCM.</summary>
    public byte[] Key { get; }

    public ReadOnlySpan<byte> NoncePrefix => Bytes.AsSpan(PrefixAt, PrefixBytes);

    /// <summary>A header with a salt and nonces of its own, and the key that the passphrase gives with it.</summary>
    /// <param name="rounds">Rounds of PBKDF2; fewer only where a test makes many.</param>
    public static SealHeader Create(string passphrase, int rounds = Rounds)
    {
        var bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), rounds);
        RandomNumberGenerator.Fill(bytes.AsSpan(SaltAt, SaltBytes + PrefixBytes));
        var (key, check) = Derive(passphrase, bytes, rounds);
        check.CopyTo(bytes.AsSpan(CheckAt));
        return new SealHeader(bytes, key);
    }

    /// <summary>Reads a header and checks the passphrase.</summary>
    /// <exception cref="BackupException">The file is no backup, of a newer format, or the passphrase is wrong.</exception>
    public static SealHeader Read(Stream from, string passphrase)
    {
        var bytes = new byte[Length];
        if (from.ReadAtLeast(bytes, Length, throwOnEndOfStream: false) < Length || !bytes.AsSpan().StartsWith(Magic))
        {
            throw new BackupException("The file is no EdgeMesh backup. Name the file that the command backup made.");
        }

        if (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8)) is not Version and var version)
        {
            throw new BackupException($"The backup has format {version}, and this version of EdgeMesh reads format {Version}. Use the version that made it, or a newer one.");
        }

        var rounds = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(12));
        if (rounds is < 1 or > MostRounds)
        {
            throw new BackupException("The beginning of the backup is damaged. Use another copy of it.");
        }

        var (key, check) = Derive(passphrase, bytes, rounds);
        return CryptographicOperations.FixedTimeEquals(check, bytes.AsSpan(CheckAt, CheckBytes))
            ? new SealHeader(bytes, key)
            : throw new BackupException("The passphrase is wrong, or the beginning of the backup is damaged. Try the passphrase again, or use another copy.");
    }

    private static (byte[] Key, byte[] Check) Derive(string passphrase, byte[] header, int rounds)
    {
        var derived = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), header.AsSpan(SaltAt, SaltBytes), rounds, HashAlgorithmName.SHA512, KeyBytes + CheckBytes);
        return (derived[..KeyBytes], derived[KeyBytes..]);
    }
}
