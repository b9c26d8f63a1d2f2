using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using Wire = EdgeMesh.Core.Contracts;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>What a device says, bounded and checked: the one place where protobuf becomes domain. A device may lie; it may not hurt.</summary>
public static class FromWire
{
    private const int MostItems = 200;
    private const int MostModels = 500;

    public static DeviceProfile Profile(Profile p) => new(
        Text(p.Os), Text(p.Architecture), Text(p.Machine), Text(p.CpuModel), p.HasPhysicalCores ? Math.Clamp(p.PhysicalCores, 0, 4096) : null,
        Math.Clamp(p.LogicalCores, 0, 4096), [.. p.InstructionSets.Take(MostItems).Select(s => Text(s))], Math.Max(0, p.RamTotalMb), p.HasDiskFreeMb ? Math.Max(0, p.DiskFreeMb) : null,
        Name<FormFactor>(p.FormFactor) ?? FormFactor.Unknown, Text(p.AgentVersion),
        [.. p.Accelerators.Take(MostItems).Select(Accelerator).OfType<Accelerator>()],
        [.. p.Facts.Take(MostItems).Select(f => new HardwareFact(Text(f.Name), Text(f.Value), Text(f.Source)))]);

    public static RuntimeReport Runtimes(IEnumerable<Wire.Runtime> runtimes, bool loaded) => new(
        [.. runtimes.Take(MostItems).Select(r => new RuntimeInfo(
            Text(r.Id), Text(r.Name), Name<RuntimeState>(r.State) ?? RuntimeState.Down, r.Reason.Length == 0 ? null : Text(r.Reason, 500),
            [.. r.Models.Take(MostModels).Select(Model)], [.. r.TaskKinds.Take(16).Select(Kind).OfType<TaskKind>()],
            Name<AcceleratorKind>(r.Accelerator)))],
        loaded);

    public static Telemetry Telemetry(Beat b, DateTimeOffset now) => new(
        now, b.HasCpuPercent && double.IsFinite(b.CpuPercent) ? Math.Clamp(b.CpuPercent, 0, 100) : null, Math.Max(0, b.RamFreeMb),
        b.HasBatteryPercent ? Math.Clamp(b.BatteryPercent, 0, 100) : null, b.HasCharging ? b.Charging : null,
        b.HasTemperatureC && double.IsFinite(b.TemperatureC) ? Math.Clamp(b.TemperatureC, -100, 300) : null,
        Math.Max(0, b.RunningTasks), Math.Max(0, b.QueuedTasks), b.HasAgentRamMb ? Math.Max(0, b.AgentRamMb) : null);

    /// <summary>At most so many printable characters.</summary>
    public static string Text(string value, int most = 200)
    {
        var cut = value.Length > most ? value[..most] : value;
        return cut.Any(char.IsControl) ? string.Concat(cut.Where(c => !char.IsControl(c))) : cut;
    }

    /// <summary>The value of this name; null when there is none (a number is no name).</summary>
    public static T? Name<T>(string name)
        where T : struct, Enum => Enum.TryParse<T>(name, out var value) && Enum.GetName(value) == name ? value : null;

    // Proven is only what this orchestrator's own canary showed; until there is one, no device may claim it.
    private static Accelerator? Accelerator(AcceleratorInfo a) => Name<AcceleratorKind>(a.Kind) is { } kind
        ? new Accelerator(kind, Text(a.Name), a.Status == nameof(AcceleratorStatus.Absent) ? AcceleratorStatus.Absent : AcceleratorStatus.Detected, Source: Text(a.Source))
        : null;

    private static ModelInfo Model(Wire.Model m) => new(
        Text(m.Id), [.. m.Skills.Take(8).Select(Name<Skill>).OfType<Skill>()],
        m.HasSizeBytes ? Math.Max(0, m.SizeBytes) : null, m.HasContextTokens ? Math.Max(0, m.ContextTokens) : null, Math.Clamp(m.QualityTier, 1, 5),
        m.HasCharsPerSecond && m.CharsPerSecond is >= 1 and <= 1e9 ? m.CharsPerSecond : null);

    private static TaskKind? Kind(TaskKindValue kind) => kind switch
    {
        TaskKindValue.Sysinfo => TaskKind.Sysinfo,
        TaskKindValue.Echo => TaskKind.Echo,
        TaskKindValue.LlmGenerate => TaskKind.LlmGenerate,
        TaskKindValue.ImageGenerate => TaskKind.ImageGenerate,
        TaskKindValue.OnnxRun => TaskKind.OnnxRun,
        _ => null,
    };
}
