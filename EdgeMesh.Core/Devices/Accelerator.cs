namespace EdgeMesh.Core.Devices;

/// <summary>A measured speed with its unit, such as 31.4 tok/s.</summary>
[GenerateSerializer, Immutable]
public sealed record MeasuredSpeed(double Value, string Unit);

/// <summary>A CPU, GPU or NPU of a device and how much is known of it.</summary>
/// <param name="Kind">CPU, GPU or NPU.</param>
/// <param name="Name">What the OS calls it; empty when absent.</param>
/// <param name="Status">Absent, detected or proven; never proven without a canary run.</param>
/// <param name="ProvenAt">When the canary ran; null unless proven.</param>
/// <param name="Speed">What the canary measured; null unless proven.</param>
/// <param name="Source">How it was found, such as <c>/sys/class/drm/card0</c>.</param>
[GenerateSerializer, Immutable]
public sealed record Accelerator(
    AcceleratorKind Kind,
    string Name,
    AcceleratorStatus Status,
    DateTimeOffset? ProvenAt = null,
    MeasuredSpeed? Speed = null,
    string Source = "");
