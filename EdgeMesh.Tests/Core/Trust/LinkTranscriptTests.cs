using EdgeMesh.Core.Trust;

namespace EdgeMesh.Tests.Core.Trust;

public sealed class LinkTranscriptTests
{
    private static readonly LinkTranscript One = new(Nonce(1), Nonce(2), "orchestrator", LinkChannel.Plain(8080));

    [Fact]
    public void Proofs_DifferInWhateverDiffers()
    {
        LinkTranscript[] others =
        [
            One with { OrchestratorNonce = Nonce(3) }, One with { DeviceNonce = Nonce(3) }, One with { OrchestratorNonce = Nonce(2), DeviceNonce = Nonce(1) },
            One with { OrchestratorId = "another" }, One with { Channel = LinkChannel.Plain(8081) }, One with { Channel = LinkChannel.Tls(KeyPin.Of([1])) },
        ];
        var key = LinkTranscript.TokenKey("secret");
        var all = others.Append(One).SelectMany(t => (byte[][])
        [
            t.ForOrchestrator(), t.ForDevice([]), t.ForDevice([1]), t.TokenMark(key), t.OrchestratorTokenProof(key), t.DeviceTokenProof(key, [1]), t.DeviceTokenProof(key, [2]),
            t.TokenMark(LinkTranscript.TokenKey("another")),
        ]).Select(Convert.ToHexString).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Proof_OverANonceOfAnotherLength_IsNone(int length)
    {
        Assert.Throws<InvalidDataException>(() => (One with { DeviceNonce = new byte[length] }).ForOrchestrator());
        Assert.Throws<InvalidDataException>(() => (One with { OrchestratorNonce = new byte[length] }).ForDevice([]));
    }

    private static byte[] Nonce(byte filled) => [.. Enumerable.Repeat(filled, LinkTranscript.NonceLength)];
}
