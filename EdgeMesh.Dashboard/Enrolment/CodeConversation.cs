using EdgeMesh.Core.Trust;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>What a device that asks says towards the code that a person compares; see <see cref="JoinCode"/>.</summary>
/// <param name="Commitment">To its nonce; <see cref="JoinCode.Length"/> bytes.</param>
/// <param name="Nonce">Empty until it has seen the dashboard's.</param>
internal sealed record CodeClaim(ReadOnlyMemory<byte> Commitment, ReadOnlyMemory<byte> Nonce)
{
    /// <summary>Whether it is well-formed, and the nonce, when it is there, the promised one.</summary>
    public bool IsSound => Commitment.Length == JoinCode.Length &&
        (Nonce.IsEmpty || (Nonce.Length == JoinCode.Length && JoinCode.Commitment(Nonce.Span).AsSpan().SequenceEqual(Commitment.Span)));
}

/// <summary>The dashboard's side of the code for one device that waits. Not thread-safe.</summary>
internal sealed class CodeConversation(ReadOnlyMemory<byte> commitment, byte[] devicePublicKey, string orchestratorId, KeyPin authority)
{
    private ReadOnlyMemory<byte> _commitment = commitment;
    private int _restarts;

    /// <summary>This side's nonce, made after the device's promise.</summary>
    public byte[] Nonce { get; private set; } = LinkTranscript.NewNonce();

    /// <summary>Null until the device has shown the nonce that it promised.</summary>
    public string? Code { get; private set; }

    /// <summary>Goes on with what a sound claim says; false when the device began anew too often.</summary>
    public bool Continue(CodeClaim claim)
    {
        if (!claim.Commitment.Span.SequenceEqual(_commitment.Span))
        {
            if (++_restarts > JoinCode.MaxRestarts)
            {
                return false;
            }

            (_commitment, Nonce, Code) = (claim.Commitment, LinkTranscript.NewNonce(), null);
        }
        else if (!claim.Nonce.IsEmpty)
        {
            Code ??= JoinCode.Of(Nonce, claim.Nonce.Span, devicePublicKey, orchestratorId, authority);
        }

        return true;
    }
}
