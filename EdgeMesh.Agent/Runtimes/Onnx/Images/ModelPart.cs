using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>One of the model's networks, run with errors in words.</summary>
internal sealed class ModelPart : IDisposable
{
    private readonly string _name;
    private readonly InferenceSession _session;

    public ModelPart(string folder, string name, Func<string, InferenceSession> open)
    {
        _name = name;
        try
        {
            _session = open(Path.Combine(folder, name, "model.onnx"));
        }
        catch (OnnxRuntimeException e)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"{name}/model.onnx cannot be opened: {e.Message}");
        }
    }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    /// <summary>The only input of a network that has one.</summary>
    public (string Name, NodeMetadata Metadata) Single
    {
        get
        {
            if (Inputs.Count != 1)
            {
                throw new TaskFailedException(ReasonCode.Unsupported, $"{_name} takes {Inputs.Count} inputs ({string.Join(", ", Inputs.Keys)}) where one was expected.");
            }

            var (name, metadata) = Inputs.First();
            return (name, metadata);
        }
    }

    /// <summary>The input of this name, or a failure that says so.</summary>
    public NodeMetadata Input(string name) =>
        Inputs.TryGetValue(name, out var metadata) ? metadata : throw new TaskFailedException(ReasonCode.Unsupported, $"{_name} has no input \"{name}\".");

    /// <summary>Runs it; a cancelled run stops inside the network too. Returns the first output's values and shape.</summary>
    public (float[] Values, long[] Shape) Run(IReadOnlyDictionary<string, OrtValue> inputs, CancellationToken cancellationToken)
    {
        using var options = new RunOptions();
        using var stop = cancellationToken.Register(() => options.Terminate = true);
        try
        {
            using var outputs = _session.Run(options, inputs, [_session.OutputNames[0]]);
            return (Tensors.Read(outputs[0]), outputs[0].GetTensorTypeAndShape().Shape);
        }
        catch (OnnxRuntimeException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TaskFailedException(ReasonCode.Internal, $"{_name} failed: {e.Message}");
        }
    }

    public void Dispose() => _session.Dispose();
}
