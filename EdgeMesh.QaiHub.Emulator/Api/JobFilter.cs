using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary>Which jobs a list is of: <c>state=1,50&amp;type=compile&amp;creator=…</c>.</summary>
internal static class JobFilter
{
    public static List<JobEntry> Of(HttpRequest request, EmulatorState state)
    {
        var states = request.Query["state"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(State).ToHashSet();
        var type = Type(request.Query["type"].ToString());
        string creator = request.Query["creator"].ToString();
        return
        [
            .. state.Jobs.All.Where(e => (states.Count == 0 || states.Contains(new JobMessage(e.Wire).State))
                && (type == JobType.Unspecified || JobMessage.TypeOf(e.Wire) == type)
                && (creator.Length == 0 || creator == EmulatorState.Me.Email || creator == $"{EmulatorState.Me.Id}")),
        ];
    }

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
