using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub.Catalog;

namespace EdgeMesh.Bench.Catalogue;

/// <summary>The time in which the dashboard finds what fits after a keystroke in the search of QAI Hub's devices; drawing it comes on top.</summary>
internal sealed class CatalogueBenchmark : IBenchmark
{
    private const int Devices = 1_000;
    private static readonly HubDeviceFilter s_typed = new(Search: "galaxy s2 gen3", Format: "phone");
    private static int s_count;

    public string Name => "catalogue";

    public string Summary => "filtering 1,000 devices of QAI Hub as one types";

    public Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<HubDevice> devices = [.. Enumerable.Range(0, Devices).Select(Device)];
        var filter = Repeat.Milliseconds(() => s_count = s_typed.Apply(devices).Length);
        var pass = Repeat.Milliseconds(() => s_count = devices.Count(d => d.Name.Contains("galaxy", StringComparison.OrdinalIgnoreCase)));
        return Task.FromResult<IReadOnlyList<Row>>([new("filter 1,000 devices of QAI Hub", filter, "ms", Target.AtMost(100), "one pass searching each name", pass)]);
    }

    private static HubDevice Device(int i) => new(
        $"Samsung Galaxy S{20 + (i % 7)} {i}", $"{11 + (i % 6)}",
        [
            "abi:aarch64-android", $"chipset:qualcomm-snapdragon-8gen{i % 4}", $"chipset:sm8{i % 9}50", i % 3 == 0 ? "format:iot" : "format:phone", "framework:onnx", "framework:qnn", "framework:tflite",
            $"hexagon:v{65 + (i % 17)}", "htp-supports-fp16:true", "os:android", $"soc-model:{i % 90}", "vendor:samsung",
        ],
        $"Snapdragon 8 Gen {i % 4}");
}
