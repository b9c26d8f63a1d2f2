namespace EdgeMesh.Core.Models;

/// <summary>A model that a runtime on a device can run.</summary>
/// <param name="Id">The runtime's own name of it, such as <c>llama3.2:3b</c> or <c>textrank</c>.</param>
/// <param name="Skills">What it can be asked for; the first is what it is made for.</param>
/// <param name="SizeBytes">Bytes of its weights; null when the runtime does not say.</param>
/// <param name="ContextTokens">Longest context in tokens, prompt and answer together; null when unknown, 0 when it has no limit.</param>
/// <param name="QualityTier">
/// 1 (basic) to 5 (best); a better tier wins at placement. The built-in summariser is 1; 0 are the built-in models for trying out and
/// measuring, the last choice.
/// </param>
/// <param name="CharsPerSecond">Characters a second it reads, as the device measured of itself at its start; null when it did not.</param>
/// <param name="Sizes">Of the images it makes; null when the runtime does not say.</param>
/// <param name="CannotRun">Why this runtime has it and gives it no job by itself, in words; null when it does.</param>
/// <param name="KvBytesPerToken">Bytes of memory that a token of context takes beside the weights; null when the runtime does not say.</param>
/// <param name="Completes">It has no chat template, so it is no model to talk to, but it goes on with a text when a person asks for it by name.</param>
/// <param name="Measures">Its graph can be run and measured, whatever <paramref name="CannotRun"/> says of other jobs.</param>
/// <param name="ResidentBytes">Bytes it takes in memory now, by the runtime's own word; 0 when it is there and its size was not told; null when it is not there or the runtime does not say.</param>
/// <param name="ResidentContext">Tokens of context it was loaded with, by a runtime that loads it again for more; null when it is not there or the runtime does not say.</param>
[GenerateSerializer, Immutable]
public sealed record ModelInfo(
    string Id,
    ImmutableArray<Skill> Skills,
    long? SizeBytes = null,
    int? ContextTokens = null,
    int QualityTier = 2,
    double? CharsPerSecond = null,
    ImageSizes? Sizes = null,
    string? CannotRun = null,
    long? KvBytesPerToken = null,
    bool Completes = false,
    bool Measures = false,
    long? ResidentBytes = null,
    int? ResidentContext = null)
{
    /// <summary>Whether a job of the kind onnx can run it.</summary>
    public bool RunsAsOnnx => CannotRun is null || Measures;

    /// <summary>Its runtime can go on with an answer that another device has begun. False where the runtime does not say so.</summary>
    [Id(0)]
    public bool Continues { get; init; }
}
