using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using EdgeMesh.Core.Contracts;
using Google.Protobuf;

namespace EdgeMesh.Core.Trust;

/// <summary>
/// All that a new device needs to join, in one string to copy: <c>em1.</c> and base64url of a <see cref="Ticket"/> with a checksum behind it, so
/// that a string that was cut off while copying is told from a forged one.
/// </summary>
/// <param name="Secret">Of the join token; single-use, expiring.</param>
/// <param name="OrchestratorId">Thumbprint of the orchestrator's own key.</param>
/// <param name="Authority">The mesh CA that the device pins.</param>
/// <param name="Addresses">Where to dial, in this order: https on the LAN, http on loopback. 1 to 16.</param>
public sealed record JoinTicket(string Secret, string OrchestratorId, KeyPin Authority, ImmutableArray<Uri> Addresses)
{
    /// <summary>What a ticket begins with; the digit is its version.</summary>
    public const string Start = "em1.";

    private const int MostAddresses = 16;
    private const int Longest = 4096;
    private const int ChecksumLength = 4;

    /// <summary>Whether it is meant as a ticket (of any version); a join token's bare secret is not.</summary>
    public static bool IsMeant(string text)
    {
        var start = text.TrimStart();
        return start.Length > 3 && start.StartsWith("em", StringComparison.Ordinal) && char.IsAsciiDigit(start[2]) && start.Contains('.', StringComparison.Ordinal);
    }

    /// <summary>Reads a ticket; white space from a wrapped line is ignored. When it is none, the problem says in words why not.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JoinTicket? ticket, [NotNullWhen(false)] out Problem? problem)
    {
        (ticket, problem) = Read(text);
        return ticket is not null;
    }

    public override string ToString()
    {
        var content = new Ticket
        {
            Secret = ByteString.CopyFrom(Base32.Decode(Secret)),
            Orchestrator = ByteString.CopyFrom(Base32.Decode(OrchestratorId)),
            Authority = ByteString.CopyFrom(Authority.ToBytes()),
        };
        content.Addresses.AddRange(Addresses.Select(a => a.GetLeftPart(UriPartial.Authority)));
        var bytes = content.ToByteArray();
        return Start + Base64Url.EncodeToString([.. bytes, .. Checksum(bytes)]);
    }

    private static (JoinTicket? Ticket, Problem? Problem) Read(string text)
    {
        var compact = text.Length <= Longest ? string.Concat(text.Where(c => !char.IsWhiteSpace(c))) : "";
        if (text.Length == 0)
        {
            return (null, JoinTicketProblems.Empty);
        }

        if (!compact.StartsWith(Start, StringComparison.Ordinal))
        {
            return (null, IsMeant(compact) ? JoinTicketProblems.Newer : JoinTicketProblems.NotOne);
        }

        var bytes = new byte[Longest];
        if (!Base64Url.IsValid(compact.AsSpan(Start.Length)) || !Base64Url.TryDecodeFromChars(compact.AsSpan(Start.Length), bytes, out var length) || length <= ChecksumLength ||
            !Checksum(bytes.AsSpan(..(length - ChecksumLength))).SequenceEqual(bytes.AsSpan((length - ChecksumLength)..length)))
        {
            return (null, JoinTicketProblems.Damaged);
        }

        try
        {
            return FromContent(Ticket.Parser.ParseFrom(bytes, 0, length - ChecksumLength));
        }
        catch (InvalidProtocolBufferException)
        {
            return (null, JoinTicketProblems.Damaged);
        }
    }

    private static (JoinTicket? Ticket, Problem? Problem) FromContent(Ticket content)
    {
        if (content.Secret.Length is < 16 or > 64 || content.Orchestrator.Length != SHA256.HashSizeInBytes || content.Authority.Length != SHA256.HashSizeInBytes)
        {
            return (null, JoinTicketProblems.Damaged);
        }

        var addresses = content.Addresses.Select(a => Uri.TryCreate(a, UriKind.Absolute, out var parsed) && IsAddress(parsed) ? parsed : null).ToImmutableArray();
        return addresses.Length is 0 or > MostAddresses || addresses.Contains(null)
            ? (null, JoinTicketProblems.BadAddress)
            : (new JoinTicket(
                Base32.Encode(content.Secret.Span), Base32.Encode(content.Orchestrator.Span), new KeyPin(Convert.ToHexStringLower(content.Authority.Span)), addresses!), null);
    }

    // Plain HTTP never leaves the machine, whatever a ticket says.
    private static bool IsAddress(Uri address) =>
        address.AbsolutePath == "/" && address.UserInfo.Length == 0 && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    private static byte[] Checksum(ReadOnlySpan<byte> content) => SHA256.HashData(content)[..ChecksumLength];
}
