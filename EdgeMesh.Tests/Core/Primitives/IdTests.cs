using System.Security.Cryptography;
using System.Text.Json;
using CsCheck;

namespace EdgeMesh.Tests.Core.Primitives;

public sealed class IdTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "my")]
    [InlineData("fo", "mzxq")]
    [InlineData("foo", "mzxw6")]
    [InlineData("foob", "mzxw6yq")]
    [InlineData("fooba", "mzxw6ytb")]
    [InlineData("foobar", "mzxw6ytboi")]
    public void Base32_Rfc4648Vectors_AreWritten(string text, string expected) => Assert.Equal(expected, Base32.Encode(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Base32_AnyBytes_AreValidAndDistinct() => Gen.Select(Gen.Byte.Array[1, 40], Gen.Byte.Array[1, 40]).Sample((a, b) =>
    {
        Assert.True(Base32.IsValid(Base32.Encode(a)));
        Assert.Equal(a, Base32.Decode(Base32.Encode(a)));
        Assert.True(a.Length != b.Length || a.AsSpan().SequenceEqual(b) == (Base32.Encode(a) == Base32.Encode(b)));
    });

    [Theory]
    [InlineData("")]
    [InlineData("ABC")]
    [InlineData("a1")]
    [InlineData("a b")]
    [InlineData("../")]
    public void Base32_OtherText_IsNotValid(string text) => Assert.False(Base32.IsValid(text));

    [Fact]
    public void DeviceId_OfAKey_IsItsThumbprint()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var info = key.ExportSubjectPublicKeyInfo();
        var id = DeviceId.FromPublicKey(info);
        Assert.Equal(Base32.Encode(SHA256.HashData(info)), id.Value);
        Assert.Equal(DeviceId.Length, id.Value.Length);
        Assert.Equal($"{id.Value[..4]}-{id.Value[4..8]}", id.Short);
        Assert.True(DeviceId.TryParse(id.Value, out var read) && read == id);
    }

    [Fact]
    public void DeviceId_NotOne_IsRefused() => Assert.All<string?>(
        [null, "", "k7qm-3fzd", Any.Id(0).Value[1..], Any.Id(0).Value + "a", Any.Id(0).Value.ToUpperInvariant(), "../" + Any.Id(0).Value[3..]],
        text => Assert.False(DeviceId.TryParse(text, out _)));

    [Fact]
    public void JobId_New_SortsByTimeAndParses() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 1_000_000]).Sample((at, later) =>
    {
        var one = JobId.New(DateTimeOffset.UnixEpoch.AddYears(50).AddMilliseconds(at));
        var other = JobId.New(DateTimeOffset.UnixEpoch.AddYears(50).AddMilliseconds((long)at + later));
        Assert.True(string.CompareOrdinal(one.Value, other.Value) < 0);
        Assert.True(JobId.TryParse(one.Value, out var read) && read == one);
        Assert.Matches("^j-[a-z2-7]{4}-[a-z2-7]{4}$", one.Short);
    });

    [Theory]
    [InlineData("t1", 1)]
    [InlineData("t250", 250)]
    public void TaskId_Parsed_IsItsNumber(string text, int number)
    {
        Assert.True(TaskId.TryParse(text, out var id));
        Assert.Equal((number, text), (id.Number, id.Value));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t")]
    [InlineData("t0")]
    [InlineData("t01")]
    [InlineData("t-1")]
    [InlineData("t+1")]
    [InlineData("t 1")]
    [InlineData("T1")]
    [InlineData("1")]
    [InlineData("t99999999")]
    public void TaskId_NotOne_IsRefused(string? text) => Assert.False(TaskId.TryParse(text, out _));

    [Fact]
    public void Ids_InJson_AreStringsAlsoAsKeys()
    {
        var device = Any.Id(3);
        Assert.Equal($"\"{device.Value}\"", JsonSerializer.Serialize(device));
        var map = new Dictionary<TaskId, int> { [new TaskId(7)] = 1 };
        Assert.Equal("{\"t7\":1}", JsonSerializer.Serialize(map));
        Assert.Equal(map, JsonSerializer.Deserialize<Dictionary<TaskId, int>>("{\"t7\":1}"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DeviceId>("\"nope\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaskId>("7"));
    }
}
