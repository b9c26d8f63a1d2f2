using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Dashboard.Api;

/// <summary>A device as the API shows it.</summary>
/// <param name="StateReason">Why it is in this state; null when Online and nothing is odd.</param>
/// <param name="LastSeen">Last beat; null before the first.</param>
/// <param name="Telemetry">Of the last beat; null before the first.</param>
public sealed record DeviceDto(
    DeviceId Id,
    string Name,
    DeviceState State,
    string? StateReason,
    DateTimeOffset? LastSeen,
    LinkKind Link,
    string? Os,
    string? Architecture,
    string? AgentVersion,
    IReadOnlyList<AcceleratorDto> Accelerators,
    RamDto Ram,
    Telemetry? Telemetry,
    IReadOnlyList<RuntimeDto> Runtimes)
{
    public static DeviceDto From(DeviceSnapshot device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var profile = device.Profile;
        return new DeviceDto(
            device.Id, device.Name, device.State, device.StateReason ?? device.Warning, device.LastSeen, device.Link,
            profile?.Os, profile?.Architecture, profile?.AgentVersion,
            profile is null ? [] : [.. profile.Accelerators.Select(a => new AcceleratorDto(a.Kind, a.Name, a.Status, a.ProvenAt, a.Speed))],
            new RamDto(profile?.RamTotalMb, device.Telemetry?.RamFreeMb), device.Telemetry,
            [.. device.Runtimes.Select(RuntimeDto.From)]);
    }
}

public sealed record AcceleratorDto(AcceleratorKind Kind, string Name, AcceleratorStatus Status, DateTimeOffset? ProvenAt, MeasuredSpeed? Speed);

/// <summary>MiB; null is unknown.</summary>
public sealed record RamDto(long? TotalMb, long? FreeMb);

public sealed record RuntimeDto(string Id, string Name, RuntimeState State, string? Reason, IReadOnlyList<ModelDto> Models, EngineOwner? Owner)
{
    public static RuntimeDto From(RuntimeInfo runtime)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        return new RuntimeDto(runtime.Id, runtime.Name, runtime.State, runtime.Reason, [.. runtime.Models.Select(m => new ModelDto(m.Id, m.Skills))], runtime.Owner);
    }
}

public sealed record ModelDto(string Id, IReadOnlyList<Skill> Skills);
