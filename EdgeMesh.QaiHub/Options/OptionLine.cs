using System.Text.RegularExpressions;

namespace EdgeMesh.QaiHub.Options;

/// <summary>The options of a job, as on a command line. Immutable; keeps what it does not know, in its order.</summary>
public sealed partial record OptionLine
{
    /// <summary>No options.</summary>
    public static readonly OptionLine Empty = new();

    private OptionLine()
    {
    }

    /// <summary>Names with their dashes, and values; a flag's value is empty.</summary>
    public ImmutableArray<(string Name, string Value)> Options { get; private init; } = [];

    /// <summary>Words before the first option: the service refuses them.</summary>
    public string Stray { get; private init; } = "";

    /// <summary>An option's value; empty for a flag that is set, null when it is not there. The last one counts.</summary>
    public string? this[string name] => Options.LastOrDefault(o => o.Name == name).Value;

    /// <summary>Whether a flag is set; some clients write it with "True" or "False" behind it.</summary>
    public bool Has(string flag) => this[flag] is { } value && !value.Equals("False", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a line. Quotes keep words together; <c>--name=value</c> is the same as <c>--name value</c>.</summary>
    public static OptionLine Parse(string text)
    {
        var (stray, options) = (new List<string>(), new List<(string Name, List<string> Values)>());
        foreach (var word in Words(text))
        {
            if (word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2)
            {
                var equals = word.IndexOf('=', StringComparison.Ordinal);
                options.Add(equals < 0 ? (word, []) : (word[..equals], [word[(equals + 1)..]]));
            }
            else
            {
                (options.Count == 0 ? stray : options[^1].Values).Add(word);
            }
        }

        return new OptionLine { Stray = string.Join(' ', stray), Options = [.. options.Select(o => (o.Name, string.Join(' ', o.Values)))] };
    }

    /// <summary>With this option set; null takes it out.</summary>
    public OptionLine With(string name, string? value)
    {
        var others = Options.RemoveAll(o => o.Name == name);
        return this with { Options = value is null ? others : others.Add((name, value.Trim())) };
    }

    public bool Equals(OptionLine? other) => other is not null && Stray == other.Stray && Options.SequenceEqual(other.Options);

    public override int GetHashCode() => HashCode.Combine(Stray, Options.Length);

    /// <summary>The line, as the service takes it.</summary>
    public override string ToString() =>
        string.Join(' ', new[] { Stray }.Concat(Options.Select(o => o.Value.Length == 0 ? o.Name : $"{o.Name} {Quote(o.Value)}")).Where(w => w.Length > 0));

    private static string Quote(string value) =>
        !value.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'') ? value
        : value.Contains('"', StringComparison.Ordinal) ? $"'{value.Replace("'", "", StringComparison.Ordinal)}'"
        : $"\"{value}\"";

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(m => Quoted().Replace(m.Value, "$1$2"));

    [GeneratedRegex("""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")]
    private static partial Regex Word();

    [GeneratedRegex("""
        "([^"]*)"?|'([^']*)'?
        """)]
    private static partial Regex Quoted();
}
