using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Planning;

/// <summary>What a task has failed on and is not given to again.</summary>
/// <param name="Devices">Devices as a whole.</param>
/// <param name="Models">Models on a device whose own fault it was: another model of that device may do it.</param>
public sealed record Tried(ImmutableHashSet<DeviceId> Devices, ImmutableHashSet<(DeviceId Device, string Model)> Models)
{
    public static Tried Nothing { get; } = new([], []);

    /// <summary>What a task's failed attempts, of which the last failed for <paramref name="last"/>, leave out of the next one.</summary>
    public static Tried Of(IEnumerable<AttemptView> attempts, ReasonCode last)
    {
        if (!ReasonCodes.For(last).ElsewhereOnly)
        {
            return Nothing;
        }

        var failed = attempts.Where(a => a.State == AttemptState.Failed).ToLookup(a => a.Reason is { } reason && ReasonCodes.For(reason).IsOfTheModel);
        return new([.. failed[false].Select(a => a.DeviceId)], [.. failed[true].Select(a => (a.DeviceId, a.ModelId))]);
    }
}
