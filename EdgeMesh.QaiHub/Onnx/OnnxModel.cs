using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.QaiHub.Onnx;

/// <summary>What an ONNX file says about itself.</summary>
/// <param name="Inputs">What goes in; weights that older files list as inputs are left out.</param>
/// <param name="Outputs">What comes out.</param>
/// <param name="HasExternalData">Whether weights are in files beside it, wherever in the graph they are: then the whole folder is to be uploaded.</param>
/// <param name="ExternalFiles">The names of those files as the model gives them, each once; empty when it names none.</param>
public sealed record OnnxModel(ImmutableArray<TensorSpec> Inputs, ImmutableArray<TensorSpec> Outputs, bool HasExternalData, ImmutableArray<string> ExternalFiles);
