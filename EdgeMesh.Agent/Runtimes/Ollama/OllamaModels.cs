using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>
/// What Ollama has. Details of a model are asked once for each digest; one that cannot be described is listed with the reason and does nothing, and is
/// asked again a minute later. Thread-safe.
/// </summary>
/// <param name="memoryBytes">Of the device, that a model and its context have to fit into.</param>
internal sealed class OllamaModels(SkillRules skills, long memoryBytes, TimeProvider time)
{
    private const int AtOnce = 4;
    private const double MostOfMemory = 0.75;
    private const int LeastContext = 2_048;
    private static readonly TimeSpan DescribedWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, OllamaDetails> _described = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Why, long? At)> _failed = new(StringComparer.Ordinal);
    private ImmutableDictionary<string, OllamaDetails> _details = ImmutableDictionary<string, OllamaDetails>.Empty;

    /// <summary>What is known of a listed model.</summary>
    public OllamaDetails Of(string model) => _details.GetValueOrDefault(model, OllamaDetails.Unknown);

    public async Task<ImmutableArray<ModelInfo>> ListAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var json = await http.GetJsonAsync("api/tags", cancellationToken);
        var listed = json.RootElement.List("models", "data")
            .Select(m => (Name: m.At("name").Text() ?? m.At("model").Text(), Digest: m.At("digest").Text(), Size: m.At("size").Whole(), Remote: OllamaCloud.HostOf(m)))
            .Where(m => EngineModels.IsName(m.Name)).DistinctBy(m => m.Name).Take(EngineModels.Most).ToList();
        var models = new ModelInfo[listed.Count];
        var details = new OllamaDetails?[listed.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, listed.Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var (name, digest, size, remote) = listed[i];
            if ((remote ?? OllamaCloud.HostOf(name!)) is { } host)
            {
                models[i] = OllamaCloud.Model(name!, host);
                return;
            }

            var key = $"{name}@{digest}";
            details[i] = await DescribeAsync(http, name!, key, cancellationToken);
            models[i] = details[i] is { RemoteHost: { } elsewhere } ? OllamaCloud.Model(name!, elsewhere)
                : details[i] is { } known ? Model(name!, size, known)
                : new ModelInfo(name!, [], size, CannotRun: _failed.TryGetValue(key, out var failure) ? failure.Why : null);
        });
        _details = Enumerable.Range(0, listed.Count).Where(i => details[i] is not null).ToImmutableDictionary(i => listed[i].Name!, i => details[i]!, StringComparer.Ordinal);
        var resident = await ResidentAsync(http, cancellationToken);
        return [.. models.Select(m => resident.TryGetValue(m.Id, out var now) ? m with { ResidentBytes = now.Bytes, ResidentContext = now.Context } : m)];
    }

    // All that it takes, on the CPU and the GPU together. Versions that do not tell have nothing resident, as far as is known.
    private static async Task<Dictionary<string, (long Bytes, int? Context)>> ResidentAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DescribedWithin);
        try
        {
            using var json = await http.GetJsonAsync("api/ps", limit.Token);
            return json.RootElement.At("models").Items().Select(m => (Name: m.At("name").Text() ?? m.At("model").Text(), Now: (Bytes: m.At("size").Whole() ?? 0, Context: m.At("context_length").Count())))
                .Where(m => m.Name is not null).DistinctBy(m => m.Name).ToDictionary(m => m.Name!, m => m.Now, StringComparer.Ordinal);
        }
        catch (Exception e) when (EngineErrors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private async Task<OllamaDetails?> DescribeAsync(HttpClient http, string name, string key, CancellationToken cancellationToken)
    {
        if (_described.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_failed.TryGetValue(key, out var failure) && failure.At is { } at && time.GetElapsedTime(at) < AskAgainAfter)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DescribedWithin);
        try
        {
            using var answer = await http.PostAsJsonAsync(new Uri("api/show", UriKind.Relative), new { model = name }, limit.Token);
            using var json = await answer.ReadJsonAsync(limit.Token);
            _failed.TryRemove(key, out _);
            return _described[key] = json.RootElement.ValueKind == JsonValueKind.Object ? OllamaDetails.Read(json.RootElement) : throw new JsonException("It is no object.");
        }
        catch (Exception e)
        {
            // When the whole probe ran out of time, the next one goes on where this one stopped.
            _failed[key] = (WhyNot(e), cancellationToken.IsCancellationRequested ? null : time.GetTimestamp());
            return null;
        }
    }

    private static string WhyNot(Exception e) => e switch
    {
        EngineStatusException { Message.Length: > 0 } said => $"Ollama cannot describe it: {said.Message.TrimEnd('.')}. Pull it again, or remove it.",
        EngineStatusException status => $"Ollama cannot describe it: it answered {(int)status.Status}. Pull it again, or remove it.",
        _ when EngineErrors.IsSilence(e) => "Ollama has not described it yet.",
        _ => "Ollama describes it in a way that cannot be read. Pull it again, or remove it.",
    };

    // A base model goes on with a text and holds no conversation: it takes a task only when a person names it.
    private ModelInfo Model(string name, long? size, OllamaDetails details)
    {
        var (can, tier) = skills.For(name, details.Parameters);
        var completes = details is { Generates: true, HasTemplate: false };
        return new ModelInfo(
            name, details.Generates && !completes ? can : [], size, Context(size, details), tier,
            CannotRun: completes ? "It has no chat template, so it is no model to talk to; it goes on with a text when a chat names it." : null,
            KvBytesPerToken: details.KvBytesPerToken, Completes: completes)
        {
            Continues = completes || details.Continues,
        };
    }

    // A context that the device's memory cannot hold beside the weights is none that a task may count on.
    private int? Context(long? size, OllamaDetails details)
    {
        if (details is not { ContextTokens: { } most, KvBytesPerToken: { } bytes } || size is not > 0)
        {
            return details.ContextTokens;
        }

        var left = (memoryBytes * MostOfMemory) - (size.Value * 1.1);
        return left <= 0 ? most : (int)Math.Min(most, Math.Max(LeastContext, (long)(left / bytes / LeastContext) * LeastContext));
    }
}
