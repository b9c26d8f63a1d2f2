using System.Text.Json.Serialization;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Features.NewJob;

/// <summary>What the form holds. Every field keeps its value while another kind is looked at.</summary>
public sealed class NewJobForm
{
    private const int MaxFileNameChars = 255;

    public JobKind Kind { get; set; } = JobKind.Summarize;

    /// <summary>Kept by the browser itself, so not a part of the form's JSON.</summary>
    [JsonIgnore]
    public string Text { get; set; } = "";

    /// <summary>Name of the file the text came from, or null.</summary>
    public string? FileName { get; set; }

    /// <summary>How the assistant should behave; a chat's first message when not empty.</summary>
    public string? System { get; set; }

    /// <summary>Earlier turns of a chat, oldest first.</summary>
    public List<ChatMessage> Turns { get; } = [];

    public JobPolicy Policy { get; set; } = JobPolicy.BestAvailable;

    public string? Device { get; set; }

    public string? Model { get; set; }

    public int? MaxWorkers { get; set; }

    /// <summary>Seconds after which a running task is given up; null goes by its prediction.</summary>
    public int? TimeoutSeconds { get; set; }

    /// <summary>Whether a summary's length is a share of the text instead of a number of sentences.</summary>
    public bool ByShare { get; set; }

    public int? Sentences { get; set; } = 5;

    /// <summary>1 to 100.</summary>
    public int? SharePercent { get; set; } = 20;

    public int? MaxTokens { get; set; }

    public double? Temperature { get; set; }

    public long? Seed { get; set; }

    public string? Language { get; set; }

    public int? Count { get; set; }

    public int? Width { get; set; }

    public int? Height { get; set; }

    public int? Steps { get; set; }

    public string? NegativePrompt { get; set; }

    /// <summary>Whether the form offers its kind and knows its policy; a draft from a browser may say anything.</summary>
    [JsonIgnore]
    public bool IsOffered => Kind is JobKind.Summarize or JobKind.Chat or JobKind.Code or JobKind.Image or JobKind.Sysinfo && Enum.IsDefined(Policy) && Turns.TrueForAll(t => t is { Role: not null, Content: not null });

    /// <summary>Whether there is nothing in it that a person would miss.</summary>
    [JsonIgnore]
    public bool IsUntouched => Text.Length == 0 && string.IsNullOrEmpty(System) && Turns.Count == 0 && string.IsNullOrEmpty(NegativePrompt);

    /// <summary>Sets one of the boxes that the browser keeps by itself (<c>data-draft</c>); another name is ignored.</summary>
    public void Set(string box, string value)
    {
        switch (box)
        {
            case nameof(Text): Text = value; break;
            case nameof(System): System = value; break;
            case nameof(Language): Language = value; break;
            case nameof(NegativePrompt): NegativePrompt = value; break;
        }
    }

    /// <summary>The request it stands for; not validated.</summary>
    public JobRequest Request() => new(
        Kind,
        Kind == JobKind.Sysinfo ? "" : Text,
        Policy,
        Policy == JobPolicy.ForceDevice && DeviceId.TryParse(Device, out var id) ? id : null,
        Kind == JobKind.Sysinfo ? null : OrNull(Model),
        MaxWorkers,
        Options() with { TimeoutSeconds = Kind == JobKind.Sysinfo ? null : TimeoutSeconds },
        Kind == JobKind.Sysinfo || string.IsNullOrWhiteSpace(FileName) ? null : FileName.Length > MaxFileNameChars ? FileName[..MaxFileNameChars] : FileName);

    private JobOptions Options() => Kind switch
    {
        JobKind.Summarize => ByShare ? new SummarizeOptions(null, SharePercent / 100.0) : new SummarizeOptions(Sentences),
        JobKind.Chat => new ChatOptions(Messages(), MaxTokens, Temperature, Seed),
        JobKind.Code => new CodeOptions(OrNull(Language), MaxTokens, Temperature, Seed),
        JobKind.Image => new ImageOptions(Count, Width, Height, Steps, Seed, OrNull(NegativePrompt)),
        _ => JobOptions.Default(Kind),
    };

    /// <summary>Starts from another job's request.</summary>
    public void Take(JobRequest request)
    {
        (Kind, Text, Policy, Device, Model, MaxWorkers) = (request.Kind, request.Text, request.Policy, request.DeviceId?.Value, request.Model, request.MaxWorkers);
        (FileName, TimeoutSeconds) = (request.FileName, request.Options.TimeoutSeconds);
        switch (request.Options)
        {
            case SummarizeOptions o:
                (ByShare, Sentences, SharePercent) = (o.Share is not null, o.Sentences ?? Sentences, o.Share is { } share ? (int)Math.Round(share * 100) : SharePercent);
                break;
            case ChatOptions o:
                (MaxTokens, Temperature, Seed) = (o.MaxTokens, o.Temperature, o.Seed);
                System = o.Messages.FirstOrDefault() is { Role: "system" } first ? first.Content : null;
                Turns.AddRange(o.Messages.Skip(System is null ? 0 : 1));
                break;
            case CodeOptions o:
                (Language, MaxTokens, Temperature, Seed) = (o.Language, o.MaxTokens, o.Temperature, o.Seed);
                break;
            case ImageOptions o:
                (Count, Width, Height, Steps, Seed, NegativePrompt) = (o.Count, o.Width, o.Height, o.Steps, o.Seed, o.NegativePrompt);
                break;
        }
    }

    /// <summary>Goes on with a chat: its turns and its answer are what was said, the text is empty again.</summary>
    public void Continue(JobView job)
    {
        Take(job.Request);
        if (Kind != JobKind.Chat)
        {
            return;
        }

        if (Text.Length > 0)
        {
            Turns.Add(new ChatMessage("user", Text));
        }

        if (job.Result?.Text is { Length: > 0 } answer)
        {
            Turns.Add(new ChatMessage("assistant", answer));
        }

        (Text, FileName) = ("", null);
    }

    private ImmutableArray<ChatMessage> Messages() => [.. string.IsNullOrWhiteSpace(System) ? [] : new[] { new ChatMessage("system", System.Trim()) }, .. Turns];

    private static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
