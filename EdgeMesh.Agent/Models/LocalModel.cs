using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Models;

/// <summary>What the files of a model are.</summary>
public enum LocalModelKind
{
    /// <summary>A decoder in the Hugging Face Optimum layout.</summary>
    Text,

    /// <summary>Text to image in the Stable Diffusion layout.</summary>
    Image,

    /// <summary>Any other ONNX model: it is run and measured, and has no skill.</summary>
    Onnx,

    /// <summary>An ONNX file around a binary compiled for one NPU: QNN runs it.</summary>
    EpContext,

    /// <summary>Nothing in the agent runs it.</summary>
    Kept,
}

/// <summary>A model in a folder of this device that the agent can run itself.</summary>
/// <param name="Id">Its name in the mesh.</param>
/// <param name="Folder">Absolute.</param>
/// <param name="Kind">What its files are.</param>
/// <param name="Skills">What it can be asked for.</param>
/// <param name="SizeBytes">Bytes of its weights.</param>
/// <param name="ContextTokens">Longest context in tokens; null for images.</param>
/// <param name="QualityTier">0 for the built-in toys: the last choice; else 1 to 5.</param>
/// <param name="BuiltIn">Comes with the agent, for trying out and measuring.</param>
/// <param name="Sizes">Of the images it makes; null when they are not known.</param>
/// <param name="WhyKept">Why the agent gives it no job by itself, in words; null when it does.</param>
/// <param name="Completes">Without a chat template it still goes on with a text when a person names it.</param>
/// <param name="Measures">It can be run and measured although <paramref name="WhyKept"/> says something.</param>
public sealed record LocalModel(
    string Id, string Folder, LocalModelKind Kind, ImmutableArray<Skill> Skills, long SizeBytes, int? ContextTokens, int QualityTier, bool BuiltIn, ImageSizes? Sizes = null, string? WhyKept = null,
    bool Completes = false, bool Measures = false)
{
    private const string NeedsQnn = "It is compiled for a Qualcomm NPU; QNN runs it, and this runtime is another one.";

    /// <summary>As the mesh is told.</summary>
    /// <param name="onQnn">Of a runtime that uses QNN.</param>
    public ModelInfo ToInfo(bool onQnn = false) =>
        new(Id, Skills, SizeBytes, ContextTokens, QualityTier, Sizes: Sizes, CannotRun: WhyKept ?? (Kind == LocalModelKind.EpContext && !onQnn ? NeedsQnn : null), Completes: Completes, Measures: Measures)
        {
            Continues = Kind == LocalModelKind.Text,
        };
}
