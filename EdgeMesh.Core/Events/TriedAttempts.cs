using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Events;

/// <summary>What follows from a task's attempts for the next one.</summary>
public static class TriedAttempts
{
    private static readonly TimeSpan Circle = TimeSpan.FromSeconds(1);

    private static bool IsJustBefore(AttemptView attempt, AttemptView last) =>
        attempt is { State: AttemptState.Failed, Reason: { } reason } && ReasonCodes.For(reason) is { Waits: true, ElsewhereOnly: true } && (last.EndedAt - attempt.EndedAt ?? TimeSpan.Zero) <= Circle;

    extension(Tried)
    {
        /// <summary>What failed the task by itself: a device that was lost, busy or not ready says nothing about the task.</summary>
        public static Tried OwnFaults(IEnumerable<AttemptView> attempts)
        {
            var failed = attempts.Where(a => a is { State: AttemptState.Failed, Reason: { } reason } && ReasonCodes.For(reason) is { ElsewhereOnly: true, Waits: false })
                .ToLookup(a => ReasonCodes.For(a.Reason!.Value).IsOfTheModel);
            return new Tried([.. failed[false].Select(a => a.DeviceId)], [.. failed[true].Select(a => (a.DeviceId, a.ModelId))]);
        }

        /// <summary>
        /// What a task's failed attempts, of which the last to end failed for <paramref name="last"/>, leave out of the next one; of interrupted ones the last and those of the second
        /// before it, so that a task goes elsewhere and does not run in circles between devices that cannot take it now.
        /// </summary>
        public static Tried Of(IReadOnlyList<AttemptView> attempts, ReasonCode last)
        {
            var own = Tried.OwnFaults(attempts);
            return ReasonCodes.For(last) is { Waits: true, ElsewhereOnly: true } && attempts.Where(a => a.State == AttemptState.Failed).MaxBy(a => a.EndedAt) is { } interrupted ? own with { Devices = own.Devices.Union(attempts.Where(a => IsJustBefore(a, interrupted)).Select(a => a.DeviceId)) }
                : own;
        }
    }
}
