using System.Text.RegularExpressions;
using EdgeMesh.Core.Texts;

namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>Texts of which each line is a thing of its own because it begins with when, or who: logs, exported chats, minutes of a talk.</summary>
internal static partial class StampedLines
{
    private const int Fewest = 3;
    private const double Share = 0.6;
    private const double ShareOfSpeakers = 0.8;

    /// <summary>Its lines as items: a chat's without the time, a log's as they are; false when it is no such text.</summary>
    public static bool TryRead(IReadOnlyList<string> lines, out List<string> items)
    {
        items = [];
        if (lines.Count < Fewest)
        {
            return false;
        }

        var stamps = lines.Select(l => LineStamps.OfALine().Match(l)).ToList();
        var rests = lines.Zip(stamps, (l, s) => s.Success ? l[s.Length..].Trim() : null).ToList();
        var said = rests.Count(r => r is not null && Speaker().IsMatch(r));
        var stamped = stamps.Count(s => s.Success);
        if (stamped >= Share * lines.Count && said >= Share * stamped)
        {
            foreach (var (line, rest) in lines.Zip(rests))
            {
                Add(items, rest ?? line, goesOn: rest is null);
            }

            return true;
        }

        if (lines.Count(l => Log().IsMatch(l)) >= Share * lines.Count || lines.Count(l => Speaker().IsMatch(l)) >= ShareOfSpeakers * lines.Count)
        {
            items = [.. lines];
            return true;
        }

        return false;
    }

    // A message of several lines: those without a stamp belong to the one before.
    private static void Add(List<string> items, string line, bool goesOn)
    {
        if (goesOn && items.Count > 0)
        {
            items[^1] += " " + line;
        }
        else
        {
            items.Add(line);
        }
    }

    [GeneratedRegex(@"^(?:<[^<>:]{1,40}>|[\p{L}\d+~][\p{L}\p{M}\d .'_()+-]{0,40}:) +\S")]
    private static partial Regex Speaker();

    [GeneratedRegex(
        @"^(?:.{0,24}\d{1,2}:\d{2}:\d{2}\b|[A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}|\[?\d{4}-\d{2}-\d{2}\b|\[? *(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|FATAL)\b|\[ *\d+\.\d+\] )")]
    private static partial Regex Log();
}
