using System.Security.Cryptography;
using System.Text;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Jobs;

/// <summary>A job's way through its states, as a function of its age alone: so it goes on by itself, also while the emulator is off.</summary>
internal static class JobPhases
{
    /// <summary>The states before the end, in order, each with how long it lasts.</summary>
    public static IReadOnlyList<(JobState State, TimeSpan Lasts)> Of(JobType type, string id, JobTimes times, double speed)
    {
        (JobState, TimeSpan)[] phases = type switch
        {
            JobType.Compile => [(JobState.Created, times.Created), (JobState.OptimizingModel, times.OptimizingModel)],
            JobType.Profile =>
                [(JobState.Created, times.Created), (JobState.ProvisioningDevice, times.ProvisioningDevice), (JobState.MeasuringPerformance, times.MeasuringPerformance)],
            JobType.Inference =>
                [(JobState.Created, times.Created), (JobState.ProvisioningDevice, times.ProvisioningDevice), (JobState.RunningInference, times.RunningInference)],
            JobType.Quantize => [(JobState.Created, times.Created), (JobState.QuantizingModel, times.QuantizingModel)],
            _ => [(JobState.Created, times.Created), (JobState.LinkingModels, times.LinkingModels)],
        };
        double scale = (0.75 + (SHA256.HashData(Encoding.UTF8.GetBytes(id))[0] / 255.0 / 2)) / speed;
        return [.. phases.Select(p => (p.Item1, p.Item2 * scale))];
    }

    /// <summary>The state at an age, and the age at which it was entered; null once the end is reached, then with the age of the end.</summary>
    public static (JobState? State, TimeSpan Since) At(IReadOnlyList<(JobState State, TimeSpan Lasts)> phases, TimeSpan age)
    {
        var since = TimeSpan.Zero;
        foreach (var (state, lasts) in phases)
        {
            if (age < since + lasts)
            {
                return (state, since);
            }

            since += lasts;
        }

        return (null, since);
    }
}
