using System.Text;

namespace EdgeMesh.Core.Tasks;

/// <summary>
/// Tokens of a text when its model's tokenizer is not at hand: UTF-8 bytes / 3.6, what common tokenizers come to on European prose.
/// </summary>
public static class TokenEstimate
{
    /// <summary>Bytes of UTF-8 per token.</summary>
    public const double BytesPerToken = 3.6;

    /// <summary>Estimated tokens of a text.</summary>
    public static int Of(ReadOnlySpan<char> text) => (int)Math.Ceiling(Encoding.UTF8.GetByteCount(text) / BytesPerToken);
}
