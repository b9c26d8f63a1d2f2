using EdgeMesh.Core.Artifacts;

namespace EdgeMesh.Dashboard.QaiHub.Zoo;

/// <summary>A model that Qualcomm offers compiled, to everyone and without an account.</summary>
/// <param name="Id">Qualcomm's name of it, such as <c>whisper_base</c>.</param>
/// <param name="Task">What it is for, in a few words.</param>
/// <param name="Licence">Of the model itself; null when the facts do not say.</param>
/// <param name="Builds">Its files and how fast they were.</param>
public sealed record ZooModel(string Id, string Name, string Task, string? Licence, ImmutableArray<ZooBuild> Builds)
{
    /// <summary>The chips it was measured on, each once.</summary>
    public IEnumerable<ZooChip> Chips => Builds.Select(b => b.Chip).Distinct();

    /// <summary>The build of these words, or null.</summary>
    public ZooBuild? Find(string? runtime, string? precision, string? chipset) =>
        Builds.FirstOrDefault(b => b.Runtime.Value == runtime && b.Precision == precision && b.Chip.Chipset == chipset);
}

/// <summary>What was measured: a model, compiled one way, on one chip.</summary>
/// <param name="Model">The model's id.</param>
/// <param name="Precision">Of weights and activations, such as <c>float</c>, <c>w8a8</c> or <c>w4a16</c>.</param>
/// <param name="Parts">How long each of its parts takes; a model of one part has one without a name. Empty for text generation.</param>
/// <param name="Text">How fast it writes; null for all others.</param>
public sealed record ZooBuild(string Model, ZooRuntime Runtime, string Precision, ZooChip Chip, ImmutableArray<ZooPart> Parts, ZooTextSpeed? Text)
{
    /// <summary>Milliseconds for one run of every part; null for text generation.</summary>
    public double? TotalMs => Parts.IsEmpty ? null : Parts.Sum(p => p.Ms);

    /// <summary>The better one first: less time, or more text in a second.</summary>
    public double Rank => TotalMs ?? -(Text?.TokensPerSecond ?? 0);

    /// <summary>What decides where it may go.</summary>
    public ArtifactFacts Facts => new(Runtime.Kind, Runtime.OneChip ? Chip.Target : ChipsetTarget.Any);
}

/// <summary>One part of a model, such as the encoder.</summary>
/// <param name="Name">Empty when there is only one.</param>
/// <param name="Ms">One inference, in milliseconds.</param>
/// <param name="PeakMb">Of memory, in MB.</param>
/// <param name="Job">The profile job that measured it.</param>
public sealed record ZooPart(string Name, double Ms, int PeakMb, int NpuLayers, int GpuLayers, int CpuLayers, string Job)
{
    public int Layers => NpuLayers + GpuLayers + CpuLayers;
}

/// <summary>How fast a language model is.</summary>
/// <param name="Context">Tokens of text that it was compiled for.</param>
/// <param name="FirstTokenMs">Until the first token, for a text of up to 128 tokens and for one that fills the context.</param>
public sealed record ZooTextSpeed(int Context, double TokensPerSecond, (double Short, double Whole) FirstTokenMs);

/// <summary>A chip that models were measured on.</summary>
/// <param name="Chipset">As the service calls it, such as <c>qualcomm-snapdragon-x-elite</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Device">What was measured on.</param>
public sealed record ZooChip(string Chipset, string Name, string Device, ChipsetTarget Target)
{
    public bool Equals(ZooChip? other) => other?.Chipset == Chipset;

    public override int GetHashCode() => Chipset.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A form that models are offered in.</summary>
/// <param name="Value">In addresses and tables, such as <c>precompiled_qnn_onnx</c>.</param>
/// <param name="OneChip">Each chip has its own file; else one file is for all.</param>
/// <param name="Kind">What it is for the mesh.</param>
public sealed record ZooRuntime(string Value, string Title, bool OneChip, ArtifactKind Kind)
{
    public static ImmutableArray<ZooRuntime> All { get; } =
    [
        new("onnx", "ONNX", false, ArtifactKind.Onnx),
        new("precompiled_qnn_onnx", "Precompiled ONNX", true, ArtifactKind.PrecompiledQnnOnnx),
        new("qnn_context_binary", "QNN context binary", true, ArtifactKind.QnnContextBinary),
        new("qnn_dlc", "QNN DLC", false, ArtifactKind.QnnDlc),
        new("genie", "Genie bundle", true, ArtifactKind.QnnContextBinary),
        new("tflite", "LiteRT", false, ArtifactKind.TfLite),
    ];

    public static ZooRuntime? Of(string? value) => All.FirstOrDefault(r => r.Value == value);
}
