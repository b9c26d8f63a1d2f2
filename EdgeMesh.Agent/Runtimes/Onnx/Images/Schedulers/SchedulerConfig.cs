using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>How the timesteps of a run are spread over the training steps.</summary>
public enum TimestepSpacing
{
    Leading,
    Trailing,
    Linspace,
}

/// <summary>What the UNet was trained to predict.</summary>
public enum PredictionType
{
    /// <summary>The noise in the sample.</summary>
    Epsilon,

    /// <summary>The velocity between noise and sample.</summary>
    VPrediction,

    /// <summary>The clean sample itself.</summary>
    Sample,
}

/// <summary>What <c>scheduler/scheduler_config.json</c> says; defaults are those of the Stable Diffusion layout.</summary>
public sealed record SchedulerConfig
{
    [JsonPropertyName("_class_name")]
    public string ClassName { get; init; } = "DDIMScheduler";

    /// <summary>Steps of the training, 1 to 10,000.</summary>
    public int NumTrainTimesteps { get; init; } = 1000;

    public double BetaStart { get; init; } = 0.00085;

    public double BetaEnd { get; init; } = 0.012;

    /// <summary><c>linear</c>, <c>scaled_linear</c> or <c>squaredcos_cap_v2</c>.</summary>
    public string BetaSchedule { get; init; } = "scaled_linear";

    public PredictionType PredictionType { get; init; } = PredictionType.Epsilon;

    /// <summary>Null: what the scheduler of this class does by default.</summary>
    public TimestepSpacing? TimestepSpacing { get; init; }

    public int StepsOffset { get; init; }

    public bool SetAlphaToOne { get; init; } = true;

    public bool ClipSample { get; init; }

    public double ClipSampleRange { get; init; } = 1;

    /// <summary>LCM: the steps of the distillation, from which the few steps of a run are picked.</summary>
    public int OriginalInferenceSteps { get; init; } = 50;

    /// <summary>LCM: the factor of the timestep in the boundary conditions.</summary>
    public double TimestepScaling { get; init; } = 10;

    public bool UseKarrasSigmas { get; init; }

    public bool RescaleBetasZeroSnr { get; init; }

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Reads the file; what it asks for and this agent cannot do is refused here, never ignored.</summary>
    public static SchedulerConfig Read(string json)
    {
        SchedulerConfig config;
        try
        {
            config = JsonSerializer.Deserialize<SchedulerConfig>(json, Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"The model's scheduler_config.json cannot be read: {e.Message}");
        }

        if (config.UseKarrasSigmas || config.RescaleBetasZeroSnr)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, "The model's scheduler asks for Karras sigmas or rescaled betas, which this agent does not do.");
        }

        if (config.NumTrainTimesteps is < 1 or > 10_000 || config.OriginalInferenceSteps < 1 || config.OriginalInferenceSteps > config.NumTrainTimesteps)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, "The model's scheduler_config.json has impossible step counts.");
        }

        return config;
    }
}
