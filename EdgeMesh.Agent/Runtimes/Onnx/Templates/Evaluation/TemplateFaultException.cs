namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>A fault while rendering, before the line is known; <see cref="ChatTemplate"/> adds it.</summary>
internal sealed class TemplateFaultException : Exception
{
    public TemplateFaultException()
    {
    }

    public TemplateFaultException(string message)
        : base(message)
    {
    }

    public TemplateFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public TemplateFaultException(ChatTemplateFault fault, string message)
        : base(message)
        => Fault = fault;

    public ChatTemplateFault Fault { get; } = ChatTemplateFault.Evaluation;
}
