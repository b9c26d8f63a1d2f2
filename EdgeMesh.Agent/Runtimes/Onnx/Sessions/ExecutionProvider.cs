using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions;

/// <summary>One way ONNX Runtime can compute. A new one is a new small file in <c>Providers/</c> and a line in <see cref="ExecutionProviders"/>.</summary>
/// <param name="name">ONNX Runtime's own name of it, such as <c>QNNExecutionProvider</c>; what profiles report.</param>
/// <param name="title">For people, such as <c>QNN (Qualcomm NPU)</c>.</param>
/// <param name="kind">Where it computes.</param>
public abstract class ExecutionProvider(string name, string title, AcceleratorKind kind)
{
    public string Name => name;

    public string Title => title;

    public AcceleratorKind Kind => kind;

    /// <summary>ONNX Runtime's name of the memory where caches should stay between steps; null is the computer's own memory.</summary>
    public virtual string? DeviceMemory => null;

    /// <summary>Whether this build, or a registered plugin library, has it; that a device can run it is proven by a session only.</summary>
    public bool IsAvailable => IsBuiltIn || PluginLibraries.Devices(Name).Count > 0;

    private bool IsBuiltIn => OrtEnv.Instance().GetAvailableProviders().Contains(Name, StringComparer.Ordinal);

    /// <summary>Adds it to a session to be; the plugin library wins when both are there, as it is the newer one.</summary>
    /// <exception cref="TaskFailedException">Unsupported: neither this build nor a plugin has it.</exception>
    public void AppendTo(SessionOptions options)
    {
        var devices = PluginLibraries.Devices(Name);
        if (devices.Count > 0 && Kind != AcceleratorKind.CPU)
        {
            options.AppendExecutionProvider(OrtEnv.Instance(), devices, PluginOptions);
        }
        else if (IsBuiltIn)
        {
            AppendBuiltIn(options);
        }
        else
        {
            throw new TaskFailedException(
                ReasonCode.Unsupported, $"{Title} is not in this build of the agent, and no plugin library for it is registered. Nothing was run on the CPU instead.");
        }
    }

    /// <summary>Options for the plugin library.</summary>
    protected virtual IReadOnlyDictionary<string, string> PluginOptions => ImmutableDictionary<string, string>.Empty;

    /// <summary>Adds the one that is compiled into ONNX Runtime.</summary>
    protected abstract void AppendBuiltIn(SessionOptions options);
}
