using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>A certificate that the person brings for browsers, read again when its file changes. Thread-safe.</summary>
internal sealed partial class OwnCertificate(IOptions<LanOptions> options, ILogger<OwnCertificate> logger)
{
    private readonly Lock _gate = new();
    private DateTime _stamp;
    private SslStreamCertificateContext? _context;

    /// <summary>Null when none is configured.</summary>
    /// <exception cref="StartupException">At the first call, when it cannot be read.</exception>
    public SslStreamCertificateContext? Current
    {
        get
        {
            if (options.Value.CertificatePath is not { Length: > 0 } path)
            {
                return null;
            }

            lock (_gate)
            {
                var stamp = File.GetLastWriteTimeUtc(path);
                if (_context is null || stamp != _stamp)
                {
                    (_stamp, _context) = (stamp, Load(path) ?? _context);
                }

                return _context;
            }
        }
    }

    private SslStreamCertificateContext? Load(string path)
    {
        try
        {
            return Read(path, options.Value.CertificateKeyPath ?? path, options.Value.CertificatePassword);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            if (_context is null)
            {
                throw new StartupException($"The certificate {path} (EdgeMesh:Lan:CertificatePath) cannot be used: {e.Message}", e);
            }

            // A renewal in two steps: the old one goes on until both files fit.
            LogKept(logger, path, e.Message);
            return null;
        }
    }

    private static SslStreamCertificateContext Read(string path, string keyPath, string? password)
    {
        X509Certificate2Collection all = [];
        X509Certificate2 own;
        if (X509Certificate2.GetCertContentType(path) == X509ContentType.Pkcs12)
        {
            all = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password);
            own = all.FirstOrDefault(c => c.HasPrivateKey) ?? throw new CryptographicException("It has no private key.");
        }
        else
        {
            all.ImportFromPemFile(path);
            using var pem = password is null ? X509Certificate2.CreateFromPemFile(path, keyPath) : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
            own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }

        return SslStreamCertificateContext.Create(own, all, offline: true);
    }

    [LoggerMessage(2101, LogLevel.Warning, "The changed certificate {Path} cannot be used, the old one stays: {Reason}")]
    private static partial void LogKept(ILogger logger, string path, string reason);
}
