using System.IO.Enumeration;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Models;

/// <summary>
/// The models a person prefers, per job kind, best first: name patterns with <c>*</c> and <c>?</c> (case does not count) that are held against
/// what the devices really have. A preferred model that fits wins over the quality tier.
/// </summary>
/// <param name="Chat">For chats.</param>
/// <param name="Summarize">For summaries.</param>
/// <param name="Code">For code.</param>
/// <param name="Image">For images.</param>
[GenerateSerializer, Immutable]
public sealed record ModelPreferences(ImmutableArray<string> Chat, ImmutableArray<string> Summarize, ImmutableArray<string> Code, ImmutableArray<string> Image)
{
    /// <summary>Of a model that is not preferred.</summary>
    public const int NotPreferred = int.MaxValue;

    private static readonly ImmutableArray<string> Qwen3 = ["*qwen3?8b*", "*qwen3?4b*", "*qwen3?1.7b*"];

    /// <summary>Nothing is preferred.</summary>
    public static ModelPreferences None { get; } = new([], [], [], []);

    /// <summary>
    /// Qwen3-8B for chats and summaries, Qwen2.5-Coder-14B for code, Stable Diffusion for images; then smaller ones of the same family, for
    /// devices that the first does not fit.
    /// </summary>
    public static ModelPreferences Default { get; } = new(
        Qwen3,
        Qwen3,
        ["*qwen2?5?coder?14b*", "*qwen2?5?coder?7b*", "*qwen2?5?coder?3b*", "*qwen2?5?coder?1?5b*"],
        ["*stable?diffusion*", "*sdxl*", "*sd?turbo*"]);

    /// <summary>The patterns of a kind; none for kinds that need no model.</summary>
    public ImmutableArray<string> Of(JobKind kind) => kind switch
    {
        JobKind.Chat => Chat,
        JobKind.Summarize => Summarize,
        JobKind.Code => Code,
        JobKind.Image => Image,
        _ => [],
    };

    /// <summary>The same patterns in the same order.</summary>
    public bool Equals(ModelPreferences? other) =>
        other is not null && Chat.SequenceEqual(other.Chat) && Summarize.SequenceEqual(other.Summarize) && Code.SequenceEqual(other.Code) && Image.SequenceEqual(other.Image);

    public override int GetHashCode() => HashCode.Combine(Chat.Length, Summarize.Length, Code.Length, Image.Length);

    /// <summary>The place of the first pattern a model fits, from 0; <see cref="NotPreferred"/> when it fits none.</summary>
    public static int Rank(ImmutableArray<string> patterns, string modelId)
    {
        for (var i = 0; i < patterns.Length; i++)
        {
            if (FileSystemName.MatchesSimpleExpression(patterns[i], modelId, ignoreCase: true))
            {
                return i;
            }
        }

        return NotPreferred;
    }
}
