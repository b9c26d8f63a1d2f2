using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Core.Placement;

/// <summary>Whether there is memory for an attempt.</summary>
public enum MemoryAnswer
{
    /// <summary>There is, or nobody can say.</summary>
    Now,

    /// <summary>There will be when what runs there has ended.</summary>
    Later,

    /// <summary>There is not, whatever ends.</summary>
    Never,
}

/// <summary>
/// Whether a device has memory for one more attempt with a model: one answer for the preview, the placement and the device's own books. A model that is in memory, or
/// promised to another attempt, costs only the work; models of the same runtime that nobody uses make room, as engines unload them. Pure.
/// </summary>
/// <param name="Answer">Now, later or never.</param>
/// <param name="NeedMb">MiB that it takes of what is free; null is unknown.</param>
/// <param name="FreeMb">MiB that it may have: measured as free, less what is promised and a margin; null is unknown.</param>
/// <param name="MostMb">MiB that it may have once everything there has ended.</param>
/// <param name="MarginMb">MiB that are kept free for others.</param>
public readonly record struct MemoryFit(MemoryAnswer Answer, double? NeedMb, double? FreeMb, double MostMb, double MarginMb)
{
    // MiB. The margin is for models: what needs little may use it, so that a small board is not refused a summary.
    private const double Small = 64;
    private const double LeastMargin = 512;
    private const double MarginShare = 0.1;

    /// <summary>Whether the margin would not help either.</summary>
    public bool IsHopeless => Answer == MemoryAnswer.Never && NeedMb > MostMb + MarginMb;

    /// <summary>What a device can give.</summary>
    /// <param name="need">Null is unknown: then only the device can say.</param>
    public static MemoryFit Of(DeviceSnapshot device, RuntimeInfo runtime, ModelInfo model, MemoryNeed? need)
    {
        if (device.Telemetry is not { } now)
        {
            return new(MemoryAnswer.Now, need?.TotalMb, null, 0, 0);
        }

        var promised = device.ReservedRamMb;
        var margin = Margin(now);
        var free = Math.Max(0, now.RamFreeMb - promised - margin + IdleMb(device, runtime, model));
        if (need is not { } asked)
        {
            return new(MemoryAnswer.Now, null, free, free, margin);
        }

        var here = model.ResidentBytes is not null || IsInUse(device, runtime, model);
        var needMb = here ? asked.WorkMb : asked.TotalMb;
        if (needMb <= free || (needMb <= Small && needMb <= (now.RamFreeMb - promised) * (1 - MarginShare)))
        {
            return new(MemoryAnswer.Now, needMb, free, free, margin);
        }

        if (device.InUse.IsEmpty)
        {
            return new(MemoryAnswer.Never, needMb, free, free, margin);
        }

        // What is promised may be in the measurement already, so nobody is told never for it.
        var most = Math.Max(0, now.RamFreeMb + promised + device.Runtimes.Sum(r => r.Models.Sum(m => ReferenceEquals(m, model) ? 0 : ResidentMb(m))) - margin);
        most = device.Profile?.RamTotalMb is > 0 and var all ? Math.Min(most, all) : most;
        return new(needMb <= most ? MemoryAnswer.Later : MemoryAnswer.Never, needMb, free, most, margin);
    }

    /// <summary>MiB that a device has for a model it does not hold yet; null is unknown.</summary>
    public static double? FreeOf(DeviceSnapshot device) => device.Telemetry is { } now ? Math.Max(0, now.RamFreeMb - device.ReservedRamMb - Margin(now)) : null;

    /// <summary>Why not, or what it waits for, in words; null when it fits now.</summary>
    public string? Words(DeviceSnapshot device, string modelId) => Answer switch
    {
        MemoryAnswer.Later => $"Waits until {string.Join(" and ", device.InUse.Select(u => u.ModelId).Distinct().Take(3))} {(device.InUse.Length == 1 ? "has" : "have")} ended there: {modelId} needs {NeedMb:N0} MB and {FreeMb:N0} MB are free until then.",
        MemoryAnswer.Never => $"{modelId} needs {NeedMb:N0} MB and {MostMb:N0} MB are free, {NeedMb - MostMb:N0} MB too few. Choose a smaller model, or close programs there.",
        _ => null,
    };

    private static double Margin(Telemetry now) => Math.Max(LeastMargin, now.RamFreeMb * MarginShare);

    // Loaded by the same engine and used by nobody: it goes when another model needs the room.
    private static double IdleMb(DeviceSnapshot device, RuntimeInfo runtime, ModelInfo model)
    {
        double idle = 0;
        foreach (var other in runtime.Models)
        {
            if (other.ResidentBytes is not null && other.Id != model.Id && !IsInUse(device, runtime, other))
            {
                idle += ResidentMb(other);
            }
        }

        return idle;
    }

    private static bool IsInUse(DeviceSnapshot device, RuntimeInfo runtime, ModelInfo model)
    {
        foreach (var use in device.InUse)
        {
            if (use.RuntimeId == runtime.Id && use.ModelId == model.Id)
            {
                return true;
            }
        }

        return false;
    }

    private static double ResidentMb(ModelInfo model) => model.ResidentBytes is { } bytes ? (bytes > 0 ? bytes : model.SizeBytes ?? 0) / (1024.0 * 1024) : 0;
}
