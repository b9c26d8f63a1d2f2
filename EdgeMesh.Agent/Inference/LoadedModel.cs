using EdgeMesh.Agent.Runtimes.Onnx.Images;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Templates;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using EdgeMesh.Agent.Runtimes.Reasoning;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Inference;

/// <summary>A model in memory, of one of the kinds below.</summary>
internal abstract class LoadedModel(string id, long sizeBytes) : IDisposable
{
    public string Id => id;

    /// <summary>Bytes of its weights on disk, which is about what they take in memory.</summary>
    public long SizeBytes => sizeBytes;

    /// <summary>Which provider ran how many nodes of the warm-up.</summary>
    public abstract ProviderShares? Shares { get; }

    /// <summary>Loads what is in the folder: its layout says which kind it is.</summary>
    public static LoadedModel Load(ModelRef reference, TimeProvider time)
    {
        var provider = ExecutionProviders.Find(reference.Provider)
            ?? throw new TaskFailedException(ReasonCode.Unsupported, $"There is no execution provider {reference.Provider}.");
        var choices = new SessionChoices { Threads = reference.Threads, RequireAccelerator = reference.RequireAccelerator, Root = reference.Folder };
        return File.Exists(Path.Combine(reference.Folder, "model_index.json"))
            ? LoadedImageModel.Load(reference, provider, choices, time)
            : LoadedTextModel.Load(reference, provider, choices, time);
    }

    /// <summary>Bytes of the weights in a model's folder.</summary>
    public static long SizeOf(string folder) => !Directory.Exists(folder) ? 0
        : Directory.EnumerateFiles(folder, "*.onnx*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);

    public abstract void Dispose();
}

/// <summary>A decoder with its tokenizer and chat template.</summary>
internal sealed class LoadedTextModel(string id, TextModel model, TextTokenizer tokenizer, ChatTemplate? template) : LoadedModel(id, model.Facts.Bytes)
{
    public TextModel Model => model;

    public TextTokenizer Tokenizer => tokenizer;

    public override ProviderShares? Shares => model.Shares;

    public static LoadedTextModel Load(ModelRef reference, ExecutionProvider provider, SessionChoices choices, TimeProvider time)
    {
        // Small files first: a model without a tokenizer need not be read at all.
        var tokenizer = TextTokenizer.Load(TextModelFolder.Find(reference.Folder, provider.Kind).TokenizerFolder);
        var template = tokenizer.ChatTemplateSource is { } source ? Parse(source, reference.Id) : null;
        return new LoadedTextModel(reference.Id, TextModel.Load(reference.Folder, new TextModelChoices { Provider = provider, Session = choices }, time), tokenizer, template);
    }

    /// <summary>
    /// The prompt's token ids, and the tag of reasoning that the template opened for the model at its end; of a model without a chat template, which a person
    /// has named, the ids of the bare text that it shall go on with. The beginning of an answer stands behind all of it, as the model itself would have written it: a turn that is
    /// not ended, behind its reasoning, which is over where the answer has begun.
    /// </summary>
    /// <param name="soFar">The beginning of the answer; empty for none.</param>
    /// <exception cref="TaskFailedException">The chat template refuses the conversation; CannotContinue: the beginning has a mark in it that ends answers.</exception>
    public TextPrompt Prompt(IEnumerable<Turn> turns, string soFar, TimeProvider time, CancellationToken cancellationToken)
    {
        if (soFar.Length > 0 && tokenizer.EosId is { } end && tokenizer.EncodeWhileWanted(soFar, addSpecialTokens: false, cancellationToken).Contains(end))
        {
            throw new TaskFailedException(ReasonCode.CannotContinue, $"The text so far has {tokenizer.EosToken} in it, which ends answers of {Id}.");
        }

        var (prompt, opened) = Text(turns, time, cancellationToken);
        var ids = tokenizer.EncodeWhileWanted(prompt, addSpecialTokens: template is null, cancellationToken);
        if (soFar.Length == 0)
        {
            return new(ids, opened, 0);
        }

        // As one text, since where tokens begin depends on what stands before them.
        var all = tokenizer.EncodeWhileWanted(prompt + Begin(prompt, opened) + soFar, addSpecialTokens: template is null, cancellationToken);
        return new(all, null, Math.Max(0, all.Count - ids.Count));
    }

    public override void Dispose() => model.Dispose();

    // What the model would have written before the answer's first word.
    private static string Begin(string prompt, ReasoningTag? opened) =>
        opened is not null ? $"\n{opened.Close}\n\n"
        : prompt.AsSpan().TrimEnd().EndsWith(ReasoningMarks.AssistantInChannels, StringComparison.Ordinal) ? ReasoningMarks.FinalChannel
        : "";

    private (string Prompt, ReasoningTag? Opened) Text(IEnumerable<Turn> turns, TimeProvider time, CancellationToken cancellationToken)
    {
        if (template is null)
        {
            return (string.Join('\n', turns.Where(t => t.Role != "system").Select(t => t.Content)), null);
        }

        var input = new ChatTemplateInput([.. turns.Select(t => new ChatTemplateMessage(t.Role, t.Content))]) { BosToken = tokenizer.BosToken, EosToken = tokenizer.EosToken };
        try
        {
            var prompt = template.Render(input, time, cancellationToken);
            return (prompt, ReasoningMarks.OpenedBy(prompt));
        }
        catch (ChatTemplateException e)
        {
            throw new TaskFailedException(ReasonCode.BadInput, $"The chat template of {Id} failed: {e.Message}");
        }
    }

    private static ChatTemplate Parse(string source, string id)
    {
        try
        {
            return ChatTemplate.Parse(source);
        }
        catch (ChatTemplateException e)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"The chat template of {id} cannot be read: {e.Message}");
        }
    }
}

/// <summary>A prompt as a text model reads it.</summary>
/// <param name="Opened">The tag of reasoning that the template opened for the model at its end; null for none.</param>
/// <param name="Written">How many of the ids are the beginning of the answer.</param>
internal sealed record TextPrompt(IReadOnlyList<int> Ids, ReasoningTag? Opened, int Written);

/// <summary>A text-to-image pipeline.</summary>
internal sealed class LoadedImageModel : LoadedModel
{
    private LoadedImageModel(string id, long bytes, ImageModel model, ProviderShares? shares)
        : base(id, bytes) => (Model, Shares) = (model, shares);

    public ImageModel Model { get; }

    public override ProviderShares? Shares { get; }

    public static LoadedImageModel Load(ModelRef reference, ExecutionProvider provider, SessionChoices choices, TimeProvider time)
    {
        var sessions = new List<OpenedSession>();
        var model = ImageModel.Load(reference.Folder, path =>
        {
            var opened = SessionFactory.Open(path, provider, choices);
            sessions.Add(opened);
            return opened.Session;
        }, time: time);
        try
        {
            // One step of warm-up tells for each part who ran what; the denoiser does nearly all of the work.
            model.Generate(new ImagePrompt("warm-up", Steps: 1), null, CancellationToken.None);
            sessions.ForEach(s => s.ReadShares(static () => { }));
            var nodes = sessions.SelectMany(s => s.Shares?.Nodes ?? ImmutableSortedDictionary<string, int>.Empty).GroupBy(n => n.Key, n => n.Value).ToImmutableSortedDictionary(n => n.Key, n => n.Sum());
            return new LoadedImageModel(reference.Id, SizeOf(reference.Folder), model, new ProviderShares(nodes));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public override void Dispose() => Model.Dispose();
}
