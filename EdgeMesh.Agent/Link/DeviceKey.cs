using System.Security.Cryptography;

namespace EdgeMesh.Agent.Link;

/// <summary>The device's own key and a lock on its directory, so that no two processes share an identity.</summary>
public sealed class DeviceKey : IDisposable
{
    private readonly ECDsa _key;
    private readonly FileStream _lock;

    private DeviceKey(ECDsa key, FileStream directoryLock)
    {
        _key = key;
        _lock = directoryLock;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = DeviceId.FromPublicKey(PublicKey.Span);
    }

    public DeviceId Id { get; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Opens the directory's key, or makes one; fails in words when another process uses it or the file is broken.</summary>
    public static DeviceKey Open(string directory)
    {
        OwnerOnly(directory);
        FileStream directoryLock;
        try
        {
            directoryLock = new FileStream(Path.Combine(directory, "device.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unusable(directory, e);
        }
        catch (IOException)
        {
            throw new DeviceKeyException($"Another agent uses {directory}. Two agents never share an identity: give this one its own --data DIR.");
        }

        try
        {
            return new DeviceKey(ReadOrCreate(Path.Combine(directory, "device.key")), directoryLock);
        }
        catch (Exception e)
        {
            directoryLock.Dispose();
            throw e is IOException or UnauthorizedAccessException ? Unusable(directory, e) : e;
        }
    }

    /// <summary>ECDSA with SHA-256, IEEE P1363.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => _key.SignData(message, HashAlgorithmName.SHA256);

    public void Dispose()
    {
        _key.Dispose();
        _lock.Dispose();
    }

    private static ECDsa ReadOrCreate(string path)
    {
        if (File.Exists(path))
        {
            var existing = ECDsa.Create();
            try
            {
                Protect(path);
                existing.ImportFromPem(File.ReadAllText(path));
                return existing.ExportParameters(includePrivateParameters: true).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value
                    ? existing
                    : throw new CryptographicException("Another curve.");
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                existing.Dispose();
                throw new DeviceKeyException($"{path} is not a key any more. Restore it from a backup, or move it away and join again as a new device.");
            }
        }

        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            writer.Write(key.ExportPkcs8PrivateKeyPem());
        }

        File.Move(temporary, path);
        return key;
    }

    private static void OwnerOnly(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(directory, e);
        }
    }

    // A copy or a restored backup may have come with wider rights.
    private static void Protect(string path)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~Owner) != 0)
        {
            File.SetUnixFileMode(path, Owner);
        }
    }

    private static DeviceKeyException Unusable(string directory, Exception e) =>
        new($"{directory} cannot be used: {e.Message} Give another --data DIR.", e);
}

/// <summary>The identity cannot be used; the message says why and what to do.</summary>
public sealed class DeviceKeyException : Exception
{
    public DeviceKeyException()
    {
    }

    public DeviceKeyException(string message)
        : base(message)
    {
    }

    public DeviceKeyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
