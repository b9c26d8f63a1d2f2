using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Core.Placement;

/// <summary>Finds each device's best model for one task, or why none of its models fits.</summary>
internal sealed class ModelSearch(PlannedTask task, TaskLoad load, FleetSnapshot fleet, FilterContext context, bool inParts)
{
    private readonly IPlacementPolicy _policy = Policies.For(context.Request.Policy);
    private readonly Borrowable _borrowable = new(fleet);
    private readonly ImmutableArray<string> _preferred = context.Plan.Preferences?.Of(context.Request.Kind) ?? [];
    private readonly Dictionary<string, int> _ranks = [];

    /// <summary>Whether a model was left out because its context is too short.</summary>
    public bool AnyTooShort { get; private set; }

    /// <summary>The best model that fits, or the filter that took the last one and why.</summary>
    public Found Best(DeviceSnapshot device)
    {
        Candidate? best = null;
        (string Model, MemoryFit Fit)? smallest = null;
        Found? unfit = null;
        foreach (var runtime in device.Runtimes)
        {
            if (!SkillFilter.Fits(runtime, context))
            {
                continue;
            }

            foreach (var model in runtime.Models)
            {
                if (!SkillFilter.Fits(model, context))
                {
                    continue;
                }

                if (!context.FailedModels.IsEmpty && context.FailedModels.Contains((device.Id, model.Id)))
                {
                    unfit ??= new(null, "failed", $"{model.Id} already failed this task there.");
                    continue;
                }

                var (read, goesOn) = Reads(model);
                if (Unfit(model) is { } why)
                {
                    unfit ??= why;
                    continue;
                }

                var memory = MemoryFit.Of(device, runtime, model, MemoryNeed.Of(task, model, read.Chars));
                if (memory.Answer == MemoryAnswer.Never)
                {
                    smallest = smallest?.Fit.NeedMb < memory.NeedMb ? smallest : (model.Id, memory);
                }
                else
                {
                    var candidate = Price(device, runtime, model, memory, read, goesOn);
                    best = best is null || Placer.Compare(candidate, best) < 0 ? candidate : best;
                }
            }
        }

        return best is not null ? new(best, null, "")
            : StartingFilter.Starting(device, context) is { } starting ? new(null, StartingFilter.Word, starting)
            : smallest is { } big ? new(null, "ram", big.Fit.Words(device, big.Model)!) : unfit ?? new(null, "skill", "It cannot run this.");
    }

    private Found? Unfit(ModelInfo model)
    {
        if (SizeFit.Reject(model, task) is { } size)
        {
            return new(null, SizeFit.Word, size);
        }

        if (ContextFit.Reject(model, task, load) is not { } length)
        {
            return null;
        }

        AnyTooShort = true;
        return inParts && ContextFit.Room(model, task.Kind, task.Options) >= ContextFit.LeastPart ? null : new(null, ContextFit.Word, length);
    }

    // One that cannot hold what is there of the answer besides starts over.
    private (TaskLoad Load, bool GoesOn) Reads(ModelInfo model) =>
        context.SoFar is { } soFar && soFar.IsFor(model) && ContextFit.Holds(model, task, load, soFar.Load.Tokens) ? (load.And(soFar.Load), true) : (load, false);

    private Candidate Price(DeviceSnapshot device, RuntimeInfo runtime, ModelInfo model, MemoryFit memory, TaskLoad read, bool goesOn)
    {
        var key = CalibrationKey.Of(task, runtime.Id, model.Id);
        var known = device.Learned(key);
        var borrowed = known is null ? _borrowable.For(key) : null;
        var published = context.Kind == TaskKind.OnnxRun ? context.Plan.Published?.Find(device.Id, model.Id, runtime.Accelerator, task.Options) : null;
        var own = CostModel.Price(task, read.Chars, device, runtime, model, known, borrowed, published, goesOn ? context.SoFar!.Load.Tokens : 0);
        var wait = context.Kind.IsLight() || device.Lanes.IsEmpty ? 0
            : memory.Answer == MemoryAnswer.Later ? EndMs(device, runtime)
            : ListScheduling.Wait(device.LaneOf(runtime), context.Plan.Caller);
        return new Candidate(device, runtime, model, own, memory, wait, _policy.Rank(device.Id, context.Plan), Preference(model.Id), borrowed, ModelQuality.For(model, context.Skill)) { Caller = context.Plan.Caller, GoesOn = goesOn };
    }

    // Memory is there when everything in its own lane, and what runs in the others, has ended.
    private double EndMs(DeviceSnapshot device, RuntimeInfo runtime) =>
        device.Lanes.Max(l => l.RuntimeId == runtime.Id ? new LaneSchedule(l, 0, context.Plan.Caller).EndMs : l.RunningMs.DefaultIfEmpty(0).Max());

    // A fleet has many devices and few models: a name is held against the patterns once a decision.
    private int Preference(string modelId)
    {
        if (_preferred.IsEmpty)
        {
            return ModelPreferences.NotPreferred;
        }

        if (!_ranks.TryGetValue(modelId, out var rank))
        {
            _ranks[modelId] = rank = ModelPreferences.Rank(_preferred, modelId);
        }

        return rank;
    }
}
