using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Planning;

/// <summary>What a kind is made of: its task kind and skill, and how many tasks it wants. Pure.</summary>
public static class Planner
{
    /// <summary>The task kind and skill of a job kind.</summary>
    public static (TaskKind Kind, Skill? Skill) TaskOf(JobKind kind) => kind switch
    {
        JobKind.Summarize => (TaskKind.LlmGenerate, Skill.Summarize),
        JobKind.Chat => (TaskKind.LlmGenerate, Skill.Chat),
        JobKind.Code => (TaskKind.LlmGenerate, Skill.Code),
        JobKind.Image => (TaskKind.ImageGenerate, Skill.Image),
        JobKind.Sysinfo => (TaskKind.Sysinfo, null),
        JobKind.Echo => (TaskKind.Echo, null),
        JobKind.Onnx => (TaskKind.OnnxRun, null),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>How many tasks a job has when <paramref name="devices"/> devices could run it.</summary>
    public static int TaskCount(JobRequest request, int devices) => request.Options switch
    {
        ImageOptions { Count: { } count } => count,
        EchoOptions { Count: { } count } => count,
        EchoOptions or SysinfoOptions => devices,
        _ => 1,
    };

    /// <summary>The task with this number; every task of these kinds reads the whole text.</summary>
    public static PlannedTask Task(JobRequest request, int number, int count, DeviceId? onDevice)
    {
        var (kind, skill) = TaskOf(request.Kind);
        var label = kind == TaskKind.OnnxRun ? "Run" : $"{request.Kind}";
        return new PlannedTask(new TaskId(number), 0, kind, count == 1 ? label : $"{label} {number}", skill, TaskInput.WholeText, request.Options, onDevice);
    }
}
