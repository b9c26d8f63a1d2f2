namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>Which device this process is itself; null when it is none or not started yet.</summary>
public sealed class EmbeddedIdentity
{
    public DeviceId? Id { get; set; }
}
