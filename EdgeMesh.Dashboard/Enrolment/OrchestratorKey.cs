using EdgeMesh.Agent.Link;
using EdgeMesh.Dashboard.Hosting;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>This dashboard's own permanent identity, which devices bind their proofs to.</summary>
public sealed class OrchestratorKey : IDisposable
{
    private readonly DeviceKey _key;

    public OrchestratorKey(DashboardOptions options)
    {
        _key = DeviceKey.Open(Path.Combine(options.DataDirectory, "orchestrator"));
        Id = _key.Id.Value;
    }

    public string Id { get; }

    public void Dispose() => _key.Dispose();
}
