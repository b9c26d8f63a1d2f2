using System.Threading.Channels;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Onnx.Images;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using EdgeMesh.Agent.Runtimes.Reasoning;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Jobs;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeMesh.Agent.Inference;

/// <summary>The worker's side of the pipe. Native work runs on its own thread; what it says is written as it comes.</summary>
internal sealed class InferenceWorkerService(LoadedModels models, TimeProvider time) : InferenceWorker.InferenceWorkerBase
{
    public override Task<ProvidersReply> Providers(ProvidersRequest request, ServerCallContext context)
    {
        var reply = new ProvidersReply();
        reply.Providers.AddRange(ExecutionProviders.All.Where(p => p.IsAvailable).Select(p => new ProviderInfo { Name = p.Name, Title = p.Title, Accelerator = p.Kind.ToString() }));
        return Task.FromResult(reply);
    }

    public override async Task<LoadReply> Load(ModelRef request, ServerCallContext context)
    {
        using var lease = await models.UseAsync(request, context.CancellationToken);
        var reply = new LoadReply { WasLoaded = lease.LoadMs == 0, LoadMs = lease.LoadMs, SizeBytes = lease.Model.SizeBytes };
        if (lease.Model is LoadedTextModel text)
        {
            (reply.ContextTokens, reply.CacheBytesPerToken) = (text.Model.Facts.ContextTokens, text.Model.Facts.KvBytesPerToken);
        }

        reply.Shares.AddRange(Shares(lease.Model));
        return reply;
    }

    public override Task<UnloadReply> Unload(UnloadRequest request, ServerCallContext context) => Task.FromResult(new UnloadReply { WasLoaded = models.Unload(request.Id) });

    public override Task<LoadedReply> Loaded(LoadedRequest request, ServerCallContext context) => Task.FromResult(new LoadedReply { Models = { models.Resident.Select(m => new ResidentModel { Id = m.Id, SizeBytes = m.SizeBytes }) } });

    public override async Task Generate(GenerateRequest request, IServerStreamWriter<GeneratePart> responseStream, ServerCallContext context)
    {
        using var lease = await models.UseAsync(request.Model, context.CancellationToken);
        var model = lease.As<LoadedTextModel>();
        var allocated = GC.GetTotalAllocatedBytes();
        var parts = new AnswerParts(time);
        var work = Task.Run(() => Complete(parts.Complete, () => Answer(model, request, parts, context.CancellationToken)), CancellationToken.None);
        await foreach (var part in parts.ReadAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(part, context.CancellationToken);
        }

        var (result, reasoningTokens) = await work;
        var summary = new GenerateSummary
        {
            PromptTokens = result.PromptTokens,
            OutputTokens = result.Tokens.Length,
            ReasoningTokens = reasoningTokens,
            LoadMs = lease.LoadMs,
            PrefillMs = result.Prefill.TotalMilliseconds,
            DecodeMs = result.Decode.TotalMilliseconds,
            Finish = result.Finish is FinishReason.MaxTokens or FinishReason.ContextFull ? "length" : "stop",
            AllocatedBytes = GC.GetTotalAllocatedBytes() - allocated,
        };
        summary.Shares.AddRange(Shares(model));
        if (request.WithIds)
        {
            summary.Ids.AddRange(result.Tokens);
            if (result.EndToken is { } end)
            {
                summary.Ids.Add(end);
            }
        }

        await responseStream.WriteAsync(new GeneratePart { Summary = summary }, context.CancellationToken);
    }

    public override async Task Paint(PaintRequest request, IServerStreamWriter<PaintPart> responseStream, ServerCallContext context)
    {
        using var lease = await models.UseAsync(request.Model, context.CancellationToken);
        var model = lease.As<LoadedImageModel>();
        var prompt = Prompt(request);
        var steps = Channel.CreateUnbounded<PaintStep>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var work = Task.Run(() => Complete(() => steps.Writer.Complete(), () => model.Model.Generate(prompt, new Steps(steps.Writer), context.CancellationToken)), CancellationToken.None);
        await foreach (var step in steps.Reader.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new PaintPart { Step = step }, context.CancellationToken);
        }

        var result = await work;
        var told = new PaintResult
        {
            Png = UnsafeByteOperations.UnsafeWrap(result.Png),
            Width = result.Width,
            Height = result.Height,
            Steps = result.Steps,
            Seed = prompt.Seed,
            LoadMs = lease.LoadMs,
            StepMs = result.MsPerStep,
        };
        told.Shares.AddRange(Shares(model));
        await responseStream.WriteAsync(new PaintPart { Result = told }, context.CancellationToken);
    }

    private static IEnumerable<ProviderShare> Shares(LoadedModel model) => model.Shares?.Nodes.Select(n => new ProviderShare { Provider = n.Key, Nodes = n.Value }) ?? [];

    private static ImagePrompt Prompt(PaintRequest request) => new(
        request.Prompt,
        request.NegativePrompt,
        request.HasSeed ? request.Seed : Random.Shared.Next(),
        request.Steps > 0 ? request.Steps : null,
        request.HasGuidance ? request.Guidance : null,
        request.Width > 0 ? request.Width : null,
        request.Height > 0 ? request.Height : null);

    private static GenerationOptions Options(TextModel model, GenerateRequest request, TextPrompt prompt)
    {
        var options = model.Suggested;
        if (request.HasTemperature)
        {
            options = options with { Temperature = (float)request.Temperature };
        }

        if (request.Greedy)
        {
            options = new GenerationOptions();
        }

        // A limit is an upper bound: what does not fit the context any more is not asked for.
        var wished = Math.Max(1, (request.HasMaxTokens ? request.MaxTokens : AnswerLength.Unasked) - prompt.Written);
        var fits = model.Facts.ContextTokens - prompt.Ids.Count;
        return options with
        {
            Seed = request.HasSeed ? unchecked((ulong)request.Seed) : options.Seed == 0 ? (ulong)Random.Shared.NextInt64() : options.Seed,
            MaxTokens = fits > 0 ? Math.Min(wished, fits) : wished,
            Before = request.SoFar,
        };
    }

    // A failed or cancelled piece of work ends its channel, so that the reader ends too.
    private static TResult Complete<TResult>(Action end, Func<TResult> work)
    {
        try
        {
            return work();
        }
        finally
        {
            end();
        }
    }

    private (GenerationResult Result, int ReasoningTokens) Answer(LoadedTextModel model, GenerateRequest request, AnswerParts parts, CancellationToken cancellationToken)
    {
        var prompt = request.PromptIds.Count > 0 ? new TextPrompt(request.PromptIds, null, 0) : model.Prompt(request.Turns, request.SoFar, time, cancellationToken);
        var splitter = new ReasoningSplitter(parts, prompt.Opened, request.SoFar);
        var thinking = 0;
        var tokenizer = new TokenizerAdapter(model.Tokenizer, () => thinking += splitter.IsThinking ? 1 : 0);
        var result = model.Model.Generate(prompt.Ids, Options(model.Model, request, prompt), tokenizer, splitter.Text, cancellationToken);
        splitter.End();
        return !splitter.HasAnswer && splitter.Tool is { } tool ? throw NoAnswer.AskedForTool(request.Model.Id, tool) : (result, thinking);
    }

    private sealed class Steps(ChannelWriter<PaintStep> writer) : IProgress<ImageProgress>
    {
        public void Report(ImageProgress value) => writer.TryWrite(new PaintStep { Step = value.Step, Steps = value.Steps });
    }
}
