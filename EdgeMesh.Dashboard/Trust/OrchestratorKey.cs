using EdgeMesh.Agent.Identity;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>This dashboard's own permanent identity: it proves itself with it on every link, and devices bind their proofs to it.</summary>
public sealed class OrchestratorKey : IDisposable
{
    private readonly DeviceKey _key;

    public OrchestratorKey(DashboardOptions options)
    {
        _key = KeyFiles.Open(Folder(options), Remedy);
        Id = _key.Id.Value;
    }

    private const string Remedy = "Restore a backup of the data folder; or move the file away, and every device has to join this dashboard again.";

    public string Id { get; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> PublicKey => _key.PublicKey;

    /// <summary>Looks at the key that is there, if any, before anything is started.</summary>
    /// <exception cref="StartupException">It is no key.</exception>
    public static void Check(DashboardOptions options) => KeyFiles.Check(Folder(options), Remedy);

    /// <summary>ECDSA with SHA-256, IEEE P1363.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => _key.Sign(message);

    public void Dispose() => _key.Dispose();

    private static string Folder(DashboardOptions options) => Path.Combine(options.DataDirectory, "orchestrator");
}
