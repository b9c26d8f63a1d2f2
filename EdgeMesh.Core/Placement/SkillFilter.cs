using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Placement;

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
