using EdgeMesh.Dashboard.QaiHub;

namespace EdgeMesh.Dashboard.Api;

/// <summary>Reads the filters of <c>GET /api/qaihub/devices</c>.</summary>
internal static class HubDeviceQuery
{
    private const int Longest = 200;
    private static readonly string[] Names = ["search", "vendor", "chipset", "os", "format", "hexagon", "framework", "fp16"];

    /// <summary>The filter, or what is wrong.</summary>
    public static (HubDeviceFilter? Filter, Problem? Wrong) Read(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (!Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return (null, ApiProblems.ParameterWrong(name, values.ToString(), $"only {string.Join(", ", Names)}"));
            }

            if (values.Count > 1 || values.ToString().Length > Longest)
            {
                return (null, ApiProblems.ParameterWrong(name, values.ToString()[..Math.Min(40, values.ToString().Length)], $"one value of at most {Longest} characters"));
            }
        }

        var (fp16, hexagon) = (Text("fp16"), Text("hexagon"));
        if (fp16 is not null && !bool.TryParse(fp16, out _))
        {
            return (null, ApiProblems.ParameterWrong("fp16", fp16, "true or false"));
        }

        if (hexagon is not null && HubDeviceFilter.Version(hexagon) == 0)
        {
            return (null, ApiProblems.ParameterWrong("hexagon", hexagon, "a version such as v73, or v73+ for that one and newer ones"));
        }

        return (new HubDeviceFilter(Text("search"), Text("vendor"), Text("chipset"), Text("os"), Text("format"), hexagon, Text("framework"), fp16 is null ? null : bool.Parse(fp16)), null);

        string? Text(string name) => query[name].ToString().Trim() is { Length: > 0 } text ? text : null;
    }
}
