namespace EdgeMesh.Core.Devices;

/// <summary>One hardware fact for the device page: what, its value, and how it was found.</summary>
[GenerateSerializer, Immutable]
public sealed record HardwareFact(string Name, string Value, string Source);

/// <summary>What a device is; changes seldom. Every value was read from the device, none assumed; unknown is null or empty.</summary>
/// <param name="Os">For people, such as <c>Debian GNU/Linux 12</c> or <c>Android 15 (Termux)</c>.</param>
/// <param name="Architecture">As .NET names it in lower case: <c>x64</c>, <c>arm64</c>.</param>
/// <param name="Machine">The product's name from firmware or device tree, such as <c>Arduino UNO Q</c>; empty when none.</param>
/// <param name="CpuModel">The processor's name; empty when unknown.</param>
/// <param name="PhysicalCores">Null when the OS does not say.</param>
/// <param name="LogicalCores">Schedulable processors.</param>
/// <param name="InstructionSets">Vector and matrix extensions such as <c>AVX2</c>, <c>NEON</c>, <c>SME2</c>.</param>
/// <param name="RamTotalMb">Physical memory in MiB, or the container's limit when lower.</param>
/// <param name="DiskFreeMb">Free MiB where the agent keeps its data; null when unknown.</param>
/// <param name="FormFactor">For its picture.</param>
/// <param name="AgentVersion">The agent's version.</param>
/// <param name="Accelerators">CPU, GPU and NPU, one row per accelerator found, one absent row per kind not found.</param>
/// <param name="Facts">Every fact with its source.</param>
[GenerateSerializer, Immutable]
public sealed record DeviceProfile(
    string Os,
    string Architecture,
    string Machine,
    string CpuModel,
    int? PhysicalCores,
    int LogicalCores,
    ImmutableArray<string> InstructionSets,
    long RamTotalMb,
    long? DiskFreeMb,
    FormFactor FormFactor,
    string AgentVersion,
    ImmutableArray<Accelerator> Accelerators,
    ImmutableArray<HardwareFact> Facts);
