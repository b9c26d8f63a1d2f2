using EdgeMesh.Agent.Connections;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>Agents that prove themselves right now: few of one address, so that one host cannot keep all others out; this computer's are apart.</summary>
internal sealed class HandshakeSlots(RefusalLog log)
{
    private const int PerNetwork = 4;
    private const int All = 64;
    private const int Loopback = 16;
    private readonly PeerCounts _counts = new(PerNetwork, All, Loopback);

    /// <summary>Takes a place, which <see cref="Leave"/> gives back; false when there is none.</summary>
    public bool TryEnter(PeerNetwork from)
    {
        var limit = _counts.TryEnter(from);
        if (limit != PeerLimit.None)
        {
            log.Refused("Handshakes of agents", from, limit == PeerLimit.Network ? $"{PerNetwork} of one address may run at once." : $"{(limit == PeerLimit.All ? All : Loopback)} may run at once.");
        }

        return limit == PeerLimit.None;
    }

    public void Leave(PeerNetwork from) => _counts.Leave(from);
}
