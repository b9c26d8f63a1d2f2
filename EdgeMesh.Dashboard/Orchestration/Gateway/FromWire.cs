using System.Net;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using Wire = EdgeMesh.Core.Contracts;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>What a device says, bounded and checked: the one place where protobuf becomes domain. A device may lie; it may not hurt.</summary>
public static class FromWire
{
    private const int MostAddresses = 8;
    private const int MostItems = 200;
    private const int MostModels = 500;
    private const int MostPixels = 65_536;
    private const int MostSlots = 1_024;
    private const long MostKvBytes = 1L << 30;
    private const long MostUnixMs = 253_402_300_799_000; // the year 9999

    public static DeviceProfile Profile(Profile p) => new(
        Text(p.Os), Text(p.Architecture), Text(p.Machine), Text(p.CpuModel), p.HasPhysicalCores ? Math.Clamp(p.PhysicalCores, 0, 4096) : null,
        Math.Clamp(p.LogicalCores, 0, 4096), [.. p.InstructionSets.Take(MostItems).Select(s => Text(s))], Math.Max(0, p.RamTotalMb), p.HasDiskFreeMb ? Math.Max(0, p.DiskFreeMb) : null,
        Name<FormFactor>(p.FormFactor) ?? FormFactor.Unknown, Text(p.AgentVersion),
        Accelerators(p.Accelerators),
        [.. p.Facts.Take(MostItems).Select(f => new HardwareFact(Text(f.Name), Text(f.Value), Text(f.Source)))]);

    /// <summary>
    /// Runtimes with an id each, of one id the first, and <see cref="MostModels"/> models of all of them together. What is too much is left out of those that have the most: a folder of
    /// a thousand models takes nothing from an engine with two.
    /// </summary>
    public static RuntimeReport Runtimes(IEnumerable<Wire.Runtime> runtimes, bool loaded, IEnumerable<AcceleratorInfo> accelerators)
    {
        var known = runtimes.Take(MostItems).Where(r => !string.IsNullOrWhiteSpace(Text(r.Id))).DistinctBy(r => Text(r.Id)).ToList();
        var (room, left, share) = (MostModels, known.Count, 0);
        foreach (var count in known.Select(r => r.Models.Count).Order())
        {
            share = room / left--;
            if (count > share)
            {
                break;
            }

            room -= count;
        }

        var told = ImmutableArray.CreateBuilder<RuntimeInfo>();
        foreach (var r in known)
        {
            told.Add(new RuntimeInfo(
                Text(r.Id), Text(r.Name), Name<RuntimeState>(r.State) ?? RuntimeState.Down, r.Reason.Length > 0 ? Text(r.Reason, 500) : r.Models.Count > share ? $"It has {r.Models.Count:N0} models, of which {share:N0} are listed. Remove some that are not needed." : null,
                Models(r.Models, share), [.. r.TaskKinds.Take(16).Select(Kind).OfType<TaskKind>()], Name<AcceleratorKind>(r.Accelerator),
                r.Owner is { } o ? new EngineOwner(o.Uid, Text(o.User, 64), Text(o.Program), o.IsOther, o.IsAllowed) : null,
                r.Slots > 0 ? Math.Min(r.Slots, MostSlots) : null));
        }

        return new(told.ToImmutable(), loaded, Accelerators(accelerators));
    }

    /// <summary>Where a device says it listens: literal addresses of a network, at most <see cref="MostAddresses"/>; what else it says is left out.</summary>
    public static ImmutableArray<IPEndPoint> Addresses(IEnumerable<string> addresses) =>
    [
        .. addresses.Take(MostAddresses).Select(a => IPEndPoint.TryParse(a, out var parsed) ? parsed : null).OfType<IPEndPoint>()
            .Where(a => a.Port > 0 && !IPAddress.IsLoopback(a.Address) && !a.Address.IsIPv4MappedToIPv6 && !a.Address.IsIPv6Multicast && !a.Address.IsIPv6LinkLocal
                && a.Address.GetAddressBytes()[0] is not (0 or (>= 224 and <= 239) or 255)),
    ];

    /// <summary>At most so many, unknown kinds left out.</summary>
    public static ImmutableArray<Accelerator> Accelerators(IEnumerable<AcceleratorInfo> accelerators) =>
        [.. accelerators.Take(MostItems).Select(Accelerator).OfType<Accelerator>()];

