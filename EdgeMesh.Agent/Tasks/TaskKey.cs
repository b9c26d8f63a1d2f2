using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Tasks;

/// <summary>A task as a device knows it.</summary>
/// <param name="Caller">The orchestrator whose task it is; none reaches another's.</param>
public readonly record struct TaskKey(string Caller, string Job, string Task)
{
    public static TaskKey Of(string caller, TaskRequest request) => new(caller, request.JobId, request.TaskId);

    public static TaskKey Of(string caller, AttemptRef? attempt) => new(caller, attempt?.JobId ?? "", attempt?.TaskId ?? "");
}
