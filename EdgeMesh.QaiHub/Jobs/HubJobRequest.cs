using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>A job to create.</summary>
/// <param name="Name">Its name at the service; empty lets the service choose.</param>
/// <param name="Options">As on the service's command line, such as <c>--target_runtime onnx</c>; may be empty.</param>
public abstract record HubJobRequest(string Name, string Options);

/// <summary>Compiles a model for a device.</summary>
/// <param name="Inputs">Every input with a fixed shape; empty lets the service read them from the file, which not every type allows.</param>
/// <param name="CalibrationDatasetId">For quantisation, or null.</param>
public sealed record CompileRequest(
    string ModelId, HubDevice Device, ImmutableArray<TensorSpec> Inputs, string Name = "", string Options = "", string? CalibrationDatasetId = null) : HubJobRequest(Name, Options);

/// <summary>Measures a model on a device.</summary>
public sealed record ProfileRequest(string ModelId, HubDevice Device, string Name = "", string Options = "") : HubJobRequest(Name, Options);

/// <summary>Runs a model on a device with a data set.</summary>
public sealed record InferenceRequest(string ModelId, string DatasetId, HubDevice Device, string Name = "", string Options = "") : HubJobRequest(Name, Options);

/// <summary>Quantises a model.</summary>
public sealed record QuantizeRequest(
    string ModelId, string CalibrationDatasetId, QuantizeDtype Weights, QuantizeDtype Activations, string Name = "", string Options = "") : HubJobRequest(Name, Options);

/// <summary>Links compiled models into one context binary.</summary>
/// <param name="Device">For which device, or null.</param>
public sealed record LinkRequest(ImmutableArray<string> ModelIds, HubDevice? Device = null, string Name = "", string Options = "") : HubJobRequest(Name, Options);
