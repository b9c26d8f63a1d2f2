using System.Security.Cryptography;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Identity;

public sealed class DeviceKeyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryDirectory _root = new();

    private string Directory => Path.Combine(_root.Path, "device");

    private string KeyFile => Path.Combine(Directory, "device.key");

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Open_NewDirectory_MakesAKeyThatOnlyTheOwnerReads()
    {
        using var key = DeviceKey.Open(Directory);
        Assert.Equal(DeviceId.FromPublicKey(key.PublicKey.Span), key.Id);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(KeyFile));
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Directory));
        }
    }

    [Fact]
    public void Open_Again_IsTheSameDevice()
    {
        DeviceId first;
        using (var key = DeviceKey.Open(Directory))
        {
            first = key.Id;
        }

        using var again = DeviceKey.Open(Directory);
        Assert.Equal(first, again.Id);
    }

    [Fact]
    public void Open_WhileAnotherHoldsIt_SaysWhatToDo()
    {
        using var key = DeviceKey.Open(Directory);
        Assert.Contains("give this one its own --data DIR", Assert.Throws<DeviceKeyException>(() => DeviceKey.Open(Directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RightsTooWide_AreTightened()
    {
        DeviceKey.Open(Directory).Dispose();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(KeyFile, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            DeviceKey.Open(Directory).Dispose();
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(KeyFile));
        }
    }

    [Fact]
    public void Open_FileIsNoKeyOfOurs_SaysSoAndLeavesIt()
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var right = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        System.IO.Directory.CreateDirectory(Directory);
        Assert.All(["", "not a key", rsa.ExportPkcs8PrivateKeyPem(), curve.ExportPkcs8PrivateKeyPem(), right.ExportSubjectPublicKeyInfoPem()], text =>
        {
            File.WriteAllText(KeyFile, text);
            Assert.Contains("not a key any more", Assert.Throws<DeviceKeyException>(() => DeviceKey.Open(Directory)).Message, StringComparison.Ordinal);
            Assert.Equal(text, File.ReadAllText(KeyFile));
        });
        File.WriteAllText(KeyFile, right.ExportPkcs8PrivateKeyPem());
        DeviceKey.Open(Directory).Dispose();
    }

    [Fact]
    public void Open_DirectoryIsAFile_SaysSo()
    {
        var file = Path.Combine(_root.Path, "file");
        File.WriteAllText(file, "");
        Assert.Contains("cannot be used", Assert.Throws<DeviceKeyException>(() => DeviceKey.Open(file)).Message, StringComparison.Ordinal);
    }
}
