using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Core.Costing;

/// <summary>How much of an answer is still to be written when a part of it is there. Pure.</summary>
internal static class AnswerRest
{
    /// <summary>The median of the rest in tokens, by the same distribution as the rest of a time (<see cref="Remaining"/>): an answer that is longer than usual has still its tail before it.</summary>
    /// <param name="usual">Tokens that half of such answers stay under.</param>
    /// <param name="sigma">Spread of ln(tokens).</param>
    /// <param name="written">Tokens that are there.</param>
    public static double Of(double usual, double sigma, int written) => Remaining.Of(usual, usual * Math.Exp(CostModel.Z90 * sigma), written);
}
