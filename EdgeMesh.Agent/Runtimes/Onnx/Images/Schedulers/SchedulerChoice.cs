using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>Which scheduler runs a model, and with how many steps it may.</summary>
public static class SchedulerChoice
{
    /// <summary>A run of more steps than this changes nothing but the waiting.</summary>
    public const int MostSteps = 200;

    /// <summary>
    /// The scheduler for the model's class. Solvers trained on the same noise schedule but not implemented here (PNDM, DPM-Solver, UniPC, LMS, Heun) run on DDIM;
    /// <see cref="IScheduler.Name"/> says what really ran.
    /// </summary>
    public static IScheduler Create(SchedulerConfig config, int steps)
    {
        if (steps < 1 || steps > Most(config))
        {
            throw new TaskFailedException(ReasonCode.BadInput, $"This model makes an image in 1 to {Most(config)} steps, not in {steps}.");
        }

        return config.ClassName switch
        {
            "LCMScheduler" => new LcmScheduler(config, steps),
            "EulerDiscreteScheduler" => new EulerScheduler(config, steps, ancestral: false),
            "EulerAncestralDiscreteScheduler" => new EulerScheduler(config, steps, ancestral: true),
            "DDIMScheduler" or "PNDMScheduler" or "DPMSolverMultistepScheduler" or "DPMSolverSinglestepScheduler" or "UniPCMultistepScheduler"
                or "LMSDiscreteScheduler" or "HeunDiscreteScheduler" or "DDPMScheduler" => new DdimScheduler(config, steps),
            _ => throw new TaskFailedException(ReasonCode.Unsupported, $"The model wants the scheduler {config.ClassName}, which this agent does not have."),
        };
    }

    /// <summary>The steps and the guidance that this class of model is made for, where the model itself does not say.</summary>
    public static (int Steps, double Guidance) Defaults(SchedulerConfig config) => config.ClassName switch
    {
        "LCMScheduler" => (4, 1),
        "EulerDiscreteScheduler" or "EulerAncestralDiscreteScheduler" when config.TimestepSpacing == TimestepSpacing.Trailing => (1, 0),
        _ => (25, 7.5),
    };

    private static int Most(SchedulerConfig config) =>
        Math.Min(MostSteps, config.ClassName == "LCMScheduler" ? config.OriginalInferenceSteps : config.NumTrainTimesteps);
}
