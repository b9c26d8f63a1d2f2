namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>Latent consistency (Luo et al. 2023, algorithm 3): each step guesses the clean sample and, but for the last, noises it again. One to eight steps.</summary>
public sealed class LcmScheduler : IScheduler
{
    private const double SigmaData = 0.5;
    private readonly SchedulerConfig _config;
    private readonly NoiseSchedule _schedule;

    public LcmScheduler(SchedulerConfig config, int steps)
    {
        _config = config;
        _schedule = new NoiseSchedule(config);
        var original = config.OriginalInferenceSteps;
        var stride = config.NumTrainTimesteps / original;
        Timesteps = [.. Enumerable.Range(0, steps).Select(i => (double)(((original - (int)((long)i * original / steps)) * stride) - 1))];
    }

    public string Name => "LCM";

    public ImmutableArray<double> Timesteps { get; }

    public double InitialNoiseScale => 1;

    public double InputScale(int step) => 1;

    public void Step(int step, ReadOnlySpan<float> output, Span<float> latents, INoise noise)
    {
        var timestep = (int)Timesteps[step];
        var prediction = new Prediction(_config.PredictionType, _schedule.Signal(timestep), _config.ClipSample ? _config.ClipSampleRange : null);

        // The boundary condition: at timestep 0 the sample itself is the answer.
        var scaled = timestep * _config.TimestepScaling;
        var keep = SigmaData * SigmaData / ((scaled * scaled) + (SigmaData * SigmaData));
        var guess = scaled / Math.Sqrt((scaled * scaled) + (SigmaData * SigmaData));
        for (var i = 0; i < latents.Length; i++)
        {
            latents[i] = (float)((guess * prediction.Of(output[i], latents[i]).Clean) + (keep * latents[i]));
        }

        if (step + 1 < Timesteps.Length)
        {
            AddNoise(_schedule.Signal((int)Timesteps[step + 1]), latents, noise);
        }
    }

    private static void AddNoise(double signal, Span<float> latents, INoise noise)
    {
        var fresh = new float[latents.Length];
        noise.Fill(fresh);
        for (var i = 0; i < latents.Length; i++)
        {
            latents[i] = (float)((Math.Sqrt(signal) * latents[i]) + (Math.Sqrt(1 - signal) * fresh[i]));
        }
    }
}
