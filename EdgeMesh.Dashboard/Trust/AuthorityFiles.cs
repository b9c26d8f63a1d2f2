using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Files;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>
/// The folder <c>ca/</c>: <c>authority.pem</c> (certificate and key), <c>previous.pem</c> (each root that was replaced, followed by the certificate by
/// which it vouches for its successor; their keys are gone), <c>server.key</c>. Owner-only.
/// </summary>
internal sealed class AuthorityFiles
{
    private readonly string _authority;
    private readonly string _previous;
    private readonly string _server;

    public AuthorityFiles(string directory)
    {
        OwnerOnlyFile.CreateDirectory(directory);
        (_authority, _previous, _server) = (Path.Combine(directory, "authority.pem"), Path.Combine(directory, "previous.pem"), Path.Combine(directory, "server.key"));
    }

    /// <summary>What is there, or what <paramref name="create"/> makes and is kept.</summary>
    public Authorities Read(Func<X509Certificate2> create)
    {
        if (!File.Exists(_authority))
        {
            var made = new Authorities(create(), []);
            Write(made);
            return made;
        }

        return OrSay(_authority, () =>
        {
            OwnerOnlyFile.Protect(_authority);
            var current = X509Certificate2.CreateFromPem(File.ReadAllText(_authority), File.ReadAllText(_authority));
            X509Certificate2Collection old = [];
            if (File.Exists(_previous))
            {
                old.ImportFromPem(File.ReadAllText(_previous));
            }

            // A crash in the middle of a change may have left the pair of a successor that never came.
            return new Authorities(current, [.. old.Chunk(2).Select(p => new Previous(p[0], p[1])).Where(p => !p.Root.RawDataMemory.Span.SequenceEqual(current.RawDataMemory.Span))]);
        });
    }

    /// <summary>Keeps them; the replaced roots first, so that a crash between the two loses nothing.</summary>
    public void Write(Authorities authorities)
    {
        if (!authorities.Previous.IsEmpty)
        {
            OwnerOnlyFile.Write(_previous, string.Concat(authorities.Previous.Select(p => $"{p.Root.ExportCertificatePem()}\n{p.Cross.ExportCertificatePem()}\n")));
        }

        using var key = authorities.Current.GetECDsaPrivateKey()!;
        OwnerOnlyFile.Write(_authority, $"{authorities.Current.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    /// <summary>The server's key: made once, so that its pin stays the same.</summary>
    public ECDsa ServerKey()
    {
        if (!File.Exists(_server))
        {
            var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            OwnerOnlyFile.Write(_server, made.ExportPkcs8PrivateKeyPem());
            return made;
        }

        return OrSay(_server, () =>
        {
            OwnerOnlyFile.Protect(_server);
            var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(_server));
            return key;
        });
    }

    private static T OrSay<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new StartupException($"{path} is damaged: {e.Message} Restore it from a backup. If you delete it, a new one is made, and devices of the LAN have to join again.", e);
        }
    }
}

/// <summary>The mesh's roots of trust.</summary>
/// <param name="Current">With its private key.</param>
/// <param name="Previous">Newest last.</param>
internal sealed record Authorities(X509Certificate2 Current, ImmutableArray<Previous> Previous);

/// <param name="Root">A root that was replaced.</param>
/// <param name="Cross">Its successor, certified by it, on the day it was replaced.</param>
internal sealed record Previous(X509Certificate2 Root, X509Certificate2 Cross);
