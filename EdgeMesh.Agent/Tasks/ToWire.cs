using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using Wire = EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Tasks;

/// <summary>Domain to protobuf: the one place on the agent.</summary>
public static class ToWire
{
    public static Profile Profile(DeviceProfile profile)
    {
        var wire = new Profile
        {
            Os = profile.Os,
            Architecture = profile.Architecture,
            Machine = profile.Machine,
            CpuModel = profile.CpuModel,
            LogicalCores = profile.LogicalCores,
            RamTotalMb = profile.RamTotalMb,
            FormFactor = profile.FormFactor.ToString(),
            AgentVersion = profile.AgentVersion,
        };
        profile.PhysicalCores.Into(v => wire.PhysicalCores = v);
        profile.DiskFreeMb.Into(v => wire.DiskFreeMb = v);

        wire.InstructionSets.AddRange(profile.InstructionSets);
        wire.Facts.AddRange(profile.Facts.Select(f => new Fact { Name = f.Name, Value = f.Value, Source = f.Source }));
        wire.Accelerators.AddRange(profile.Accelerators.Select(Accelerator));
        return wire;
    }

    public static Wire.Runtime Runtime(RuntimeInfo runtime)
    {
        var wire = new Wire.Runtime
        {
            Id = runtime.Id,
            Name = runtime.Name,
            State = runtime.State.ToString(),
            Reason = runtime.Reason ?? "",
            Accelerator = runtime.Accelerator?.ToString() ?? "",
            Slots = runtime.Slots ?? 0,
        };
        if (runtime.Owner is { } owner)
        {
            wire.Owner = new Wire.EngineOwnerInfo { Uid = owner.Uid, User = owner.User, Program = owner.Program, IsOther = owner.IsOther, IsAllowed = owner.IsAllowed };
        }

        wire.TaskKinds.AddRange(runtime.TaskKinds.Select(k => k switch
        {
            TaskKind.Sysinfo => TaskKindValue.Sysinfo,
            TaskKind.Echo => TaskKindValue.Echo,
            TaskKind.LlmGenerate => TaskKindValue.LlmGenerate,
            TaskKind.ImageGenerate => TaskKindValue.ImageGenerate,
            _ => TaskKindValue.OnnxRun,
        }));
        // A model without a name can neither be shown nor asked for, and the message could not be written with it.
        wire.Models.AddRange(runtime.Models.Where(m => !string.IsNullOrWhiteSpace(m?.Id)).Select(Model));
        return wire;
    }

    public static Beat Beat(TelemetrySample now, TaskExecutor executor, RuntimeSet? runtimes, bool isStopping, StartHeard other)
    {
        var beat = new Beat { RamFreeMb = now.RamFreeMb, RunningTasks = executor.Running, QueuedTasks = executor.Waiting, Stopping = isStopping, OtherStart = other };
        now.CpuPercent.Into(v => beat.CpuPercent = v);
        now.BatteryPercent.Into(v => beat.BatteryPercent = v);
        now.Charging.Into(v => beat.Charging = v);
        now.TemperatureC.Into(v => beat.TemperatureC = v);
        now.AgentRamMb.Into(v => beat.AgentRamMb = v);

        beat.Runtimes = runtimes;
        return beat;
    }

    public static RuntimeSet Runtimes(IEnumerable<RuntimeInfo> runtimes, bool loaded, DeviceProfile profile)
    {
        var set = new RuntimeSet { Loaded = loaded };
        set.Runtimes.AddRange(runtimes.Select(Runtime));
        set.Accelerators.AddRange(profile.Accelerators.Select(Accelerator));
        return set;
    }

    private static AcceleratorInfo Accelerator(Accelerator accelerator)
    {
        var wire = new AcceleratorInfo { Kind = accelerator.Kind.ToString(), Name = accelerator.Name, Status = accelerator.Status.ToString(), Source = accelerator.Source };
        if (accelerator is { ProvenAt: { } at, Speed: { } speed })
        {
            (wire.ProvenAtUnixMs, wire.SpeedValue, wire.SpeedUnit) = (at.ToUnixTimeMilliseconds(), speed.Value, speed.Unit);
        }

        return wire;
    }

    private static Wire.Model Model(ModelInfo model)
    {
        var wire = new Wire.Model { Id = model.Id, QualityTier = model.QualityTier, CannotRun = model.CannotRun ?? "", Completes = model.Completes, Measures = model.Measures, Continues = model.Continues };
        wire.Skills.AddRange(model.Skills.Select(s => s.ToString()));
        model.SizeBytes.Into(v => wire.SizeBytes = v);
        model.ContextTokens.Into(v => wire.ContextTokens = v);
        model.CharsPerSecond.Into(v => wire.CharsPerSecond = v);
        model.KvBytesPerToken.Into(v => wire.KvBytesPerToken = v);
        model.ResidentBytes.Into(v => wire.ResidentBytes = v);
        model.ResidentContext.Into(v => wire.ResidentContext = v);

        if (model.Sizes is { } sizes)
        {
            wire.ImageSizes = new Wire.ImageSizes { Width = sizes.Width, Height = sizes.Height, Multiple = sizes.Multiple, Most = sizes.Most };
        }

        return wire;
    }
}
