using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Bench.Decision;

/// <summary>A fleet as it may be: summarisers everywhere, a language model on a third, a tenth of the devices away, half of them measured.</summary>
internal static class SampleFleet
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RuntimeInfo System = new(
        "system", "System", RuntimeState.Ready, null, [new ModelInfo("sysinfo", []), new ModelInfo("echo", [])], [TaskKind.Sysinfo, TaskKind.Echo], AcceleratorKind.CPU);

    private static readonly RuntimeInfo Summariser = new(
        "builtin", "Built-in summariser", RuntimeState.Ready, null, [new ModelInfo("textrank", [Skill.Summarize], ContextTokens: 0, QualityTier: 1)], [TaskKind.LlmGenerate], AcceleratorKind.CPU);

    private static readonly RuntimeInfo Llm = new(
        "openai:http://127.0.0.1:11434/v1", "Ollama", RuntimeState.Ready, null,
        [new ModelInfo("llama3.2:3b", [Skill.Chat, Skill.Summarize, Skill.Code], 2_000_000_000, 8192, 3), new ModelInfo("qwen2.5:7b", [Skill.Chat, Skill.Code], 4_700_000_000, 32768, 4)],
        [TaskKind.LlmGenerate], null);

    public static FleetSnapshot Of(int devices) => new(1, Now, [.. Enumerable.Range(0, devices).Select(Device)]);

    public static DeviceSnapshot Device(int number)
    {
        var away = number % 10 == 9;
        return new DeviceSnapshot(
            DeviceId.FromPublicKey(BitConverter.GetBytes(number)), $"Device {number}", number, away ? DeviceState.Lost : DeviceState.Online, null, Now.AddSeconds(-number % 90),
            LinkKind.Tunnel,
            new DeviceProfile(
                "Debian GNU/Linux 12", "x64", "", "A processor", 4, 8, ["AVX2"], 16_384, 100_000, FormFactor.Laptop, "0.1.0",
                [new Accelerator(AcceleratorKind.CPU, "A processor", AcceleratorStatus.Detected), new Accelerator(AcceleratorKind.GPU, "", AcceleratorStatus.Absent)], []),
            new Telemetry(Now, number % 100, 8_000 + number, null, null, null, 0, 0, 60), [], number % 3 == 0 ? [System, Summariser, Llm] : [System, Summariser], true,
            number % 7 == 0 ? [] : [new Lane("builtin", 2, [number % 7], [])], [], [], 0, Learned(number), 1.5);
    }

    private static ImmutableDictionary<CalibrationKey, Calibration> Learned(int number) => number % 2 == 0
        ? ImmutableDictionary<CalibrationKey, Calibration>.Empty
        : ImmutableDictionary<CalibrationKey, Calibration>.Empty.Add(
            new CalibrationKey("builtin", "textrank", TaskKind.LlmGenerate), new Calibration(12 + (number % 5), -11 + (number % 10 * 0.05), 0.02, 1.5, 5, 0.1));
}
