namespace EdgeMesh.Agent.Runtimes.Onnx.Templates;

/// <summary>Why a template could not be used.</summary>
public enum ChatTemplateFault
{
    /// <summary>The source is not the Jinja that chat templates use.</summary>
    Syntax,

    /// <summary>An expression could not be evaluated: an unknown name, wrong types, a missing value.</summary>
    Evaluation,

    /// <summary>The template itself called <c>raise_exception</c>; the message is the template's.</summary>
    Raised,

    /// <summary>A limit of <see cref="ChatTemplateLimits"/> was hit.</summary>
    Limit,
}

/// <summary>A chat template that cannot be parsed or rendered: where, and why in plain words.</summary>
public sealed class ChatTemplateException : Exception
{
    public ChatTemplateException()
        : this(ChatTemplateFault.Evaluation, 0, "The chat template failed.")
    {
    }

    public ChatTemplateException(string message)
        : this(ChatTemplateFault.Evaluation, 0, message)
    {
    }

    public ChatTemplateException(string message, Exception innerException)
        : base(message, innerException)
        => Cause = message;

    public ChatTemplateException(ChatTemplateFault fault, int line, string cause)
        : base(line > 0 ? $"Chat template, line {line}: {cause}" : $"Chat template: {cause}")
        => (Fault, Line, Cause) = (fault, line, cause);

    public ChatTemplateFault Fault { get; }

    /// <summary>Line in the template, from 1; 0 when the template as a whole is meant.</summary>
    public int Line { get; }

    /// <summary>The reason without the place.</summary>
    public string Cause { get; }
}
