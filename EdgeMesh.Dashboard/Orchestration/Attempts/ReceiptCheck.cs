using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;

namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>A device's receipt against what was placed, what it has proven and what the dashboard's own clock says. Figures that cannot be are left out.</summary>
internal static class ReceiptCheck
{
    private const long MostUnits = 1_000_000_000;
    private const long MostRamMb = 16L << 20; // 16 TiB
    private const double Slack = 1_000;       // ms: the agent's clock runs a little apart

    /// <summary>What it says of another model or runtime than it was given; null when it says none.</summary>
    public static string? Other(TaskReceipt r, AttemptOrder order) =>
        (r.RuntimeId.Length == 0 || r.RuntimeId == order.Placement.RuntimeId) && (r.ModelId.Length == 0 || r.ModelId == order.Placement.ModelId) ? null
        : $"says that it ran {FromWire.Text(r.ModelId, 80)} in {FromWire.Text(r.RuntimeId, 80)} instead of {order.Placement.ModelId} in {order.Placement.RuntimeId}";

    /// <param name="proven">The accelerators that the device has proven.</param>
    /// <param name="elapsedMs">Since it was placed, by the dashboard's clock.</param>
    public static Receipt Of(TaskReceipt r, AttemptOrder order, string deviceName, ImmutableArray<AcceleratorKind> proven, double elapsedMs)
    {
        var most = elapsedMs + Slack;
        var accelerator = FromWire.Name<AcceleratorKind>(r.Accelerator);
        var isUnproven = accelerator == AcceleratorKind.NPU && !proven.Contains(AcceleratorKind.NPU);
        return new(
            order.Placement.Device, deviceName, order.Placement.RuntimeId, order.Placement.ModelId, isUnproven ? null : accelerator,
            isUnproven ? "says NPU, which this device has not proven" : FromWire.Text(r.AcceleratorNote),
            r.HasPromptTokens ? Count(r.PromptTokens) : null, r.HasOutputTokens ? Count(r.OutputTokens) : null, r.HasInputUnits ? Count(r.InputUnits) : null, r.HasOutputUnits ? Count(r.OutputUnits) : null,
            r.HasFirstOutputMs && r.FirstOutputMs >= 0 && r.FirstOutputMs <= most ? r.FirstOutputMs : null, Time(r.QueueMs, most), Time(r.RunMs, most),
            r.HasPeakRamMb && r.PeakRamMb is > 0 and <= MostRamMb ? r.PeakRamMb : null, FromWire.Text(r.AgentVersion),
            r.Note.Length == 0 ? null : FromWire.Text(r.Note, 500), r.Measurement is { } measured ? OnnxWire.Measurement(measured) : null,
            r.HasReasoningTokens ? Count(r.ReasoningTokens) : null, r.CutAtLimit);
    }

    private static long? Count(long value) => value is >= 0 and <= MostUnits ? value : null;

    // No longer than it can have taken.
    private static double Time(double value, double most) => double.IsFinite(value) && value > 0 ? Math.Min(value, most) : 0;
}
