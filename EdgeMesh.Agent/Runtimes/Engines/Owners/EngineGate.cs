using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Engines.Owners;

/// <summary>
/// Stands before an engine that was found by itself: whoever listens on a usual port would get prompts otherwise. The owner is looked at before every piece of work, as
/// another program may have taken the port since.
/// </summary>
/// <param name="ownerOf">Whose process listens on a port; null when nobody knows.</param>
internal sealed class EngineGate(EngineBook book, Func<int, EngineOwner?> ownerOf)
{
    /// <summary>Who runs it, and why it gets nothing; no reason when it may work.</summary>
    public (EngineOwner? Owner, string? Refusal) Look(string runtime, string name, int port)
    {
        if (ownerOf(port) is not { } owner)
        {
            return (null, null);
        }

        var seen = owner with { IsAllowed = !owner.IsOther || book.IsAllowed(runtime, owner.Uid) };
        return (seen, seen.IsAllowed ? null : $"{name} on port {port} is run by another user of this device: {seen.Words}. It gets no prompt before somebody allows that on the device's page.");
    }
}
