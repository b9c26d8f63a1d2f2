using System.Diagnostics.CodeAnalysis;

namespace EdgeMesh.QaiHub.Emulator.Catalogue;

/// <summary>Which versions of a system a client asks for: all, one (<c>13</c>) or an interval (<c>[13,14)</c>, <c>[13,)</c>, <c>(,14]</c>).</summary>
internal sealed record OsVersions(Version? From, bool WithFrom, Version? To, bool WithTo)
{
    public static readonly OsVersions All = new(null, true, null, true);

    public static bool TryParse(string text, [NotNullWhen(true)] out OsVersions? versions)
    {
        versions = null;
        text = text.Trim();
        if (text.Length == 0)
        {
            versions = All;
        }
        else if (text[0] is not ('[' or '('))
        {
            versions = TryVersion(text, out var one) && one is not null ? new OsVersions(one, true, one, true) : null;
        }
        else if (text[^1] is ']' or ')' && text[1..^1].Split(',') is [var from, var to] && TryVersion(from, out var low) && TryVersion(to, out var high))
        {
            versions = new OsVersions(low, text[0] == '[', high, text[^1] == ']');
        }

        return versions is not null;
    }

    public bool Has(string version) =>
        TryVersion(version, out var asked) && asked is not null
        && (From is null || asked > From || (WithFrom && asked == From))
        && (To is null || asked < To || (WithTo && asked == To));

    /// <summary>Numbers apart by dots; a missing second number is 0. An open end is null.</summary>
    private static bool TryVersion(string text, out Version? version)
    {
        text = text.Trim();
        version = null;
        return text.Length == 0 || Version.TryParse(text.Contains('.') ? text : text + ".0", out version);
    }
}
