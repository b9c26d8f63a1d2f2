using System.Buffers.Text;
using System.Security.Cryptography;
using CsCheck;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;
using Google.Protobuf;

namespace EdgeMesh.Tests.Core.Trust;

public sealed class JoinTicketTests
{
    private static readonly JoinTicket Sample = new(
        Base32.Encode(new byte[20]), Base32.Encode(SHA256.HashData([1])), KeyPin.Of([2]), [new Uri("https://192.168.1.20:8443"), new Uri("http://localhost:8080")]);

    [Fact]
    public void TryParse_WhatToStringMade_IsTheSameTicket()
    {
        Assert.True(JoinTicket.TryParse(Sample.ToString(), out var read, out _));
        Assert.Equal((Sample.Secret, Sample.OrchestratorId, Sample.Authority), (read.Secret, read.OrchestratorId, read.Authority));
        Assert.Equal(Sample.Addresses.AsEnumerable(), read.Addresses);
        Assert.StartsWith("em1.", Sample.ToString(), StringComparison.Ordinal);
        Assert.True(Sample.ToString().Length < 260, "It must stay short enough to copy and for a QR code.");
    }

    [Fact]
    public void TryParse_WrappedLines_AreJoined() =>
        Assert.True(JoinTicket.TryParse("  " + Sample.ToString().Insert(40, "\r\n   ") + "\n", out _, out _));

    [Fact]
    public void TryParse_AnyCharacterChangedOrCutOff_IsDamagedAndNeverThrows() => Gen.Select(Gen.Int[4, Sample.ToString().Length - 1], Gen.Char.AlphaNumeric).Sample((at, character) =>
    {
        var text = Sample.ToString();
        var changed = text[..at] + character + text[(at + 1)..];
        var last = at == text.Length - 1; // whose lowest bits may mean nothing
        Assert.True(last || JoinTicket.TryParse(changed, out _, out var problem) == (changed == text) && problem?.Code is null or "ticket_damaged");
        Assert.False(JoinTicket.TryParse(text[..at], out _, out var cut));
        Assert.Equal("ticket_damaged", cut.Code);
    });

    [Theory]
    [InlineData("", "ticket_empty")]
    [InlineData("k7qm3fzdk7qm3fzdk7qm3fzdk7qm3fzd", "ticket_unknown")]
    [InlineData("em_notaticket", "ticket_unknown")]
    [InlineData("em2.AAAA", "ticket_newer")]
    [InlineData("em1.", "ticket_damaged")]
    [InlineData("em1.****", "ticket_damaged")]
    public void TryParse_OtherText_SaysWhy(string text, string code)
    {
        Assert.False(JoinTicket.TryParse(text, out _, out var problem));
        Assert.Equal(code, problem.Code);
        Assert.NotEmpty(problem.Remedy);
    }

    [Theory]
    [InlineData("http://192.168.1.20:8080")]
    [InlineData("ftp://localhost")]
    [InlineData("https://user@192.168.1.20:8443")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public void TryParse_AddressThatWouldNotBeSafe_IsRefused(string? address)
    {
        var content = new Ticket { Secret = ByteString.CopyFrom(new byte[20]), Orchestrator = ByteString.CopyFrom(new byte[32]), Authority = ByteString.CopyFrom(new byte[32]) };
        content.Addresses.AddRange(address is null ? [] : [address]);
        var bytes = content.ToByteArray();
        Assert.False(JoinTicket.TryParse("em1." + Base64Url.EncodeToString([.. bytes, .. SHA256.HashData(bytes)[..4]]), out _, out var problem));
        Assert.Equal("ticket_address", problem.Code);
    }

    [Fact]
    public void KeyPin_AsPeopleWriteIt_IsRead()
    {
        var pin = KeyPin.Of([1, 2, 3]);
        Assert.True(KeyPin.TryParse(string.Join(':', pin.Value.ToUpperInvariant().Chunk(2).Select(c => new string(c))), out var read));
        Assert.Equal(pin, read);
        Assert.Equal(Convert.ToBase64String(SHA256.HashData([1, 2, 3])), pin.Base64);
        Assert.Equal(19, pin.Short.Length);
        Assert.False(KeyPin.TryParse("12", out _));
        Assert.False(KeyPin.TryParse(null, out _));
    }
}
