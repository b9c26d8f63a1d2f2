namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions;

/// <summary>How a session is opened.</summary>
public sealed record SessionChoices
{
    public static SessionChoices Default { get; } = new();

    /// <summary>Threads for one operator, 0–256; 0 (default) lets ONNX Runtime take one per physical core.</summary>
    public int Threads { get; init; }

    /// <summary>Every node must run on the provider asked for: the CPU fallback is off and the session does not open otherwise. Default false.</summary>
    public bool RequireAccelerator { get; init; }

    /// <summary>Profile until <see cref="OpenedSession.ReadShares"/> was called with a warm-up run. Default true.</summary>
    public bool ProveProvider { get; init; } = true;

    /// <summary>The folder that all of the model's files must be in; null (default) is the folder of the model file.</summary>
    public string? Root { get; init; }
}
