namespace EdgeMesh.Agent.Runtimes.Onnx;

/// <summary>What can be asked of a model, told from its files before anything is loaded.</summary>
/// <param name="CannotRun">Why it gets no job by itself, in words; null when it does.</param>
/// <param name="Completes">It has no chat template, but goes on with a text.</param>
/// <param name="Measures">A graph of it can be run and measured.</param>
/// <param name="ContextTokens">Of a text model, the longest sequence; null when its files do not say or cannot be read.</param>
public sealed record ModelVerdict(string? CannotRun, bool Completes, bool Measures, int? ContextTokens);
