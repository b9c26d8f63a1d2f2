using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Api;

/// <summary>Reads <c>?state=&amp;kind=&amp;device=&amp;text=&amp;limit=&amp;cursor=</c>.</summary>
internal static class JobQueryReader
{
    private const int DefaultLimit = 50;
    private const int MostRows = 200;

    /// <summary>The query, or what is wrong with it.</summary>
    public static (JobQuery? Query, Problem? Wrong) Read(IQueryCollection parameters)
    {
        Problem? wrong = null;
        var state = Enum<JobState>("state");
        var kind = Enum<JobKind>("kind");
        DeviceId? device = null;
        if (Value("device") is { } deviceText)
        {
            if (DeviceId.TryParse(deviceText, out var id))
            {
                device = id;
            }
            else
            {
                wrong ??= ApiProblems.ParameterWrong("device", deviceText, "a device's id");
            }
        }

        var limit = DefaultLimit;
        if (Value("limit") is { } limitText && (!int.TryParse(limitText, out limit) || limit is < 1 or > MostRows))
        {
            wrong ??= ApiProblems.ParameterWrong("limit", limitText, $"a number from 1 to {MostRows}");
        }

        // A cursor is the id of the last row, so anything else was not given by this list.
        if (Value("cursor") is { } cursor && !JobId.TryParse(cursor, out _))
        {
            wrong ??= ApiProblems.ParameterWrong("cursor", cursor, "the nextCursor of the page before");
        }

        return wrong is null ? (new JobQuery(state, kind, device, Value("text"), limit, Value("cursor")), null) : (null, wrong);

        string? Value(string name) => Text.OrNull(parameters[name].ToString());

        T? Enum<T>(string name)
            where T : struct, Enum
        {
            if (Value(name) is not { } text)
            {
                return null;
            }

            var all = System.Enum.GetValues<T>().ToDictionary(v => JsonSerializer.SerializeToElement(v, ApiJson.Options).GetString()!, v => v);
            if (all.TryGetValue(text, out var value))
            {
                return value;
            }

            wrong ??= ApiProblems.ParameterWrong(name, text, $"one of {string.Join(", ", all.Keys)}");
            return null;
        }
    }
}
