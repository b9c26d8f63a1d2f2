namespace EdgeMesh.QaiHub.Emulator.Jobs;

/// <summary>How long a job stays in each state at speed 1. Each job varies by up to a quarter, always the same for one id.</summary>
public sealed record JobTimes
{
    /// <summary>Waiting in CREATED.</summary>
    public TimeSpan Created { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>OPTIMIZING_MODEL of a compile job.</summary>
    public TimeSpan OptimizingModel { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>PROVISIONING_DEVICE of a profile or inference job.</summary>
    public TimeSpan ProvisioningDevice { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>MEASURING_PERFORMANCE of a profile job.</summary>
    public TimeSpan MeasuringPerformance { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>RUNNING_INFERENCE of an inference job.</summary>
    public TimeSpan RunningInference { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>QUANTIZING_MODEL of a quantize job.</summary>
    public TimeSpan QuantizingModel { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>LINKING_MODELS of a link job.</summary>
    public TimeSpan LinkingModels { get; init; } = TimeSpan.FromSeconds(45);
}
