using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.BuiltInTasks;

/// <summary>SYSINFO and ECHO: what every device can do.</summary>
public sealed class SystemRuntime(DeviceFacts facts) : IRuntime
{
    public const string Id = "system";

    public RuntimeInfo Info { get; } = new(
        Id, "System", RuntimeState.Ready, null, [new ModelInfo("sysinfo", []), new ModelInfo("echo", [])], [TaskKind.Sysinfo, TaskKind.Echo], AcceleratorKind.CPU);

    public bool IsBuiltIn => true;

    public Task WatchAsync(Action changed, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var text = task.Kind == TaskKindValue.Echo
            ? task.Text.Length == 0 ? "echo" : task.Text
            : await facts.ReportAsync(cancellationToken);
        output.Text(text);
        return new TaskReceipt
        {
            Accelerator = nameof(AcceleratorKind.CPU),
            AcceleratorNote = "managed code on the CPU",
            InputUnits = Math.Max(1, task.Text.Length),
            OutputUnits = text.Length,
        };
    }
}
