using EdgeMesh.QaiHub.Models;

namespace EdgeMesh.QaiHub.Onnx;

/// <summary>What an ONNX file says about itself.</summary>
/// <param name="Inputs">What goes in; weights that older files list as inputs are left out.</param>
/// <param name="Outputs">What comes out.</param>
/// <param name="HasExternalData">Whether weights are in files beside it: then the whole folder is to be uploaded.</param>
public sealed record OnnxModel(ImmutableArray<TensorSpec> Inputs, ImmutableArray<TensorSpec> Outputs, bool HasExternalData);
