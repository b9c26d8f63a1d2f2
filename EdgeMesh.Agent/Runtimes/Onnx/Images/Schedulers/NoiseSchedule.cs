using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>How much signal is left at each training step: the cumulative product of 1 − β (Ho et al. 2020, eq. 4).</summary>
internal sealed class NoiseSchedule
{
    private readonly double[] _signal;

    public NoiseSchedule(SchedulerConfig config)
    {
        _signal = new double[config.NumTrainTimesteps];
        var product = 1.0;
        for (var t = 0; t < _signal.Length; t++)
        {
            product *= 1 - Beta(config, t);
            _signal[t] = product;
        }
    }

    public int Length => _signal.Length;

    /// <summary>ᾱ of a training step, in 0 to 1.</summary>
    public double Signal(int timestep) => _signal[timestep];

    /// <summary>σ = √((1 − ᾱ) / ᾱ), the noise level in Euler's terms; between whole steps linear.</summary>
    public double Sigma(double timestep)
    {
        var below = Math.Clamp((int)Math.Floor(timestep), 0, Length - 1);
        var above = Math.Min(below + 1, Length - 1);
        var part = timestep - below;
        return ((1 - part) * WholeSigma(below)) + (part * WholeSigma(above));
    }

    private double WholeSigma(int timestep) => Math.Sqrt((1 - _signal[timestep]) / _signal[timestep]);

    private static double Beta(SchedulerConfig config, int t)
    {
        var last = Math.Max(1, config.NumTrainTimesteps - 1);
        return config.BetaSchedule switch
        {
            "linear" => config.BetaStart + ((config.BetaEnd - config.BetaStart) * t / last),
            "scaled_linear" => Square(Math.Sqrt(config.BetaStart) + ((Math.Sqrt(config.BetaEnd) - Math.Sqrt(config.BetaStart)) * t / last)),
            "squaredcos_cap_v2" => Math.Min(1 - (Cosine(t + 1, config.NumTrainTimesteps) / Cosine(t, config.NumTrainTimesteps)), 0.999),
            _ => throw new TaskFailedException(ReasonCode.Unsupported, $"The model's scheduler uses the beta schedule \"{config.BetaSchedule}\", which this agent does not know."),
        };
    }

    /// <summary>ᾱ of the cosine schedule (Nichol and Dhariwal 2021, eq. 17).</summary>
    private static double Cosine(int t, int all) => Square(Math.Cos(((double)t / all + 0.008) / 1.008 * Math.PI / 2));

    private static double Square(double x) => x * x;
}
