using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Canary;

/// <summary>Runs the built-in text model on one execution provider and compares with its golden answers. Only that proves an accelerator.</summary>
internal static class CanaryRunner
{
    private const int Cases = 3;

    /// <summary>What the run showed; never throws for a provider that cannot.</summary>
    public static async Task<AcceleratorProof> RunAsync(InferenceClient client, string provider, AcceleratorKind kind, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var golden = GoldenText.Read(BuiltInModels.Text.Folder);
            double best = 0;
            foreach (var test in golden.Take(Cases))
            {
                var request = new GenerateRequest { Model = client.Reference(BuiltInModels.Text, requireAccelerator: kind != AcceleratorKind.CPU), MaxTokens = test.Expected.Length, Greedy = true, WithIds = true };
                request.PromptIds.AddRange(test.PromptIds);
                var summary = await client.GenerateAsync(request, static _ => { }, cancellationToken);
                if (Problem(test, summary, kind, provider) is { } problem)
                {
                    return new AcceleratorProof(kind, provider, time.GetUtcNow(), null, problem);
                }

                best = Math.Max(best, summary.OutputTokens / Math.Max(summary.DecodeMs, 0.001) * 1_000);
            }

            return new AcceleratorProof(kind, provider, time.GetUtcNow(), new MeasuredSpeed(Math.Round(best, 1), "tok/s"), null);
        }
        catch (Exception e) when (e is TaskFailedException or InvalidDataException)
        {
            return new AcceleratorProof(kind, provider, time.GetUtcNow(), null, e.Message);
        }
    }

    // The right tokens from the wrong processor prove nothing: the provider must have run nodes itself.
    private static string? Problem(GoldenText test, GenerateSummary summary, AcceleratorKind kind, string provider) =>
        !summary.Ids.Take(test.Expected.Length).SequenceEqual(test.Expected) ? $"{provider} gave other tokens than the golden answer."
        : kind != AcceleratorKind.CPU && !summary.Shares.Any(s => s.Provider == provider && s.Nodes > 0) ? $"{provider} ran no node itself: everything fell back to the CPU."
        : null;
}
