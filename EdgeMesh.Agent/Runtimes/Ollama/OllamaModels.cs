using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Models;
using OllamaSharp;
using OllamaSharp.Models;
using ModelInfo = EdgeMesh.Core.Models.ModelInfo;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>What Ollama has. Details of a model are asked once for each digest.</summary>
internal sealed class OllamaModels(SkillRules skills)
{
    private const int Most = 500;
    private readonly ConcurrentDictionary<string, ModelInfo> _known = new();

    public async Task<ImmutableArray<ModelInfo>> ListAsync(OllamaApiClient client, CancellationToken cancellationToken)
    {
        var models = ImmutableArray.CreateBuilder<ModelInfo>();
        foreach (var model in (await client.ListLocalModelsAsync(cancellationToken)).Take(Most))
        {
            var key = $"{model.Name}@{model.Digest}";
            if (!_known.TryGetValue(key, out var info))
            {
                info = Describe(model, await client.ShowModelAsync(new ShowModelRequest { Model = model.Name }, cancellationToken));
                _known[key] = info;
            }

            models.Add(info);
        }

        return models.ToImmutable();
    }

    private ModelInfo Describe(Model model, ShowModelResponse details)
    {
        var (can, tier) = skills.For(model.Name, details.Info?.ParameterCount is { } count ? count / 1e9 : null);
        var generates = details.Capabilities is not { Length: > 0 } capabilities || capabilities.Contains("completion");
        return new ModelInfo(model.Name, generates ? can : [], model.Size, Context(details), tier);
    }

    // "llama.context_length", "qwen3.context_length" …: the architecture's name comes first.
    private static int? Context(ShowModelResponse details)
    {
        var entry = details.Info?.ExtraInfo?.FirstOrDefault(e => e.Key.EndsWith(".context_length", StringComparison.Ordinal)).Value;
        return entry switch
        {
            JsonElement { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var tokens) => tokens,
            IConvertible value => value.ToInt32(CultureInfo.InvariantCulture),
            _ => null,
        };
    }
}
