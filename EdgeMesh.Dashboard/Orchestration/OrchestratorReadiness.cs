using EdgeMesh.Dashboard.Health;
using Orleans.Runtime;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>The Orleans silo of this process is active.</summary>
internal sealed class OrchestratorReadiness(ISiloStatusOracle silo) : IReadinessCheck
{
    public string Name => "orchestrator";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(silo.CurrentStatus == SiloStatus.Active ? null : $"The orchestrator is {silo.CurrentStatus}.");
}
