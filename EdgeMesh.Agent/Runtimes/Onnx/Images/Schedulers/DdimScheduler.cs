namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>DDIM with η = 0 (Song et al. 2020, eq. 12): deterministic, good from about 20 steps.</summary>
public sealed class DdimScheduler : IScheduler
{
    private readonly NoiseSchedule _schedule;
    private readonly SchedulerConfig _config;
    private readonly int _stride;

    public DdimScheduler(SchedulerConfig config, int steps)
    {
        _config = config;
        _schedule = new NoiseSchedule(config);
        _stride = config.NumTrainTimesteps / steps;
        var spread = Schedulers.Timesteps.Spread(steps, config.NumTrainTimesteps, config.TimestepSpacing ?? TimestepSpacing.Leading, config.StepsOffset);
        Timesteps = [.. spread.Select(t => Math.Round(t))];
    }

    public string Name => "DDIM";

    public ImmutableArray<double> Timesteps { get; }

    public double InitialNoiseScale => 1;

    public double InputScale(int step) => 1;

    public void Step(int step, ReadOnlySpan<float> output, Span<float> latents, INoise noise)
    {
        var timestep = (int)Timesteps[step];
        var next = timestep - _stride;
        var nextSignal = next >= 0 ? _schedule.Signal(next) : _config.SetAlphaToOne ? 1 : _schedule.Signal(0);
        var prediction = new Prediction(_config.PredictionType, _schedule.Signal(timestep), _config.ClipSample ? _config.ClipSampleRange : null);
        var (keep, add) = (Math.Sqrt(nextSignal), Math.Sqrt(1 - nextSignal));
        for (var i = 0; i < latents.Length; i++)
        {
            var (clean, implied) = prediction.Of(output[i], latents[i]);
            latents[i] = (float)((keep * clean) + (add * implied));
        }
    }
}
