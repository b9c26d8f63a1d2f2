using System.Globalization;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>What was asked for besides the text: only what was set. Pure.</summary>
public static class InputWords
{
    public static IEnumerable<(string Name, string Value)> Options(JobRequest request)
    {
        var found = new List<(string Name, string? Value)>();
        switch (request.Options)
        {
            case SummarizeOptions o:
                found.Add(("Length", o.Sentences is { } n ? $"{n} {(n == 1 ? "sentence" : "sentences")}" : o.Share is { } share ? $"{Number(share * 100)} % of the text" : null));
                break;
            case ChatOptions o:
                Generation(o.MaxTokens, o.Temperature, o.Seed);
                break;
            case CodeOptions o:
                found.Add(("Language", o.Language));
                Generation(o.MaxTokens, o.Temperature, o.Seed);
                break;
            case ImageOptions o:
                found.Add(("Images", o.Count is { } count ? Number(count) : null));
                found.Add(("Size", o is { Width: { } width, Height: { } height } ? $"{width} \u00d7 {height}" : null));
                found.Add(("Steps", o.Steps is { } steps ? Number(steps) : null));
                found.Add(("Seed", o.Seed is { } seed ? Number(seed) : null));
                found.Add(("Not in the picture", o.NegativePrompt));
                break;
            case EchoOptions o:
                found.Add(("Tasks", o.Count is { } tasks ? Number(tasks) : null));
                break;
        }

        found.Add(("Model asked for", request.Model));
        found.Add(("Given up after", request.Options.TimeoutSeconds is { } limit ? $"{Number(limit)} s" : null));
        found.Add(("Devices at most", request.MaxWorkers is { } most ? Number(most) : null));
        return found.Where(f => !string.IsNullOrEmpty(f.Value)).Select(f => (f.Name, f.Value!));

        void Generation(int? maxTokens, double? temperature, long? seed)
        {
            found.Add(("Tokens at most", maxTokens is { } tokens ? Number(tokens) : null));
            found.Add(("Temperature", temperature is { } warmth ? Number(warmth) : null));
            found.Add(("Seed", seed is { } number ? number.ToString(CultureInfo.InvariantCulture) : null));
        }
    }

    private static string Number(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);
}
