using System.Text.RegularExpressions;

namespace EdgeMesh.Core.Texts;

/// <summary>Times at the beginning of lines, as chats, logs and subtitles have them. Pure.</summary>
public static partial class LineStamps
{
    /// <summary>
    /// A chat's or log's time with the blank after it: <c>[10:00, 12/05/2026] </c>, <c>12.05.26, 10:00 - </c>, <c>[2026-05-12 10:00:31] </c>, <c>10:00 </c>.
    /// A time without a colon counts too (<c>10.30 </c>), so a number may look like one.
    /// </summary>
    [GeneratedRegex(
        @"^\u200E?[\[(]?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?[ T\u202F]*)?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,3})?Z?(?:[ \u202F]?[AaPp]\.?[Mm]\.?)?(?:,? *\d{1,4}[./-]\d{1,2}[./-]\d{1,4})?[\])]?(?: *[-–—])?[ \t]+")]
    public static partial Regex OfALine();

    /// <summary>A line that is the time of a subtitle: <c>00:00:01,000 --&gt; 00:00:04,000</c> with settings after it, or a time alone.</summary>
    [GeneratedRegex(@"^\s*(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?\s*(?:-->\s*(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?.*)?$")]
    public static partial Regex OfASubtitle();
}
