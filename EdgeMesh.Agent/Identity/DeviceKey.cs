using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Agent.Identity;

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

    /// <summary>A PKCS#10 request for a certificate of this key, DER.</summary>
    public byte[] CreateSigningRequest() =>
        new CertificateRequest(new X500DistinguishedName($"CN={Id}"), _key, HashAlgorithmName.SHA256).CreateSigningRequest();

    /// <summary>The certificate together with this key, to prove oneself in TLS.</summary>
    public X509Certificate2 Attach(X509Certificate2 certificate)
    {
        var attached = certificate.CopyWithPrivateKey(_key);
        if (!OperatingSystem.IsWindows())
        {
            return attached;
        }

        // Windows' TLS takes no key that lives in memory only.
        using (attached)
        {
            return X509CertificateLoader.LoadPkcs12(attached.Export(X509ContentType.Pkcs12), null);
        }
    }

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
                OwnerOnlyFile.Protect(path);
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
        OwnerOnlyFile.Write(path, key.ExportPkcs8PrivateKeyPem());
        return key;
    }

    private static void OwnerOnly(string directory)
    {
        try
        {
            OwnerOnlyFile.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(directory, e);
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
