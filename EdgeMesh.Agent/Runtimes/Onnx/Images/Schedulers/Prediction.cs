namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>Turns what the UNet says into the clean sample and the noise it implies, at signal ᾱ.</summary>
internal readonly struct Prediction(PredictionType type, double signal, double? clip)
{
    private readonly double _signal = Math.Sqrt(signal);
    private readonly double _noise = Math.Sqrt(1 - signal);

    /// <summary>The clean sample and the noise, so that √ᾱ·clean + √(1 − ᾱ)·noise is the sample again.</summary>
    public (double Clean, double Noise) Of(double output, double sample)
    {
        var clean = type switch
        {
            PredictionType.Epsilon => (sample - (_noise * output)) / _signal,
            PredictionType.VPrediction => (_signal * sample) - (_noise * output),
            _ => output,
        };
        var noise = type switch
        {
            PredictionType.Epsilon => output,
            PredictionType.VPrediction => (_signal * output) + (_noise * sample),
            _ => (sample - (_signal * output)) / _noise,
        };
        return clip is { } range ? (Math.Clamp(clean, -range, range), noise) : (clean, noise);
    }
}
