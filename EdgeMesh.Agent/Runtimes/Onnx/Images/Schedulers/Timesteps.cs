namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>Which training steps a run visits, from the noisiest down.</summary>
internal static class Timesteps
{
    /// <summary>
    /// <c>leading</c>: i·⌊T/n⌋ + offset. <c>trailing</c>: round(T − i·T/n) − 1. <c>linspace</c>: n points from T − 1 to 0 (Lin et al. 2023, table 2).
    /// </summary>
    public static double[] Spread(int steps, int trainSteps, TimestepSpacing spacing, int offset)
    {
        var timesteps = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            timesteps[i] = spacing switch
            {
                TimestepSpacing.Leading => Math.Min(((steps - 1 - i) * (trainSteps / steps)) + offset, trainSteps - 1),
                TimestepSpacing.Trailing => Math.Max(0, Math.Round(trainSteps - (i * (double)trainSteps / steps)) - 1),
                _ => steps == 1 ? 0 : (trainSteps - 1) * (double)(steps - 1 - i) / (steps - 1),
            };
        }

        return timesteps;
    }
}
