using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Agent.Runtimes.Onnx.Templates;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>
/// Judges a model's folder by its small files and the header of its graph, so that a model that cannot do it is not offered. Weights and the tokenizer's
/// vocabulary are stepped over; what only they would show is told when the model is loaded.
/// </summary>
public static class TextModelCheck
{
    private const string NoTokenizer = "It has no tokenizer (tokenizer.json or tokenizer.model), so no text can be given to it. Get the model again with its tokenizer files.";
    private const string NoTemplate = "It has no chat template, so it is not known how to talk to it. Asked for by name, it goes on with the text it is given.";

    /// <summary>What can be asked of it; null when nothing says that it is a text model.</summary>
    public static ModelVerdict? Of(string root)
    {
        var folder = TextModelFolder.Find(root, AcceleratorKind.CPU);
        int? context = null;
        var measures = false;
        try
        {
            // The graph first: it alone tells a text model without a tokenizer from one that takes pictures.
            var config = ConfigOf(folder, out var unread);
            var file = OnnxFileReader.Read(TextModelFiles.Choose(folder.Folder, AcceleratorKind.CPU, config?.File));
            ModelFolder.Check(file, root);
            measures = file.Nodes > 0;
            if (!IsText(folder, file, config))
            {
                return null;
            }

            context = config is { IsContextKnown: true } ? config.ContextTokens : null;
            if (file.Nodes == 0)
            {
                return new($"{Path.GetFileName(file.Path)} has no operators: it is a placeholder, not a model.", false, false, context);
            }

            _ = DecoderLayout.Read(file.Signature, config ?? throw unread!);
            if (!folder.IsTokenizerThere)
            {
                return new(NoTokenizer, false, measures, context);
            }

            TokenizerLoader.CheckSteps(folder.TokenizerFolder);
            return TokenizerLoader.TemplateOf(folder.TokenizerFolder) is not { } template ? new(NoTemplate, true, measures, context)
                : Refusal(template) is { } refusal ? new(refusal, false, measures, context)
                : new(null, false, measures, context);
        }
        catch (TaskFailedException e)
        {
            return Said(e.Message);
        }
        catch (TokenizerException e)
        {
            return Said(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Said("Its files cannot be read. Look at the disk of the device, or get the model again.");
        }

        ModelVerdict? Said(string why) => folder.IsTokenizerThere || File.Exists(folder.Path(GenAiConfig.FileName)) ? new(why, false, measures, context) : null;
    }

    private static bool IsText(TextModelFolder folder, OnnxFile file, TextModelConfig? config) =>
        folder.IsTokenizerThere || file.Signature.Inputs.Any(i => i.Name == (config?.Names ?? DecoderNames.Usual).Ids);

    private static TextModelConfig? ConfigOf(TextModelFolder folder, out TaskFailedException? unread)
    {
        try
        {
            unread = null;
            return TextModelConfig.Read(folder);
        }
        catch (TaskFailedException e)
        {
            unread = e;
            return null;
        }
    }

    private static string? Refusal(string template)
    {
        try
        {
            _ = ChatTemplate.Parse(template);
            return null;
        }
        catch (ChatTemplateException e)
        {
            return $"Its chat template cannot be read: {e.Message}";
        }
    }
}
