using EdgeMesh.Agent.Link;
using EdgeMesh.Dashboard.Hosting;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>This dashboard's own permanent identity: it proves itself with it on every link, and devices bind their proofs to it.</summary>
public sealed class OrchestratorKey : IDisposable
{
    private readonly DeviceKey _key;

    public OrchestratorKey(DashboardOptions options)
    {
        _key = DeviceKey.Open(Path.Combine(options.DataDirectory, "orchestrator"));
        Id = _key.Id.Value;
    }

    public string Id { get; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> PublicKey => _key.PublicKey;

    /// <summary>ECDSA with SHA-256, IEEE P1363.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => _key.Sign(message);

    public void Dispose() => _key.Dispose();
}
