namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>
/// Euler's method along σ (Karras et al. 2022, algorithm 1 without churn), and its ancestral form that takes a step further down and adds fresh noise.
/// With trailing timesteps and one to four steps it is what the "turbo" models run on.
/// </summary>
public sealed class EulerScheduler : IScheduler
{
    private readonly SchedulerConfig _config;
    private readonly double[] _sigmas;
    private readonly bool _ancestral;

    public EulerScheduler(SchedulerConfig config, int steps, bool ancestral)
    {
        _config = config;
        _ancestral = ancestral;
        var spacing = config.TimestepSpacing ?? TimestepSpacing.Linspace;
        var schedule = new NoiseSchedule(config);
        Timesteps = [.. Schedulers.Timesteps.Spread(steps, config.NumTrainTimesteps, spacing, config.StepsOffset)];
        _sigmas = [.. Timesteps.Select(schedule.Sigma), 0];
        InitialNoiseScale = spacing == TimestepSpacing.Leading ? Math.Sqrt((_sigmas[0] * _sigmas[0]) + 1) : _sigmas[0];
    }

    public string Name => _ancestral ? "Euler ancestral" : "Euler";

    public ImmutableArray<double> Timesteps { get; }

    public double InitialNoiseScale { get; }

    public double InputScale(int step) => 1 / Math.Sqrt((_sigmas[step] * _sigmas[step]) + 1);

    public void Step(int step, ReadOnlySpan<float> output, Span<float> latents, INoise noise)
    {
        var (from, to) = (_sigmas[step], _sigmas[step + 1]);
        var up = _ancestral ? Math.Sqrt(to * to * ((from * from) - (to * to)) / (from * from)) : 0;
        var down = Math.Sqrt((to * to) - (up * up));
        for (var i = 0; i < latents.Length; i++)
        {
            var slope = (latents[i] - Clean(output[i], latents[i], from)) / from;
            latents[i] = (float)(latents[i] + (slope * (down - from)));
        }

        if (up > 0)
        {
            var fresh = new float[latents.Length];
            noise.Fill(fresh);
            for (var i = 0; i < latents.Length; i++)
            {
                latents[i] += (float)(up * fresh[i]);
            }
        }
    }

    private double Clean(double output, double sample, double sigma) => _config.PredictionType switch
    {
        PredictionType.Epsilon => sample - (sigma * output),
        PredictionType.VPrediction => (sample / ((sigma * sigma) + 1)) - (output * sigma / Math.Sqrt((sigma * sigma) + 1)),
        _ => output,
    };
}
