namespace EdgeMesh.Agent.Fingerprint;

/// <summary>A battery's charge in percent, 0 to 100, and whether it is on mains or charging (null when not told).</summary>
public readonly record struct BatteryReading(int Percent, bool? Charging);
