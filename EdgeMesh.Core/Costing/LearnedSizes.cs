using EdgeMesh.Core.Devices;

namespace EdgeMesh.Core.Costing;

/// <summary>Bounds what a device learns of one model: sizes of an ONNX run are anyone's choice, and each is learned for itself.</summary>
public static class LearnedSizes
{
    /// <summary>Sizes that are kept of one model on one runtime.</summary>
    public const int MaxSizes = 32;

    /// <summary>With this learned; when there are too many sizes of its model, the one with the fewest runs goes.</summary>
    public static ImmutableDictionary<CalibrationKey, Calibration> Put(ImmutableDictionary<CalibrationKey, Calibration> known, CalibrationKey key, Calibration learned)
    {
        if (key.Sizes.Length > 0 && !known.ContainsKey(key))
        {
            var others = known.Where(k => k.Key.Sizes.Length > 0 && k.Key with { Sizes = key.Sizes } == key).ToList();
            if (others.Count >= MaxSizes)
            {
                known = known.Remove(others.MinBy(o => o.Value.Runs).Key);
            }
        }

        return known.SetItem(key, learned);
    }
}
