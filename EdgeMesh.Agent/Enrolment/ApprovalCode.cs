using System.Security.Cryptography;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Enrolment;

/// <summary>The device's side of the code that a person compares; see <see cref="JoinCode"/>. One conversation with one dashboard.</summary>
internal sealed class ApprovalCode(string orchestratorId, KeyPin authority, ReadOnlyMemory<byte> publicKey, int restarts = 0)
{
    private readonly byte[] _mine = RandomNumberGenerator.GetBytes(JoinCode.Length);
    private byte[]? _theirs;

    public byte[] Commitment => JoinCode.Commitment(_mine);

    /// <summary>This device's nonce, once the dashboard has shown its own; empty before.</summary>
    public byte[] Shown => _theirs is null ? [] : _mine;

    /// <summary>Null until the dashboard has shown its nonce.</summary>
    public string? Code => _theirs is { } theirs ? JoinCode.Of(theirs, _mine, publicKey.Span, orchestratorId, authority) : null;

    public bool IsWith(string otherId, KeyPin otherAuthority) => (orchestratorId, authority) == (otherId, otherAuthority);

    /// <summary>Begins anew with the same dashboard.</summary>
    public ApprovalCode? Again() => Again(orchestratorId, authority);

    /// <summary>Begins anew, with another nonce; null when that was done too often.</summary>
    public ApprovalCode? Again(string withId, KeyPin withAuthority) => restarts < JoinCode.MaxRestarts ? new ApprovalCode(withId, withAuthority, publicKey, restarts + 1) : null;

    /// <summary>Takes the dashboard's nonce; false when it showed another one before: then this conversation is over.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public bool Hear(ReadOnlySpan<byte> theirs)
    {
        if (theirs.Length != JoinCode.Length)
        {
            throw new InvalidDataException("This is not a nonce.");
        }

        _theirs ??= theirs.ToArray();
        return theirs.SequenceEqual(_theirs);
    }
}
