using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Runtimes.Onnx.Canary;

/// <summary>Runs the built-in models on one execution provider and compares with their golden answers. Only that proves an accelerator.</summary>
internal static class CanaryRunner
{
    private const int Cases = 3;

    /// <summary>What the text model showed; never throws for a provider that cannot.</summary>
    public static async Task<AcceleratorProof> RunAsync(InferenceClient client, string provider, AcceleratorKind kind, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var golden = GoldenText.Read(BuiltInModels.Text.Folder);
            double best = 0;
            foreach (var test in golden.Take(Cases))
            {
                var request = new GenerateRequest { Model = Reference(client, BuiltInModels.Text, kind), MaxTokens = test.Expected.Length, Greedy = true, WithIds = true };
                request.PromptIds.AddRange(test.PromptIds);
                var summary = await client.GenerateAsync(request, static _ => { }, cancellationToken);
                if (!summary.Ids.Take(test.Expected.Length).SequenceEqual(test.Expected))
                {
                    return Failed($"{provider} gave other tokens than the golden answer.");
                }

                if (FellBack(summary.Shares, kind, provider) is { } problem)
                {
                    return Failed(problem);
                }

                best = Math.Max(best, summary.OutputTokens / Math.Max(summary.DecodeMs, 0.001) * 1_000);
            }

            return new AcceleratorProof(kind, provider, time.GetUtcNow(), new MeasuredSpeed(Math.Round(best, 1), "tok/s"), null);
        }
        catch (Exception e) when (e is TaskFailedException or InvalidDataException)
        {
            return Failed(e.Message);
        }

        AcceleratorProof Failed(string cause) => new(kind, provider, time.GetUtcNow(), null, cause);
    }

    /// <summary>What the image model showed; its memory is given back.</summary>
    public static async Task<ImageProof> RunImageAsync(InferenceClient client, string provider, AcceleratorKind kind, CancellationToken cancellationToken)
    {
        try
        {
            var golden = GoldenImage.Read(BuiltInModels.Image.Folder)[0];
            var request = new PaintRequest { Model = Reference(client, BuiltInModels.Image, kind), Prompt = golden.Prompt, Seed = golden.Seed, Steps = golden.Steps, Guidance = golden.Guidance };
            var result = await client.PaintAsync(request, static _ => { }, cancellationToken);
            await client.UnloadAsync(BuiltInModels.ImageId, cancellationToken);
            var problem = golden.Matches(result.Png.Span) ? FellBack(result.Shares, kind, provider) : $"{provider} made another picture than the golden one.";
            return new ImageProof(problem is null ? Math.Round(result.StepMs, 2) : null, problem);
        }
        catch (Exception e) when (e is TaskFailedException or InvalidDataException)
        {
            return new ImageProof(null, e.Message);
        }
    }

    private static ModelRef Reference(InferenceClient client, LocalModel model, AcceleratorKind kind) => client.Reference(model, requireAccelerator: kind != AcceleratorKind.CPU);

    // The right answer from the wrong processor proves nothing: the provider must have run nodes itself.
    private static string? FellBack(IEnumerable<ProviderShare> shares, AcceleratorKind kind, string provider) =>
        kind == AcceleratorKind.CPU || shares.Any(s => s.Provider == provider && s.Nodes > 0) ? null : $"{provider} ran no node itself: everything fell back to the CPU.";
}
