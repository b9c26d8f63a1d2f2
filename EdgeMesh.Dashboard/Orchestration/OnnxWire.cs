using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Google.Protobuf;
using Wire = EdgeMesh.Core.Contracts;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>An ONNX_RUN to protobuf and its measurement back, checked and bounded.</summary>
internal static class OnnxWire
{
    private const int MostTensors = 128;
    private const int MostDimensions = 16;
    private const int MostProviders = 16;
    private const double LongestMs = 24 * 3_600_000;

    /// <summary>Of options that were checked.</summary>
    public static OnnxRun Run(OnnxOptions options)
    {
        var run = new OnnxRun
        {
            Iterations = options.Iterations ?? OnnxOptions.UsualIterations,
            WarmUp = options.WarmUp ?? OnnxOptions.UsualWarmUp,
            Seed = options.Seed ?? 0,
            File = options.File ?? "",
            Npz = Bytes(options.Npz),
        };
        foreach (var input in options.Inputs is { IsDefault: false } given ? given : [])
        {
            run.Inputs.Add(new Wire.OnnxInput { Name = input.Name, Shape = input.Shape is { } shape ? new OnnxShape { Sizes = { shape } } : null, Data = Bytes(input.Data) });
        }

        return run;
    }

    /// <summary>What a device says it measured; null when it is no measurement.</summary>
    public static OnnxMeasurement? Measurement(Measurement m) =>
        new[] { m.FirstLoadMs, m.MinMs, m.P50Ms, m.P90Ms, m.MaxMs }.All(IsTime) && m is { Iterations: > 0, P50Ms: > 0 }
            ? new OnnxMeasurement(
                FromWire.Text(m.File, 240), m.Iterations, Math.Max(0, m.WarmUp), m.Capped, m.FirstLoadMs, m.HasWarmLoadMs && IsTime(m.WarmLoadMs) ? m.WarmLoadMs : null, m.MinMs, m.P50Ms, m.P90Ms, m.MaxMs,
                [.. m.Shares.Take(MostProviders).Select(s => new Core.Tasks.ProviderNodes(FromWire.Text(s.Provider, 80), Math.Max(0, s.Nodes)))], Tensors(m.Inputs), Tensors(m.Outputs), m.Precompiled)
            : null;

    private static ImmutableArray<TensorInfo> Tensors(IEnumerable<Tensor> tensors) =>
        [.. tensors.Take(MostTensors).Select(t => new TensorInfo(FromWire.Text(t.Name), FromWire.Text(t.Type, 40), [.. t.Shape.Take(MostDimensions)], FromWire.Text(t.Origin, 20)))];

    private static bool IsTime(double ms) => ms is >= 0 and < LongestMs;

    private static ByteString Bytes(string? base64) => base64 is null ? ByteString.Empty : ByteString.FromBase64(base64);
}
