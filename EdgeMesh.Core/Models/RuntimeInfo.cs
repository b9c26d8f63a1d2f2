using System.Text.Json.Serialization;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Core.Models;

[JsonConverter(typeof(JsonStringEnumConverter<RuntimeState>))]
public enum RuntimeState
{
    Starting,
    Ready,
    Down,
}

/// <summary>An inference engine on a device, as it is now.</summary>
/// <param name="Id">Unique on the device: <c>builtin</c>, <c>system</c>, <c>openai:http://127.0.0.1:11434/v1</c> …</param>
/// <param name="Name">For people: <c>Built-in summariser</c>, <c>Ollama</c>.</param>
/// <param name="State">Ready, Starting or Down.</param>
/// <param name="Reason">Why it is not ready, with the remedy; null when ready.</param>
/// <param name="Models">What it can run.</param>
/// <param name="TaskKinds">The task kinds it executes.</param>
/// <param name="Accelerator">Where it computes, when the runtime says so; null is unknown, never guessed.</param>
/// <param name="Owner">Whose process it is, of an engine that was found by itself; null when it is the agent's own, was named by a person, or the system does not say.</param>
/// <param name="Slots">Attempts it works on at once; null when it does not say.</param>
[GenerateSerializer, Immutable]
public sealed record RuntimeInfo(
    string Id,
    string Name,
    RuntimeState State,
    string? Reason,
    ImmutableArray<ModelInfo> Models,
    ImmutableArray<Jobs.TaskKind> TaskKinds,
    AcceleratorKind? Accelerator,
    EngineOwner? Owner = null,
    int? Slots = null);
