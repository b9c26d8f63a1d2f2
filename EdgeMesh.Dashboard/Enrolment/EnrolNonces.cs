using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>
/// Nonces that work once, within a minute. A nonce carries its time and a mark that only this process can make, so that giving one away costs no memory;
/// only spent ones are remembered, until they would be too old anyway. Thread-safe.
/// </summary>
internal sealed class EnrolNonces(TimeProvider time)
{
    private const int TimeLength = 8;
    private const int RandomLength = 16;
    private const int MarkLength = 16;
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(1);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _spent = [];
    private readonly Queue<string> _order = new();

    public byte[] New()
    {
        var nonce = new byte[TimeLength + RandomLength + MarkLength];
        BinaryPrimitives.WriteInt64BigEndian(nonce, time.GetUtcNow().ToUnixTimeMilliseconds());
        RandomNumberGenerator.Fill(nonce.AsSpan(TimeLength, RandomLength));
        Mark(nonce).CopyTo(nonce, TimeLength + RandomLength);
        return nonce;
    }

    /// <summary>True the first time, while the nonce is fresh and ours.</summary>
    public bool TrySpend(ReadOnlySpan<byte> nonce)
    {
        if (nonce.Length != TimeLength + RandomLength + MarkLength || !CryptographicOperations.FixedTimeEquals(Mark(nonce), nonce[^MarkLength..]))
        {
            return false;
        }

        var now = time.GetUtcNow();
        var made = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(nonce));
        if (now - made > Lasts || made > now)
        {
            return false;
        }

        lock (_gate)
        {
            while (_order.TryPeek(out var oldest) && _spent[oldest] < now)
            {
                _spent.Remove(_order.Dequeue());
            }

            var name = Convert.ToHexString(nonce);
            if (!_spent.TryAdd(name, now + Lasts))
            {
                return false;
            }

            _order.Enqueue(name);
            return true;
        }
    }

    private byte[] Mark(ReadOnlySpan<byte> nonce) => HMACSHA256.HashData(_secret, nonce[..(TimeLength + RandomLength)])[..MarkLength];
}
