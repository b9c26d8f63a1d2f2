using EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;
using EdgeMesh.Agent.Runtimes.Onnx.Templates.Syntax;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates;

/// <summary>
/// A parsed chat template: the Jinja of Hugging Face's <c>chat_template</c>, with the settings of transformers (<c>trim_blocks</c>,
/// <c>lstrip_blocks</c>, loop controls, no autoescape). Values behave as Python's do. Immutable; may be rendered from many threads.
/// </summary>
public sealed class ChatTemplate
{
    private readonly ImmutableArray<Statement> _body;
    private readonly ChatTemplateLimits _limits;

    private ChatTemplate(ImmutableArray<Statement> body, ChatTemplateLimits limits) => (_body, _limits) = (body, limits);

    /// <summary>Parses a template.</summary>
    /// <exception cref="ChatTemplateException">The source is not a template, or is too long or nested too deep.</exception>
    public static ChatTemplate Parse(string source, ChatTemplateLimits? limits = null)
    {
        limits ??= ChatTemplateLimits.Default;
        return source.Length > limits.MaxSourceChars
            ? throw new ChatTemplateException(ChatTemplateFault.Limit, 0, $"it has {source.Length:N0} characters; the limit is {limits.MaxSourceChars:N0}.")
            : new ChatTemplate(Parser.Parse(source, limits), limits);
    }

    /// <summary>Renders a conversation to the prompt text. <paramref name="time"/> gives <c>strftime_now</c> its date and measures the time limit.</summary>
    /// <exception cref="ChatTemplateException">The template failed, refused the conversation or hit a limit.</exception>
    public string Render(ChatTemplateInput input, TimeProvider time, CancellationToken ct)
    {
        var budget = new Budget(_limits, time, ct);
        try
        {
            return new Interpreter(budget, time).Run(_body, Variables.From(input));
        }
        catch (TemplateFaultException e)
        {
            throw new ChatTemplateException(e.Fault, budget.Line, e.Message);
        }
    }
}
