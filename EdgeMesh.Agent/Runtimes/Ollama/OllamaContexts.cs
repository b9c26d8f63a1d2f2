using EdgeMesh.Core.Planning;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>A model that Ollama has in memory.</summary>
/// <param name="ContextTokens">As <c>/api/ps</c> says; null in versions that do not.</param>
internal sealed record OllamaResident(int? ContextTokens);

/// <summary>
/// The context each model is asked for. Ollama loads a model again whenever it changes, so it grows in few steps (<see cref="ContextSize"/>) and never shrinks while the model
/// is in memory or a task uses it. Thread-safe.
/// </summary>
internal sealed class OllamaContexts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Asked> _asked = new(StringComparer.Ordinal);

    /// <summary>The size for a task, counted as in use until <see cref="End"/>.</summary>
    /// <param name="tokens">That the prompt and the answer need.</param>
    /// <param name="most">That the model takes; null when unknown.</param>
    /// <param name="resident">Null when it is not in memory.</param>
    public int Begin(string model, long tokens, int? most, OllamaResident? resident)
    {
        lock (_gate)
        {
            var asked = _asked.GetValueOrDefault(model);
            var now = Math.Max(asked?.Running > 0 ? asked.Size : 0, Now(asked, resident));
            now = most is { } limit ? Math.Min(now, limit) : now;
            var size = now >= tokens || now == most ? now : Math.Max(now, ContextSize.For(tokens, most));
            _asked[model] = new Asked(size, (asked?.Running ?? 0) + 1);
            return size;
        }
    }

    /// <summary>The next size for a task whose prompt has more tokens than its length let expect; null when there is none.</summary>
    public int? Grow(string model, int size, int? most)
    {
        lock (_gate)
        {
            var next = ContextSize.For(size + 1L, most);
            if (next <= size || !_asked.TryGetValue(model, out var asked))
            {
                return null;
            }

            _asked[model] = asked with { Size = Math.Max(asked.Size, next) };
            return _asked[model].Size;
        }
    }

    /// <summary>A task that used it is over.</summary>
    public void End(string model)
    {
        lock (_gate)
        {
            if (_asked.TryGetValue(model, out var asked))
            {
                _asked[model] = asked with { Running = Math.Max(0, asked.Running - 1) };
            }
        }
    }

    // What Ollama reports may be the size for one task or for all that it runs side by side: a multiple of what was asked for is what was asked for.
    private static int Now(Asked? asked, OllamaResident? resident) => (asked, resident) switch
    {
        (_, null) => 0,
        ({ } mine, { ContextTokens: > 0 and var told }) when told % mine.Size == 0 => mine.Size,
        (_, { ContextTokens: > 0 and var told }) => told,
        ({ } mine, _) => mine.Size,
        _ => 0,
    };

    private sealed record Asked(int Size, int Running);
}