    public static Telemetry Telemetry(Beat b, DateTimeOffset now) => new(
        now, b.HasCpuPercent && double.IsFinite(b.CpuPercent) ? Math.Clamp(b.CpuPercent, 0, 100) : null, Math.Max(0, b.RamFreeMb),
        b.HasBatteryPercent ? Math.Clamp(b.BatteryPercent, 0, 100) : null, b.HasCharging ? b.Charging : null,
        b.HasTemperatureC && double.IsFinite(b.TemperatureC) ? Math.Clamp(b.TemperatureC, -100, 300) : null,
        Math.Max(0, b.RunningTasks), Math.Max(0, b.QueuedTasks), b.HasAgentRamMb ? Math.Max(0, b.AgentRamMb) : null, b.Stopping,
        b.OtherStart switch { StartHeard.Older => OtherStart.Older, StartHeard.Newer => OtherStart.Newer, _ => OtherStart.None });

    /// <inheritdoc cref="PrintableText.Of"/>
    public static string Text(string value, int most = 200) => PrintableText.Of(value, most);

    /// <summary>The value of this name; null when there is none (a number is no name).</summary>
    public static T? Name<T>(string name)
        where T : struct, Enum => Enum.TryParse<T>(name, out var value) && Enum.GetName(value) == name ? value : null;

    // A badge is proven only with what a canary measured and when; a claim without them is no more than detected.
    private static Accelerator? Accelerator(AcceleratorInfo a)
    {
        if (Name<AcceleratorKind>(a.Kind) is not { } kind)
        {
            return null;
        }

        var found = new Accelerator(kind, Text(a.Name), a.Status == nameof(AcceleratorStatus.Absent) ? AcceleratorStatus.Absent : AcceleratorStatus.Detected, Source: Text(a.Source, 400));
        return a.Status == nameof(AcceleratorStatus.Proven) && a is { HasProvenAtUnixMs: true, ProvenAtUnixMs: > 0 and < MostUnixMs, HasSpeedValue: true, SpeedValue: > 0 and < 1e9 }
            ? found with { Status = AcceleratorStatus.Proven, ProvenAt = DateTimeOffset.FromUnixTimeMilliseconds(a.ProvenAtUnixMs), Speed = new MeasuredSpeed(a.SpeedValue, Text(a.SpeedUnit, 20)) }
            : found;
    }

    // One without a name, or with another's, is left out; the device and its other models stay.
    private static ImmutableArray<ModelInfo> Models(IEnumerable<Wire.Model> models, int most) =>
        [.. models.Take(most).Select(Model).Where(m => !string.IsNullOrWhiteSpace(m.Id)).DistinctBy(m => m.Id)];

    private static ModelInfo Model(Wire.Model m) => new(
        Text(m.Id), [.. m.Skills.Take(8).Select(Name<Skill>).OfType<Skill>()],
        m.HasSizeBytes ? Math.Max(0, m.SizeBytes) : null, m.HasContextTokens ? Math.Max(0, m.ContextTokens) : null, Math.Clamp(m.QualityTier, 0, 5),
        m.HasCharsPerSecond && m.CharsPerSecond is >= 1 and <= 1e9 ? m.CharsPerSecond : null, Sizes(m.ImageSizes), m.CannotRun.Length == 0 ? null : Text(m.CannotRun, 400),
        m.HasKvBytesPerToken && m.KvBytesPerToken is > 0 and < MostKvBytes ? m.KvBytesPerToken : null, m.Completes, m.Measures,
        m.HasResidentBytes ? Math.Max(0, m.ResidentBytes) : null, m.HasResidentContext && m.ResidentContext > 0 ? m.ResidentContext : null) { Continues = m.Continues };

    // Sizes without a size of its own say nothing.
    private static Core.Models.ImageSizes? Sizes(Wire.ImageSizes? s) => s is { Width: > 0 and <= MostPixels, Height: > 0 and <= MostPixels }
        ? new(s.Width, s.Height, Math.Clamp(s.Multiple, 0, MostPixels), Math.Clamp(s.Most, 0, MostPixels))
        : null;

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
