namespace EdgeMesh.Core.Scheduling;

/// <summary>
/// How many attempts may be started a second time elsewhere: a share of all that start, and one to begin with, so that a mesh with little to do has one when it needs it. Never more than
/// 1 + share · started, and never more than <see cref="Most"/> in a row, so that devices which all get slow at once are not given all their work twice. Immutable.
/// </summary>
/// <param name="Share">Second attempts for each attempt that starts, 0 (none) to 1.</param>
/// <param name="Left">Second attempts that may be started now; a part of one is none.</param>
public readonly record struct HedgeBudget(double Share, double Left)
{
    /// <summary>The most that are saved up while none is needed.</summary>
    public const double Most = 5;

    // Twenty times a twentieth is one, whatever the sum of twenty doubles says.
    private const double Rounding = 1e-6;

    /// <summary>Whether one more may be started.</summary>
    public bool Allows => Left >= 1 - Rounding;

    /// <summary>Before any attempt.</summary>
    public static HedgeBudget Of(double share) => new(share, share > 0 ? 1 : 0);

    /// <summary>After so many more attempts have started.</summary>
    public HedgeBudget After(long started) => this with { Left = Math.Min(Most, Left + (Math.Max(0, started) * Share)) };

    /// <summary>After one more second attempt.</summary>
    /// <exception cref="InvalidOperationException">None is allowed.</exception>
    public HedgeBudget Spend() => Allows ? this with { Left = Math.Max(0, Left - 1) } : throw new InvalidOperationException("No second attempt is allowed now.");
}
