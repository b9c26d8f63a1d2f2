using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Jobs;

/// <summary>Options of one job kind. Unset is null and means the runtime's or planner's default.</summary>
[GenerateSerializer, Immutable]
public abstract record JobOptions
{
    /// <summary>The kind these options are of.</summary>
    [JsonIgnore]
    public abstract JobKind Kind { get; }

    /// <summary>A task is given up when it has run for so many seconds on a device, 1 to 86,400; null goes by its prediction.</summary>
    [Id(0)]
    public int? TimeoutSeconds { get; init; }

    /// <summary>The options of a kind with nothing set.</summary>
    public static JobOptions Default(JobKind kind) => kind switch
    {
        JobKind.Summarize => new SummarizeOptions(),
        JobKind.Chat => new ChatOptions([]),
        JobKind.Code => new CodeOptions(),
        JobKind.Image => new ImageOptions(),
        JobKind.Sysinfo => new SysinfoOptions(),
        JobKind.Echo => new EchoOptions(),
        JobKind.Onnx => new OnnxOptions(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}

/// <summary>Length of a summary: a number of sentences (1 to 100) or a share of them (over 0, to 1), not both; neither means 5 sentences.</summary>
[GenerateSerializer, Immutable]
public sealed record SummarizeOptions(int? Sentences = null, double? Share = null) : JobOptions
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Summarize;
}

/// <summary>One turn of a conversation; the role is system, user or assistant.</summary>
[GenerateSerializer, Immutable]
public sealed record ChatMessage(string Role, string Content);

/// <summary>Earlier turns (may be empty; then the request's text is the only turn, else it is added as the last user turn when not empty).</summary>
/// <param name="Messages">Oldest first.</param>
/// <param name="MaxTokens">1 to 32,768.</param>
/// <param name="Temperature">0 to 2.</param>
/// <param name="Seed">Any; same seed, same answer where the runtime can.</param>
[GenerateSerializer, Immutable]
public sealed record ChatOptions(ImmutableArray<ChatMessage> Messages, int? MaxTokens = null, double? Temperature = null, long? Seed = null) : JobOptions
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Chat;
}

/// <summary>Code: the language as a hint, such as <c>csharp</c>.</summary>
[GenerateSerializer, Immutable]
public sealed record CodeOptions(string? Language = null, int? MaxTokens = null, double? Temperature = null, long? Seed = null) : JobOptions
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Code;
}

/// <summary>
/// Images: how many (1 to 16), size in pixels (what a model can make; unset is its own), steps (1 to 150). With a seed, image n has the seed
/// + n − 1, so that they differ and each can be made again; without one each is random.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record ImageOptions(
    int? Count = null, int? Width = null, int? Height = null, int? Steps = null, long? Seed = null, string? NegativePrompt = null) : JobOptions
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Image;
}

[GenerateSerializer, Immutable]
public sealed record SysinfoOptions : JobOptions
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Sysinfo;
}

/// <summary>Echo: tasks in all (1 to 1,000); default one per device.</summary>
[GenerateSerializer, Immutable]
public sealed record EchoOptions(int? Count = null) : JobOptions
{
    [JsonIgnore]
    public override JobKind Kind => JobKind.Echo;
}
