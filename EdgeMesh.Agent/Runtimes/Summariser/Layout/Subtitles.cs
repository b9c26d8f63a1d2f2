using System.Text;
using System.Text.RegularExpressions;
using EdgeMesh.Core.Texts;

namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>
/// Subtitles and transcripts (SubRip, WebVTT, pasted video transcripts): what is said, without numbers, times and tags. A cue that begins with a small letter goes on with
/// the one before; the same line in two cues, as automatic captions roll, is said once.
/// </summary>
internal static partial class Subtitles
{
    private const int FewestTimes = 2;

    /// <summary>The spoken text as lines; false when it is no such file.</summary>
    public static bool TryRead(string text, out string spoken)
    {
        spoken = "";
        var lines = text.Split('\n');
        var times = lines.Count(l => LineStamps.OfASubtitle().IsMatch(l));
        var filled = lines.Count(l => !string.IsNullOrWhiteSpace(l));
        if (times < FewestTimes || times * 4 < filled)
        {
            return false;
        }

        List<string> cues = [];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = Tags().Replace(lines[i], "").Trim();
            var number = Number().IsMatch(line) && i + 1 < lines.Length && LineStamps.OfASubtitle().IsMatch(lines[i + 1]);
            if (line.Length > 0 && !number && !LineStamps.OfASubtitle().IsMatch(line) && !Head().IsMatch(line) && (cues.Count == 0 || cues[^1] != line))
            {
                cues.Add(line);
            }
        }

        spoken = Join(cues);
        return true;
    }

    private static string Join(List<string> cues)
    {
        var text = new StringBuilder();
        for (var i = 0; i < cues.Count; i++)
        {
            // Between sentences stands a paragraph: captions often have no full stops.
            var goesOn = i > 0 && (char.IsLower(cues[i][0]) || cues[i - 1][^1] is ',' or ';' or ':' or '、' || !char.IsUpper(cues[i][0]));
            text.Append(i == 0 ? "" : goesOn ? " " : "\n\n").Append(cues[i]);
        }

        return text.ToString();
    }

    [GeneratedRegex(@"^\d{1,6}$")]
    private static partial Regex Number();

    [GeneratedRegex(@"^(?:WEBVTT\b.*|NOTE\b.*|STYLE|REGION|Kind:.*|Language:.*)$")]
    private static partial Regex Head();

    [GeneratedRegex(@"</?[a-zA-Z][^<>]{0,80}>|<\d[^<>]{0,40}>|\{\\[^{}]{0,40}\}")]
    private static partial Regex Tags();
}
