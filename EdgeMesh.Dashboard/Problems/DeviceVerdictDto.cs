using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Dashboard.Problems;

/// <summary>Whether a device could run a job, and why or why not.</summary>
/// <param name="Reason">Always text, also why the chosen one was chosen.</param>
/// <param name="Predicted">Null when it was filtered before it could be priced.</param>
public sealed record DeviceVerdictDto(DeviceId DeviceId, string Name, bool Candidate, string Reason, Estimate? Predicted)
{
    public static DeviceVerdictDto From(DeviceVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return new DeviceVerdictDto(verdict.DeviceId, verdict.Name, verdict.Candidate, verdict.Reason, verdict.Predicted);
    }
}
