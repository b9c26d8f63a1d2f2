using System.Text;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Jobs;

/// <summary>A job's options as on a command line, read as the service's parser reads them: what is not known fails the job by name.</summary>
internal sealed class JobOptions
{
    private static readonly Dictionary<JobType, string[]> WithValue = new()
    {
        [JobType.Compile] =
        [
            "target_runtime", "compute_unit", "output_names", "qairt_version", "qnn_options", "force_channel_last_input", "force_channel_last_output",
            "quantize_full_type", "quantize_weight_type", "quantize_io_type",
        ],
        [JobType.Profile] =
        [
            "compute_unit", "max_profiler_iterations", "max_profiler_time", "tflite_delegates", "onnx_execution_providers", "tflite_options",
            "onnx_options", "qnn_options", "qairt_version",
        ],
        [JobType.Quantize] = ["range_scheme", "lite_mp"],
        [JobType.Link] = ["qairt_version", "qnn_options"],
    };

    private static readonly Dictionary<JobType, string[]> Flags = new()
    {
        [JobType.Compile] = ["truncate_64bit_io", "truncate_64bit_tensors", "quantize_io"],
        [JobType.Profile] = ["dequantize_outputs"],
    };

    private readonly Dictionary<string, string> _values = [];

    private JobOptions()
    {
    }

    public string? this[string name] => _values.GetValueOrDefault(name);

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Takes an inference job's options for a profile job's: they are the same.</summary>
    public static JobOptions Parse(JobType type, string text)
    {
        type = type == JobType.Inference ? JobType.Profile : type;
        var options = new JobOptions();
        var unknown = new List<string>();
        var words = new Queue<string>(Words(text));
        while (words.TryDequeue(out string? word))
        {
            string[] parts = word.Split('=', 2);
            string name = parts[0].StartsWith("--", StringComparison.Ordinal) ? parts[0][2..] : "";
            if (Flags.GetValueOrDefault(type, []).Contains(name))
            {
                // Qualcomm's own models send "--truncate_64bit_io True".
                string? said = parts.Length == 2 ? parts[1] : words.TryPeek(out string? next) && bool.TryParse(next, out _) ? words.Dequeue() : null;
                if (said is not null && !bool.TryParse(said, out _))
                {
                    throw Invalid($"argument --{name}: invalid bool value: '{said}'");
                }

                options.Set(name, !string.Equals(said, bool.FalseString, StringComparison.OrdinalIgnoreCase));
            }
            else if (WithValue[type].Contains(name))
            {
                options._values[name] = parts.Length == 2 ? parts[1] : words.TryDequeue(out string? value) ? value : throw Invalid($"argument --{name}: expected one argument");
            }
            else
            {
                unknown.Add(word);
            }
        }

        return unknown.Count == 0 ? options : throw Invalid($"unrecognized arguments: {string.Join(' ', unknown)}");
    }

    public static JobFailure Invalid(string reason) => new(JobFailureType.InvalidArgument, reason);

    /// <summary>One of a few values; <paramref name="otherwise"/> when the option is not given.</summary>
    public string Choice(string name, string otherwise, params string[] choices) =>
        this[name] is not { } value ? otherwise
        : choices.Contains(value) ? value
        : throw NoChoice(name, value, choices);

    private static JobFailure NoChoice(string name, string value, string[] choices) =>
        Invalid($"argument --{name}: invalid choice: '{value}' (choose from {string.Join(", ", choices.Select(c => $"'{c}'"))})");

    /// <summary>Some of a few values, apart by commas; <paramref name="otherwise"/> when the option is not given.</summary>
    public IReadOnlyList<string> Choices(string name, string otherwise, params string[] choices) =>
        [.. (this[name] ?? otherwise).Split(',', StringSplitOptions.TrimEntries).Select(value => choices.Contains(value) ? value : throw NoChoice(name, value, choices))];

    private void Set(string flag, bool on)
    {
        _values.Remove(flag);
        if (on)
        {
            _values[flag] = "";
        }
    }

    /// <summary>Apart by white space; quotes keep a value with spaces together.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        char quote = '\0';
        bool inWord = false;
        foreach (char c in text)
        {
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (inWord)
                {
                    yield return word.ToString();
                }

                word.Clear();
                inWord = false;
                continue;
            }

            inWord = true;
            if (c is '"' or '\'' && (quote == '\0' || quote == c))
            {
                quote = quote == '\0' ? c : '\0';
            }
            else
            {
                word.Append(c);
            }
        }

        if (inWord)
        {
            yield return word.ToString();
        }
    }
}
