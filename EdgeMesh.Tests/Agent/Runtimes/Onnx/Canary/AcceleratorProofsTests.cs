using EdgeMesh.Agent.Runtimes.Onnx.Canary;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Canary;

public sealed class AcceleratorProofsTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);
    private static readonly AcceleratorProof Text = new(AcceleratorKind.CPU, "CPUExecutionProvider", At, new MeasuredSpeed(812, "tok/s"), null);
    private static readonly Accelerator Found = new(AcceleratorKind.CPU, "Ryzen", AcceleratorStatus.Detected, Source: "/proc/cpuinfo");

    [Fact]
    public void Overlay_ProvenByText_SaysWhenAndByWhat()
    {
        var shown = Overlay(Text);
        Assert.Equal((AcceleratorStatus.Proven, At, 812), (shown.Status, shown.ProvenAt, shown.Speed!.Value));
        Assert.Equal("/proc/cpuinfo; proven by the built-in text model on CPUExecutionProvider", shown.Source);
    }

    [Fact]
    public void Overlay_ProvenForImagesToo_SaysTheTimeOfAStep() =>
        Assert.EndsWith("and by the built-in image model at 3.25 ms a step", Overlay(Text with { Images = new ImageProof(3.25, null) }).Source, StringComparison.Ordinal);

    [Fact]
    public void Overlay_ImagesFailed_StaysProvenForTextAndSaysSo()
    {
        var shown = Overlay(Text with { Images = new ImageProof(null, "It made another picture.") });
        Assert.Equal(AcceleratorStatus.Proven, shown.Status);
        Assert.EndsWith("; not for images: It made another picture.", shown.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlay_TextFailed_IsOnlyDetectedWithTheReason()
    {
        var shown = Overlay(Text with { Speed = null, Failure = "It gave other tokens." });
        Assert.Equal((AcceleratorStatus.Detected, null), (shown.Status, shown.ProvenAt));
        Assert.EndsWith("; not proven: It gave other tokens.", shown.Source, StringComparison.Ordinal);
    }

    private static Accelerator Overlay(AcceleratorProof proof)
    {
        var proofs = new AcceleratorProofs();
        proofs.Set(proof);
        return proofs.Overlay([Found])[0];
    }
}
