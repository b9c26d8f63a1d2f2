using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class EngineImageTests
{
    private static readonly byte[] Png = [137, 80, 78, 71, 13, 10, 26, 10, 0, 251, 255, 3, 62];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2];
    private static readonly byte[] WebP = [.. "RIFF"u8, 1, 2, 3, 4, .. "WEBPVP8 "u8];

    public static TheoryData<string> Written => new()
    {
        Convert.ToBase64String(Png),
        Convert.ToBase64String(Png).TrimEnd('='),
        "data:image/png;base64," + Convert.ToBase64String(Png),
        "data:application/octet-stream;charset=utf-8;base64," + Convert.ToBase64String(Png).TrimEnd('='),
        Convert.ToBase64String(Png).Replace('+', '-').Replace('/', '_'),
        string.Join("\r\n", Convert.ToBase64String(Png).Chunk(4).Select(c => new string(c))) + "\n",
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void FromBase64_WaysItIsWritten_IsThePicture(string text)
    {
        var image = EngineImage.FromBase64(text)!;
        Assert.Equal(Png, image.Bytes.ToArray());
        Assert.Equal(("image/png", ".png"), (image.ContentType, image.Extension));
    }

    [Fact]
    public void Of_FirstBytes_TellTheKind()
    {
        Assert.Equal(("image/jpeg", ".jpg"), (EngineImage.Of(Jpeg)!.ContentType, EngineImage.Of(Jpeg)!.Extension));
        Assert.Equal(("image/webp", ".webp"), (EngineImage.Of(WebP)!.ContentType, EngineImage.Of(WebP)!.Extension));
        Assert.Null(EngineImage.Of("<html>"u8.ToArray()));
        Assert.Null(EngineImage.Of(Array.Empty<byte>()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("data:image/png;base64")]
    [InlineData("data:image/png;base64,")]
    [InlineData("not base64!")]
    [InlineData("A")]
    [InlineData("PGh0bWw+")]
    [InlineData("http://127.0.0.1/view?filename=a.png")]
    public void FromBase64_NoPicture_IsNone(string? text) => Assert.Null(EngineImage.FromBase64(text));
}
