using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Test data for pages, API and hub: small, consistent, changed with <c>with</c>.</summary>
public static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    /// <summary>What a background service of a unit test stands on: storage that works, and a log that nobody reads.</summary>
    public static Steadiness Steadiness(string folder, TimeProvider time) => new(
        new StorageHealth(new StoragePlace(folder, Path.Combine(folder, "edgemesh.db")), time, NullLogger<StorageHealth>.Instance), time, NullLogger<SteadyService>.Instance);

    public static readonly RuntimeInfo BuiltIn = new(
        "builtin", "Built-in summariser", RuntimeState.Ready, null,
        [new ModelInfo("textrank", [Skill.Summarize], null, 0, 1)], [TaskKind.LlmGenerate], AcceleratorKind.CPU);

    public static readonly RuntimeInfo Ollama = new(
        "openai:http://127.0.0.1:11434/v1", "Ollama", RuntimeState.Ready, null,
        [new ModelInfo("llama3.2:3b", [Skill.Summarize, Skill.Chat, Skill.Code], 2_019_393_189, 131_072, 3)], [TaskKind.LlmGenerate], null);

    public static readonly RuntimeInfo SystemRuntime = new(
        "system", "System", RuntimeState.Ready, null, [new ModelInfo("system", [])], [TaskKind.Sysinfo, TaskKind.Echo], AcceleratorKind.CPU);

    private static int jobs;

    /// <summary>The id that belongs to a name: always the same.</summary>
    public static DeviceId DeviceIdOf(string name) => DeviceId.FromPublicKey(Encoding.UTF8.GetBytes(name));

    /// <summary>A new id, later than those before.</summary>
    public static JobId NewJobId() => JobId.New(Now.AddSeconds(Interlocked.Increment(ref jobs)));

    public static FleetSnapshot Fleet(params DeviceSnapshot[] devices) => new(1, Now, [.. devices]);

    /// <summary>An online device with the built-in runtimes; its id belongs to its name.</summary>
    public static DeviceSnapshot Device(string name = "Mini PC", int ordinal = 0, DeviceState state = DeviceState.Online) => new(
        DeviceIdOf(name), name, ordinal, state,
        state switch
        {
            DeviceState.Suspect => "No beat for 1.7 s.",
            DeviceState.Lost => "No beat for 40 s; the link is closed.",
            DeviceState.Draining => "Draining: finishes what it has and takes nothing new.",
            _ => null,
        },
        Now.AddSeconds(state is DeviceState.Lost ? -40 : state is DeviceState.Suspect ? -1.7 : -0.2),
        LinkKind.Tunnel, Profile(), Telemetry(), [12.5f, 18f, 9.5f], [BuiltIn, SystemRuntime], true, [], [], [], 0,
        ImmutableDictionary<CalibrationKey, Calibration>.Empty, 0.8);

    public static DeviceProfile Profile() => new(
        "Debian GNU/Linux 12", "x64", "", "AMD Ryzen 7 7840U", 8, 16, ["AVX2", "AVX512"], 32_000, 412_000, FormFactor.Desktop, "0.1.0",
        [
            new Accelerator(AcceleratorKind.CPU, "AMD Ryzen 7 7840U", AcceleratorStatus.Detected, Source: "/proc/cpuinfo"),
            new Accelerator(AcceleratorKind.GPU, "Radeon 780M", AcceleratorStatus.Detected, Source: "/sys/class/drm/card0"),
            new Accelerator(AcceleratorKind.NPU, "", AcceleratorStatus.Absent, Source: "/sys/class/accel"),
        ],
        [new HardwareFact("Cores", "8 physical, 16 logical", "/proc/cpuinfo")]);

    public static Telemetry Telemetry() => new(Now, 12.5, 21_400, null, null, 51.5, 0, 0, 62);

    public static JobRequest Request(JobKind kind = JobKind.Summarize, string text = "The first sentence. The second one.") =>
        new(kind, text, JobPolicy.BestAvailable, null, null, null, JobOptions.Default(kind));

    public static Estimate Estimate(double p50Ms = 400, double p90Ms = 900) => new(p50Ms, p90Ms, 64, EstimateOrigin.Prior, 0, "35 characters; 90 characters/ms assumed");

    public static PlannedTask Task(int number = 1, TaskKind kind = TaskKind.LlmGenerate, int stage = 0) => new(
        new TaskId(number), stage, kind, "Summarize", kind == TaskKind.LlmGenerate ? Skill.Summarize : null, TaskInput.WholeText, new SummarizeOptions(5), null);

    public static DeviceVerdict Verdict(DeviceSnapshot device, bool chosen = true) => new(
        device.Id, device.Name, true, chosen, null, chosen ? "Fastest of the candidates." : "Slower: 1.2 s.", Estimate(), "builtin", "textrank",
        AcceleratorKind.CPU, 21_400);

    /// <summary>A device that a filter removed.</summary>
    public static DeviceVerdict Filtered(DeviceSnapshot device, string filter = "skill", string? reason = null) => new(
        device.Id, device.Name, false, false, filter, reason ?? $"No model on {device.Name} can make images.", null, null, null, null, 21_400);

    /// <summary>One task on the first device; the others are candidates that were not chosen.</summary>
    public static PlanResult Plan(params DeviceSnapshot[] devices)
    {
        if (devices.Length == 0)
        {
            devices = [Device()];
        }

        var task = Task();
        var placement = new TaskPlacement(
            task.Id, devices[0].Id, devices[0].Name, "builtin", "textrank", AcceleratorKind.CPU, Estimate(), "Fastest of the candidates.",
            devices.Length > 1 ? devices[1].Id : null);
        return new PlanResult(1, new Plan([task], [placement], "One device"), Estimate(), [.. devices.Select((d, i) => Verdict(d, i == 0))], null, null, null, false);
    }

    /// <summary>Nothing can run it.</summary>
    public static PlanResult RefusedPlan(params DeviceSnapshot[] devices) => new(
        1, null, null, [.. devices.Select(d => Filtered(d))], null, null,
        new Problem("no_device", "No device can make images.", "No runtime with the skill image is ready.", "Install Stable Diffusion web UI on a device."), false);

    /// <summary>A job as it is at a state: placed and running from Running on, with a result when succeeded.</summary>
    public static JobView Job(JobState state = JobState.Running, JobId? id = null, DeviceSnapshot? device = null, string output = "")
    {
        device ??= Device();
        var planned = state != JobState.Queued;
        var finished = state is not (JobState.Queued or JobState.Running);
        var task = Task();
        var succeeded = state is JobState.Succeeded or JobState.PartiallySucceeded;
        var attempt = new AttemptView(
            1, device.Id, device.Name, "builtin", "textrank",
            succeeded ? AttemptState.Succeeded : state switch
            {
                JobState.Running => AttemptState.Running,
                JobState.Failed => AttemptState.Failed,
                JobState.Cancelled => AttemptState.Cancelled,
                _ => AttemptState.Placed,
            },
            Estimate(), "Fastest of the candidates.", Now, Now.AddMilliseconds(5), finished ? Now.AddMilliseconds(420) : null,
            Output(output), finished ? 420 : null,
            state == JobState.Failed ? ReasonCode.OutOfMemory : null, state == JobState.Failed ? $"{device.Name} ran out of memory." : null,
            succeeded ? Receipt(device) : null);
        var taskState = state switch
        {
            JobState.Queued => TaskState.Queued,
            JobState.Running => TaskState.Running,
            JobState.Succeeded => TaskState.Succeeded,
            JobState.PartiallySucceeded => TaskState.PartiallySucceeded,
            JobState.Cancelled => TaskState.Cancelled,
            _ => TaskState.Failed,
        };
        return new JobView(
            id ?? NewJobId(), finished ? 6 : planned ? 4 : 2, Request(), "The first sentence", null, state, Now, finished ? Now.AddMilliseconds(425) : null,
            Plan(device).Plan, [Verdict(device)], Estimate(),
            [new TaskView(task, taskState, planned ? [attempt] : [])],
            succeeded ? new JobResult(output.Length > 0 ? output : "The first sentence.", []) : null,
            state switch
            {
                JobState.Failed => new JobError(
                    $"{device.Name} ran out of memory.", "The task Summarize failed on every device that was tried.", JobOutcome.Code(ReasonCode.OutOfMemory), "Close other programs there, or use a smaller model."),
                JobState.Cancelled => new JobError("The job was cancelled.", "Someone asked to cancel it.", JobOutcome.Code(ReasonCode.Cancelled), "Re-run it when you want the result."),
                _ => null,
            },
            false);
    }

    /// <summary>A job that ran this model on a device and measured it.</summary>
    public static JobView Measured(DeviceSnapshot device, string model, double p50Ms)
    {
        var job = Job(JobState.Succeeded, device: device, output: $"{model} took {p50Ms} ms a run.");
        var measurement = new OnnxMeasurement(
            "model.onnx", 20, 2, false, 210, 95, p50Ms * 0.9, p50Ms, p50Ms * 1.2, p50Ms * 2, [new ProviderNodes("CPUExecutionProvider", 12), new ProviderNodes("QNNExecutionProvider", 88)],
            [new TensorInfo("image", "float32", [1, 3, 224, 224], "made")], [new TensorInfo("scores", "float32", [1, 1_000])], false);
        var task = Task(kind: TaskKind.OnnxRun) with { Label = "Run", Options = new OnnxOptions() };
        var attempt = job.Tasks[0].Current! with { RuntimeId = "onnx-cpu", ModelId = model, Receipt = Receipt(device) with { RuntimeId = "onnx-cpu", ModelId = model, Measurement = measurement } };
        return job with
        {
            Title = $"Run of {model}",
            Request = Request(JobKind.Onnx, "") with { Model = model },
            Tasks = [new TaskView(task, TaskState.Succeeded, [attempt])],
        };
    }

    public static AttemptOutput Output(string text) => text.Length == 0 ? AttemptOutput.Empty : new AttemptOutput([text], text.Length, []);

    public static Receipt Receipt(DeviceSnapshot device) => new(
        device.Id, device.Name, "builtin", "textrank", AcceleratorKind.CPU, "managed code on the CPU", null, null, 35, 19, 3.5, 0.2, 410, 71, "0.1.0",
        "the text has 2 sentences; all were kept");

    public static JobSummary Summary(JobState state = JobState.Succeeded, JobId? id = null, string title = "The first sentence", JobKind kind = JobKind.Summarize) => new(
        id ?? NewJobId(), kind, state, title, null, [new JobDevice(DeviceIdOf("Mini PC"), "Mini PC")], "textrank", AcceleratorKind.CPU, 400, 900,
        state is JobState.Queued or JobState.Running ? null : 425, Now, state is JobState.Queued or JobState.Running ? null : Now.AddMilliseconds(425));

    public static ArtifactRef Artifact(string name, byte[] bytes, string contentType = "text/plain") =>
        new(name, contentType, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
}
