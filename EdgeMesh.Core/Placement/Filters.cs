using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Placement;

/// <summary>The filters in the order they are asked.</summary>
public static class Filters
{
    public static ImmutableArray<IPlacementFilter> All { get; } =
        [new ForcedDeviceFilter(), new ExcludedFilter(), new OnlineFilter(), new AcceleratorFilter(), new StartingFilter(), new SkillFilter()];
}

/// <summary>FORCE_DEVICE leaves one device.</summary>
public sealed class ForcedDeviceFilter : IPlacementFilter
{
    public string Name => "forced";

    public string? Reject(DeviceSnapshot device, FilterContext context) =>
        context.Request.Policy == JobPolicy.ForceDevice && context.Request.DeviceId != device.Id ? "You asked for another device." : null;
}

/// <summary>A device that failed this task is not asked again.</summary>
public sealed class ExcludedFilter : IPlacementFilter
{
    public string Name => "failed";

    public string? Reject(DeviceSnapshot device, FilterContext context) =>
        context.Excluded.Contains(device.Id) ? "It already failed this task." : null;
}

/// <summary>Only an online device takes new work.</summary>
public sealed class OnlineFilter : IPlacementFilter
{
    public string Name => "online";

    public string? Reject(DeviceSnapshot device, FilterContext context) => device.State switch
    {
        DeviceState.Online => null,
        DeviceState.Draining => "Draining: it finishes what it has. Resume it to give it work.",
        DeviceState.Suspect => $"It does not answer, last seen {Seen(device, context)}. It takes no new work until it answers.",
        _ => $"Lost, last seen {Seen(device, context)}. Start its agent, or check its power and network.",
    };

    private static string Seen(DeviceSnapshot device, FilterContext context) => device.LastSeen is not { } at ? "never" : (context.Plan.Now - at) switch
    {
        { TotalSeconds: < 90 } age => $"{(long)Math.Round(Math.Max(0, age.TotalSeconds))} s ago",
        { TotalMinutes: < 90 } age => $"{(long)Math.Round(age.TotalMinutes)} min ago",
        { TotalHours: < 48 } age => $"{(long)Math.Round(age.TotalHours)} h ago",
        var age => $"{(long)Math.Round(age.TotalDays)} days ago",
    };
}

/// <summary>REQUIRE_NPU and REQUIRE_GPU want one that a canary proved.</summary>
public sealed class AcceleratorFilter : IPlacementFilter
{
    public string Name => "accelerator";

    public string? Reject(DeviceSnapshot device, FilterContext context)
    {
        if (Required(context.Request.Policy) is not { } kind)
        {
            return null;
        }

        var found = device.Profile?.Accelerators.Where(a => a.Kind == kind).ToList() ?? [];
        return found.Any(a => a.Status == AcceleratorStatus.Proven) ? null
            : found.Any(a => a.Status == AcceleratorStatus.Detected) ? $"{kind} found, but no run has proven yet that it computes."
            : $"No {kind}.";
    }

    /// <summary>The accelerator a policy requires, or null.</summary>
    public static AcceleratorKind? Required(JobPolicy policy) => policy switch
    {
        JobPolicy.RequireNpu => AcceleratorKind.NPU,
        JobPolicy.RequireGpu => AcceleratorKind.GPU,
        _ => null,
    };
}

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

/// <summary>A ready runtime with a model that can do it.</summary>
public sealed class SkillFilter : IPlacementFilter
{
    public string Name => "skill";

    public string? Reject(DeviceSnapshot device, FilterContext context)
    {
        foreach (var runtime in device.Runtimes)
        {
            if (Fits(runtime, context))
            {
                return null;
            }
        }

        if (OnnxFit.Reject(device, context) is { } why)
        {
            return why;
        }

        if (NamedModel.Reject(device, context) is { } cause)
        {
            return cause;
        }

        if (context.Request.Model is { } wanted)
        {
            return $"It has no model {wanted}.";
        }

        if (device.Runtimes.FirstOrDefault(r => r.State == RuntimeState.Down) is { } down)
        {
            return $"No model for {context.Purpose} is ready; {down.Name} is down: {down.Reason}";
        }

        return context.Plan.NoTryOutModels && device.Runtimes.Any(r => Fits(r, context with { Plan = context.Plan with { NoTryOutModels = false } }))
            ? $"It has only the built-in model for trying out, which does not stand in for a real one. {Remedy(context)}"
            : $"No model for {context.Purpose}. {Remedy(context)}".TrimEnd();
    }

    /// <summary>Whether a runtime can execute it now with at least one of its models.</summary>
    public static bool Fits(RuntimeInfo runtime, FilterContext context)
    {
        if (runtime.State != RuntimeState.Ready || !runtime.TaskKinds.Contains(context.Kind) ||
            (AcceleratorFilter.Required(context.Request.Policy) is { } kind && runtime.Accelerator != kind))
        {
            return false;
        }

        return AnyFits(runtime, context);
    }

    /// <summary>Whether a runtime that still starts may be able to execute it in a moment; models it does not list yet are given the benefit of the doubt.</summary>
    public static bool MightFit(RuntimeInfo runtime, FilterContext context) =>
        runtime.State == RuntimeState.Starting && runtime.TaskKinds.Contains(context.Kind) &&
        (AcceleratorFilter.Required(context.Request.Policy) is not { } kind || runtime.Accelerator is null || runtime.Accelerator == kind) &&
        (runtime.Models.IsEmpty || AnyFits(runtime, context));

    /// <summary>Whether a model has the skill and the requested name.</summary>
    public static bool Fits(ModelInfo model, FilterContext context) =>
        (context.Skill is { } skill ? model.Skills.Contains(skill) || Completes(model, skill, context) : context.Kind == TaskKind.OnnxRun ? model.RunsAsOnnx : context.Word == model.Id) &&
        (context.Request.Model is null || context.Request.Model == model.Id) &&
        !(context.Plan.NoTryOutModels && TryOutModel.Is(model, context.Skill));

    // A base model is never chosen, but a person may name it; what it is given it goes on with.
    private static bool Completes(ModelInfo model, Skill skill, FilterContext context) =>
        model.Completes && skill is Skill.Chat or Skill.Code && context.Request.Model == model.Id;

    private static bool AnyFits(RuntimeInfo runtime, FilterContext context)
    {
        foreach (var model in runtime.Models)
        {
            if (Fits(model, context))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a runtime has, or may have, a model that can do it, whatever its state is now.</summary>
    public static bool FitsWhenReady(RuntimeInfo runtime, FilterContext context) => runtime.State switch
    {
        RuntimeState.Ready => Fits(runtime, context),
        _ => MightFit(runtime with { State = RuntimeState.Starting }, context),
    };

    private static string Remedy(FilterContext context) => context.Skill switch
    {
        Skill.Chat or Skill.Code => "Start Ollama or LM Studio there; it is found by itself.",
        Skill.Image => "Get an image model there, or start Stable Diffusion web UI or ComfyUI.",
        _ => "",
    };
}
