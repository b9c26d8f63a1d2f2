namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>
/// The arithmetic between two runs of the UNet, for one number of steps. Pure: the state is the caller's latents, so one instance serves any number of images.
/// </summary>
public interface IScheduler
{
    /// <summary>What ran, in words, for the result.</summary>
    string Name { get; }

    /// <summary>The timestep given to the UNet at each step, noisiest first.</summary>
    ImmutableArray<double> Timesteps { get; }

    /// <summary>What unit noise is multiplied by to start.</summary>
    double InitialNoiseScale { get; }

    /// <summary>What the latents are multiplied by before the UNet sees them at this step.</summary>
    double InputScale(int step);

    /// <summary>Moves <paramref name="latents"/> one step towards the image, given the UNet's (guided) output for them.</summary>
    /// <param name="noise">Fresh noise, drawn only by schedulers that add some.</param>
    void Step(int step, ReadOnlySpan<float> output, Span<float> latents, INoise noise);
}

/// <summary>A source of unit normal noise.</summary>
public interface INoise
{
    void Fill(Span<float> values);
}
