namespace EdgeMesh.Agent.Fingerprint;

/// <summary>A device's live figures at one moment. Unknown is null, never 0.</summary>
/// <param name="CpuPercent">Busy share of the processors the agent may use since the sample before, 0 to 100; null at the first sample and where the OS hides it (Android).</param>
/// <param name="RamFreeMb">MiB available to new processes, within the container's limit.</param>
/// <param name="BatteryPercent">0 to 100; null without a battery.</param>
/// <param name="Charging">On mains or charging; null without a battery or when not told.</param>
/// <param name="TemperatureC">Of the processor, degrees Celsius; null without a readable sensor.</param>
/// <param name="AgentRamMb">Resident memory of this process, MiB.</param>
public sealed record TelemetrySample(double? CpuPercent, long RamFreeMb, int? BatteryPercent, bool? Charging, double? TemperatureC, long? AgentRamMb);
