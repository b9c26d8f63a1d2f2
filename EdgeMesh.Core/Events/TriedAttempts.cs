using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Events;

/// <summary>What follows from a task's attempts for the next one.</summary>
public static class TriedAttempts
{
    extension(Tried)
    {
        /// <summary>What a task's failed attempts, of which the last failed for <paramref name="last"/>, leave out of the next one.</summary>
        public static Tried Of(IEnumerable<AttemptView> attempts, ReasonCode last)
        {
            if (!ReasonCodes.For(last).ElsewhereOnly)
            {
                return Tried.Nothing;
            }

            var failed = attempts.Where(a => a.State == AttemptState.Failed).ToLookup(a => a.Reason is { } reason && ReasonCodes.For(reason).IsOfTheModel);
            return new Tried([.. failed[false].Select(a => a.DeviceId)], [.. failed[true].Select(a => (a.DeviceId, a.ModelId))]);
        }
    }
}
