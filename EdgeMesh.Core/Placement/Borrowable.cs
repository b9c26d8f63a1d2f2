using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Core.Placement;

/// <summary>What devices without runs of their own may borrow: the fleet's best known figure of a key, looked for once a decision.</summary>
internal sealed class Borrowable(FleetSnapshot fleet)
{
    private readonly Dictionary<CalibrationKey, Calibration?> _found = [];

    /// <summary>Null when nobody knows it.</summary>
    public Calibration? For(CalibrationKey key)
    {
        if (!_found.TryGetValue(key, out var best))
        {
            foreach (var other in fleet.Devices)
            {
                if (other.Learned(key) is { } known && known.Runs > (best?.Runs ?? 0))
                {
                    best = known;
                }
            }

            _found[key] = best;
        }

        return best;
    }
}
