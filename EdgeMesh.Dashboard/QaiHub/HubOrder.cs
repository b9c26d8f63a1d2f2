using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>A job that a person wants the service to do.</summary>
/// <param name="ModelId">The model it starts from.</param>
/// <param name="Name">For people; empty takes the model's.</param>
public abstract record HubOrder(string ModelId, string Name);

/// <summary>Compile for a device.</summary>
/// <param name="Runtime">tflite, onnx, qnn_dlc, qnn_context_binary or precompiled_qnn_onnx.</param>
/// <param name="Inputs">Static shapes and types; empty takes the model's own.</param>
/// <param name="Options">Further ones, as on a command line.</param>
/// <param name="ThenProfile">Options of a profile job that follows; null when none does.</param>
/// <param name="DatasetId">A data set to calibrate with; null for none.</param>
public sealed record CompileOrder(
    string ModelId, string Device, string Os, string Runtime, ImmutableArray<TensorSpec> Inputs, string Options, string? ThenProfile, string Name = "", string? DatasetId = null) : HubOrder(ModelId, Name);

/// <summary>Measure a compiled model on a device.</summary>
public sealed record ProfileOrder(string ModelId, string Device, string Os, string Options, string Name = "") : HubOrder(ModelId, Name);

/// <summary>Run a compiled model on a device with a data set of the service.</summary>
public sealed record InferenceOrder(string ModelId, string Device, string Os, string DatasetId, string Options, string Name = "") : HubOrder(ModelId, Name);

/// <summary>Quantize an ONNX model with a data set of the service.</summary>
/// <param name="Weights">int8 or int4.</param>
/// <param name="Activations">int8 or int16.</param>
public sealed record QuantizeOrder(string ModelId, string DatasetId, string Weights, string Activations, string Options, string Name = "") : HubOrder(ModelId, Name);

/// <summary>Link several compiled models into one.</summary>
/// <param name="Device">For which device; null for none.</param>
public sealed record LinkOrder(ImmutableArray<string> Models, string? Device, string? Os, string Options, string Name = "") : HubOrder(Models.FirstOrDefault() ?? "", Name);
