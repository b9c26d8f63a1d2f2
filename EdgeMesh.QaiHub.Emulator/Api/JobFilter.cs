using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary>Which jobs a list is of: <c>state=1,50&amp;type=compile&amp;creator=…&amp;project=…</c>.</summary>
internal static class JobFilter
{
    public static List<JobEntry> Of(HttpRequest request, EmulatorState state)
    {
        var states = request.Query["state"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(State).ToHashSet();
        var type = Type(request.Query["type"].ToString());
        var isInProject = IsInProject(request.Query["project"].ToString());
        string creator = request.Query["creator"].ToString();
        return
        [
            .. state.Jobs.All.Where(e => isInProject && (states.Count == 0 || states.Contains(new JobMessage(e.Wire).State))
                && (type == JobType.Unspecified || JobMessage.TypeOf(e.Wire) == type)
                && (creator.Length == 0 || creator == EmulatorState.Me.Email || creator == $"{EmulatorState.Me.Id}")),
        ];
    }

    private static bool IsInProject(string project) => project switch
    {
        "" or Projects.Everything => true,
        Projects.Nothing => false,
        _ => throw new Refusal(StatusCodes.Status404NotFound, $"There is no project '{project}'."),
    };

    private static JobState State(string text) => int.TryParse(text, out int number)
        ? (JobState)number
        : throw new Refusal(StatusCodes.Status400BadRequest, $"'{text}' is not the number of a job state.");

    private static JobType Type(string text) => text switch
    {
        "" => JobType.Unspecified,
        "compile" => JobType.Compile,
        "profile" => JobType.Profile,
        "inference" => JobType.Inference,
        "quantize" => JobType.Quantize,
        "link" => JobType.Link,
        _ => throw new Refusal(StatusCodes.Status400BadRequest, $"'{text}' is not a type of job."),
    };
}
