using EdgeMesh.QaiHub.Emulator;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Bench.QaiHub;

/// <summary>What a large upload to Qualcomm AI Hub costs: the real command line sends a model to the emulator, in one part as the service asks for.</summary>
internal sealed class UploadBenchmark : IBenchmark
{
    private const long Large = 1_000_000_000;
    private const long Small = 1_000_000;
    private const double MostExtraMb = 64;

    public string Name => "upload";

    public string Summary => "memory and time of a 1 GB upload to the QAI Hub emulator";

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        await using var hub = await EmulatorHost.StartAsync(new EmulatorOptions { Folder = directory["hub"] }, cancellationToken);
        WriteModel(directory["small.onnx"], Small);
        WriteModel(directory["large.onnx"], Large);
        var small = await SendAsync(hub, directory["small.onnx"], cancellationToken);
        var large = await SendAsync(hub, directory["large.onnx"], cancellationToken);
        var began = Stopwatch.GetTimestamp();
        File.Copy(directory["large.onnx"], directory["copy.onnx"]);
        var copied = Stopwatch.GetElapsedTime(began);
        return
        [
            new("peak memory of a 1 GB upload, above one of 1 MB", Math.Max(0, large.PeakMb - small.PeakMb), "MB", Target.AtMost(MostExtraMb), "the command's peak with 1 MB", small.PeakMb),
            new("1 GB upload to the emulator", large.Took.TotalSeconds, "s", null, "copying the file", copied.TotalSeconds),
        ];
    }

    /// <summary>An ONNX model with one weight of this size, and an input.</summary>
    private static void WriteModel(string path, long bytes)
    {
        byte[] input = [0x5A, 0x13, 0x0A, 1, (byte)'x', 0x12, 0x0E, 0x0A, 0x0C, 0x08, 1, 0x12, 0x08, 0x0A, 2, 0x08, 1, 0x0A, 2, 0x08, 4];
        byte[] weight = [0x42, 1, (byte)'w', 0x4A, .. Varint(bytes)];
        byte[] graph = [0x2A, .. Varint(weight.Length + bytes), .. weight];
        using var file = File.Create(path);
        file.Write([0x08, 9, 0x3A, .. Varint(graph.Length + bytes + input.Length), .. graph]);
        var zeros = new byte[1 << 20];
        for (var left = bytes; left > 0; left -= zeros.Length)
        {
            file.Write(zeros.AsSpan(0, (int)Math.Min(left, zeros.Length)));
        }

        file.Write(input);

        static byte[] Varint(long value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
    }

    private static async Task<(double PeakMb, TimeSpan Took)> SendAsync(EmulatorHost hub, string model, CancellationToken cancellationToken)
    {
        await using var agent = ProgramProcess.Start(
            BuiltPrograms.Agent,
            new Dictionary<string, string> { ["QAI_HUB_API_TOKEN"] = hub.Token, ["QAI_HUB_API_URL"] = hub.BaseAddress.ToString(), ["QAIHUB_CLIENT_INI"] = "" },
            "qaihub", "compile", model, "--device", "Samsung Galaxy S24");
        await agent.LineAsync("Uploading", cancellationToken);
        var began = Stopwatch.GetTimestamp();
        await agent.LineAsync("Model:", cancellationToken);
        return (agent.PeakMb, Stopwatch.GetElapsedTime(began)); // it still waits for its job, so its peak can be read
    }
}
