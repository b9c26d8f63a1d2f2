namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>Whether work whose device is not linked is given to another one, or waited for. Pure.</summary>
public static class Reattachment
{
    // A blip of a link or the restart of a service is over by then.
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A device that has been away for a while is expected to stay away for as long again (nothing else is known of it), 2 s at least; then it does what is left. After
    /// <paramref name="reattachFor"/> it is not expected any more.
    /// </summary>
    /// <param name="elsewhereMs">Until the result on the best other device, its waiting included.</param>
    /// <param name="remainingMs">What is left where it was.</param>
    /// <param name="away">Since the link ended.</param>
    public static bool IsSoonerElsewhere(double elsewhereMs, double remainingMs, TimeSpan away, TimeSpan reattachFor) =>
        away >= reattachFor || elsewhereMs <= remainingMs + Math.Max(Soonest.TotalMilliseconds, away.TotalMilliseconds);
}
