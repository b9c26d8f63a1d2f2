using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Worker;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Jobs;
using Grpc.Core;

namespace EdgeMesh.Agent.Runtimes.Onnx;

/// <summary>Runs models of one execution provider in a worker process. Every failure is a <see cref="TaskFailedException"/>. Thread-safe.</summary>
internal sealed class InferenceClient(WorkerSupervisor worker, string provider)
{
    /// <summary>How the worker is told of a model.</summary>
    public ModelRef Reference(LocalModel model, bool requireAccelerator) => new()
    {
        Id = model.Id,
        Folder = model.Folder,
        Provider = provider,
        RequireAccelerator = requireAccelerator,

        // The toy is fastest on one thread; for real models the runtime's default is right.
        Threads = model.BuiltIn ? 1 : 0,
    };

    /// <summary>Generates text; <paramref name="output"/> gets each piece.</summary>
    public Task<GenerateSummary> GenerateAsync(GenerateRequest request, IAnswerOutput output, CancellationToken cancellationToken) =>
        RunAsync(request.Model, c => c.Generate(request, cancellationToken: cancellationToken), p => p.Summary, p => Write(p, output), cancellationToken);

    /// <summary>Generates text; <paramref name="onText"/> gets each piece of the answer, and nobody the reasoning.</summary>
    public Task<GenerateSummary> GenerateAsync(GenerateRequest request, Action<string> onText, CancellationToken cancellationToken) =>
        GenerateAsync(request, new TextOnly(onText), cancellationToken);

    /// <summary>Makes an image; <paramref name="onStep"/> gets each step done.</summary>
    public Task<PaintResult> PaintAsync(PaintRequest request, Action<PaintStep> onStep, CancellationToken cancellationToken) =>
        RunAsync(request.Model, c => c.Paint(request, cancellationToken: cancellationToken), p => p.Result, p => onStep(p.Step), cancellationToken);

    /// <summary>The models in the worker's memory, with the bytes of their weights; empty when it does not run.</summary>
    public async Task<ImmutableDictionary<string, long>> LoadedAsync(CancellationToken cancellationToken) =>
        await worker.PeekAsync(async w => (await w.Client.LoadedAsync(new LoadedRequest(), cancellationToken: cancellationToken)).Models.DistinctBy(m => m.Id).ToImmutableDictionary(m => m.Id, m => m.SizeBytes))
        ?? ImmutableDictionary<string, long>.Empty;

    /// <summary>Frees the model's memory; one that is in use stays until another needs the room.</summary>
    public async Task UnloadAsync(string id, CancellationToken cancellationToken) =>
        await worker.PeekAsync(async w => await w.Client.UnloadAsync(new UnloadRequest { Id = id }, cancellationToken: cancellationToken));

    private static void Write(GeneratePart part, IAnswerOutput output)
    {
        switch (part.PartCase)
        {
            case GeneratePart.PartOneofCase.Text:
                output.Text(part.Text);
                break;
            case GeneratePart.PartOneofCase.Reasoning:
                output.Reasoning(part.Reasoning);
                break;
            case GeneratePart.PartOneofCase.TextWasReasoning:
                output.TextWasReasoning();
                break;
        }
    }

    // Parts come one by one; the last one is the result.
    private Task<TResult> RunAsync<TPart, TResult>(
        ModelRef model, Func<InferenceWorker.InferenceWorkerClient, AsyncServerStreamingCall<TPart>> start, Func<TPart, TResult?> result, Action<TPart> onPart, CancellationToken cancellationToken)
        where TResult : class => worker.UseAsync($"running {model.Id}", async process =>
        {
            using var call = start(process.Client);
            await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                if (result(part) is { } last)
                {
                    return last;
                }

                onPart(part);
            }

            throw new TaskFailedException(ReasonCode.Internal, "The worker ended its answer without a result.");
        }, cancellationToken);

    private sealed class TextOnly(Action<string> onText) : IAnswerOutput
    {
        public void Text(string text) => onText(text);

        public void Reasoning(string text)
        {
        }

        public void TextWasReasoning()
        {
        }
    }
}
