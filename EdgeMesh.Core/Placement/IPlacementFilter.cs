using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Placement;

/// <summary>A hard condition on a device. Filters are apart from prices: a device that cannot is never cheap.</summary>
public interface IPlacementFilter
{
    /// <summary>Stable word for the verdict, such as <c>online</c>.</summary>
    string Name { get; }

    /// <summary>Null when the device passes, else why not and what would help, in words.</summary>
    string? Reject(DeviceSnapshot device, FilterContext context);
}

/// <summary>What filters look at besides the device.</summary>
public sealed record FilterContext(JobRequest Request, TaskKind Kind, Skill? Skill, PlanContext Plan, ImmutableHashSet<DeviceId> Excluded)
{
    /// <summary>Models that failed this task on a device through a fault of their own: others of that device may still be tried.</summary>
    public ImmutableHashSet<(DeviceId Device, string Model)> FailedModels { get; init; } = [];

    /// <summary>The beginning of the answer, which a model that can goes on with; null: everyone starts over.</summary>
    public TextSoFar? SoFar { get; init; }

    /// <summary>The skill or task kind as the wire's word: <c>chat</c>, <c>echo</c>.</summary>
    public string Word { get; } = (Skill?.ToString() ?? Kind.ToString()).ToLowerInvariant();

    /// <summary>What the work is for, in a sentence: <c>No model for summaries.</c></summary>
    public string Purpose => Skill switch
    {
        Models.Skill.Chat => "chat",
        Models.Skill.Summarize => "summaries",
        Models.Skill.Image => "images",
        _ => Word,
    };
}
