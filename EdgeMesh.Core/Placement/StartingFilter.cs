using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Placement;

/// <summary>A device that has just linked, or a runtime on it that has not started yet: a job waits for it.</summary>
public sealed class StartingFilter : IPlacementFilter
{
    public const string Word = "starting";

    public string Name => Word;

    public string? Reject(DeviceSnapshot device, FilterContext context)
    {
        if (device.RuntimesLoaded && !AnyStarts(device))
        {
            return null;
        }

        foreach (var runtime in device.Runtimes)
        {
            if (SkillFilter.Fits(runtime, context))
            {
                return null;
            }
        }

        return Starting(device, context);
    }

    /// <summary>What still starts on a device and may be able to do it in a moment, in words; null when nothing does.</summary>
    public static string? Starting(DeviceSnapshot device, FilterContext context)
    {
        foreach (var runtime in device.Runtimes)
        {
            if (SkillFilter.MightFit(runtime, context))
            {
                return $"{runtime.Name} is still starting.";
            }
        }

        return device.RuntimesLoaded ? null : "Its runtimes are still starting.";
    }

    private static bool AnyStarts(DeviceSnapshot device)
    {
        foreach (var runtime in device.Runtimes)
        {
            if (runtime.State == RuntimeState.Starting)
            {
                return true;
            }
        }

        return false;
    }
}
