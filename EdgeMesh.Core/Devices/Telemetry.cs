namespace EdgeMesh.Core.Devices;

/// <summary>A beat of a device, every 500 ms. Unknown is null, never 0.</summary>
/// <param name="At">When the orchestrator received it.</param>
/// <param name="CpuPercent">Busy share of all logical cores since the last beat, 0 to 100.</param>
/// <param name="RamFreeMb">MiB available to new processes.</param>
/// <param name="BatteryPercent">0 to 100.</param>
/// <param name="Charging">On mains or charging; null without a battery or when unknown.</param>
/// <param name="TemperatureC">Of the processor, degrees Celsius.</param>
/// <param name="RunningTasks">Attempts it executes now.</param>
/// <param name="QueuedTasks">Attempts it holds but does not execute yet.</param>
/// <param name="AgentRamMb">Resident memory of the agent process, MiB.</param>
/// <param name="IsStopping">The agent is being stopped: it takes nothing new.</param>
/// <param name="OtherStart">Who else gives it orders as this orchestrator.</param>
[GenerateSerializer, Immutable]
public sealed record Telemetry(
    DateTimeOffset At,
    double? CpuPercent,
    long RamFreeMb,
    int? BatteryPercent,
    bool? Charging,
    double? TemperatureC,
    int RunningTasks,
    int QueuedTasks,
    long? AgentRamMb,
    bool IsStopping = false,
    OtherStart OtherStart = OtherStart.None);

/// <summary>Another start of an orchestrator, on a copy of its data directory, that a device hears as well.</summary>
public enum OtherStart
{
    /// <summary>None, as far as the device knows.</summary>
    None,

    /// <summary>One before this one; the device refuses its orders.</summary>
    Older,

    /// <summary>One after this one; the device refuses this one's orders.</summary>
    Newer,
}
