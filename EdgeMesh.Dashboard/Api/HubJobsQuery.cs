using System.Globalization;
using EdgeMesh.Dashboard.QaiHub;

namespace EdgeMesh.Dashboard.Api;

/// <summary>Which jobs of the service a list is of.</summary>
/// <param name="State">running, waiting, done, failed, or empty for all.</param>
/// <param name="Offset">How many to leave out: the cursor.</param>
internal sealed record HubJobsQuery(string State, HubJobKind? Kind, bool Everyone, int Offset, int Limit)
{
    private const int UsualLimit = 200;
    private const int MaxLimit = 500;
    private const int MaxOffset = 1_000_000;

    public static (HubJobsQuery? Query, Problem? Wrong) Read(IQueryCollection query)
    {
        var (state, kind, everyone, cursor, limit) = (query["state"].ToString().ToLowerInvariant(), query["kind"].ToString(), query["everyone"].ToString(), query["cursor"].ToString(), query["limit"].ToString());
        if (state is not ("" or "running" or "waiting" or "done" or "failed"))
        {
            return (null, ApiProblems.ParameterWrong("state", state, "running, waiting, done or failed"));
        }

        HubJobKind? wanted = null;
        if (kind.Length > 0)
        {
            if (!Enum.TryParse<HubJobKind>(kind, ignoreCase: true, out var parsed) || int.TryParse(kind, out _))
            {
                return (null, ApiProblems.ParameterWrong("kind", kind, "compile, profile, inference, quantize or link"));
            }

            wanted = parsed;
        }

        if (everyone.Length > 0 && !bool.TryParse(everyone, out _))
        {
            return (null, ApiProblems.ParameterWrong("everyone", everyone, "true or false"));
        }

        return Number(cursor, 0, 0, MaxOffset) is not { } offset ? (null, ApiProblems.ParameterWrong("cursor", cursor, "a nextCursor of an earlier page"))
            : Number(limit, UsualLimit, 1, MaxLimit) is not { } most ? (null, ApiProblems.ParameterWrong("limit", limit, $"a number from 1 to {MaxLimit}"))
            : (new HubJobsQuery(state, wanted, everyone.Equals("true", StringComparison.OrdinalIgnoreCase), offset, most), null);
    }

    public bool Fits(TrackedJob job) => (Kind is null || job.Kind == Kind) && State switch
    {
        "running" => job is { IsOver: false, IsAtService: true },
        "waiting" => !job.IsAtService,
        "done" => job.State == HubJobState.Done,
        "failed" => job.State == HubJobState.Failed,
        _ => true,
    };

    private static int? Number(string text, int usual, int least, int most) =>
        text.Length == 0 ? usual : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
