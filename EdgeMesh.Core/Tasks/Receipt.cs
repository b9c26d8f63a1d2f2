using System.Text.Json.Serialization;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Core.Tasks;

/// <summary>What really ran, told by the device that ran it and stored beside the estimate. Unknown is null.</summary>
/// <param name="DeviceId">The executor's identity.</param>
/// <param name="DeviceName">Its name then.</param>
/// <param name="RuntimeId">The runtime that ran it.</param>
/// <param name="ModelId">The model that ran.</param>
/// <param name="Accelerator">Where it computed, only when the runtime proved or reported it.</param>
/// <param name="AcceleratorNote">Who says so, such as <c>managed code on the CPU</c> or <c>not reported by Ollama</c>.</param>
/// <param name="PromptTokens">Tokens read.</param>
/// <param name="OutputTokens">Tokens written.</param>
/// <param name="InputUnits">Units of work in (characters for the summariser, prompt tokens for a language model, bytes for echo).</param>
/// <param name="OutputUnits">Units of work out (characters or tokens).</param>
/// <param name="FirstOutputMs">From the start on the device to its first output.</param>
/// <param name="DeviceQueueMs">Waiting on the device.</param>
/// <param name="RunMs">Running on the device.</param>
/// <param name="PeakRamMb">The most memory the work took, MiB: of its worker process with the model while it ran, or what the agent grew by.</param>
/// <param name="AgentVersion">The agent's version.</param>
/// <param name="Note">Anything a person should know, such as <c>the text has 3 sentences; all were kept</c>.</param>
/// <param name="Measurement">Of an ONNX_RUN; else null.</param>
/// <param name="ReasoningTokens">Those of the tokens written that were reasoning and not the answer.</param>
/// <param name="CutAtLimit">The answer ends at its length limit, or at the end of the model's context.</param>
[GenerateSerializer, Immutable]
public sealed record Receipt(
    DeviceId DeviceId,
    string DeviceName,
    string RuntimeId,
    string ModelId,
    AcceleratorKind? Accelerator,
    string AcceleratorNote,
    long? PromptTokens,
    long? OutputTokens,
    long? InputUnits,
    long? OutputUnits,
    double? FirstOutputMs,
    double DeviceQueueMs,
    double RunMs,
    long? PeakRamMb,
    string AgentVersion,
    string? Note,
    OnnxMeasurement? Measurement = null,
    long? ReasoningTokens = null,
    bool CutAtLimit = false)
{
    /// <summary>Which devices wrote the text, one after the other, where another one had begun it; empty where one wrote it all. Set where the receipt is shown; null as it is stored.</summary>
    [Id(0), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ReceiptSeam>? Seams { get; init; }
}

/// <summary>A part of a text.</summary>
/// <param name="Device">Who wrote it.</param>
/// <param name="FromOffset">The place of its first character.</param>
[GenerateSerializer, Immutable]
public sealed record ReceiptSeam(DeviceId Device, int FromOffset);

/// <summary>A file a task made; its bytes are in the artifact store under this name.</summary>
[GenerateSerializer, Immutable]
public sealed record ArtifactRef(string Name, string ContentType, long Bytes, string Sha256);
