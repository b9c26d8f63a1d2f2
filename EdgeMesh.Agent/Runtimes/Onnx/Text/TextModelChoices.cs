using EdgeMesh.Agent.Runtimes.Onnx.Sessions;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>How a text model is loaded.</summary>
public sealed record TextModelChoices
{
    public static TextModelChoices Default { get; } = new();

    /// <summary>Where it runs. Default: the CPU.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProviders.Cpu;

    /// <summary>A file name such as <c>model_fp16.onnx</c>; null (default) chooses as <see cref="TextModelFiles"/> says.</summary>
    public string? File { get; init; }

    /// <summary>Threads and strictness.</summary>
    public SessionChoices Session { get; init; } = SessionChoices.Default;
}
