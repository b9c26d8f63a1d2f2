using System.Net;
using System.Text;
using System.Text.Json;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>Finds out what a server has and whether it would answer: its list, what it tells beyond OpenAI's list, and whether it lets us in.</summary>
internal sealed class OpenAiProbe(HttpClient http, OpenAiAddress address)
{
    private static readonly TimeSpan AccessWithin = TimeSpan.FromSeconds(2);

    // Nothing to answer, so nothing is computed; but a server that wants a key says so first.
    private const string Nothing = """{"model":"","messages":[],"max_tokens":1}""";
    private volatile Uri _base = address.Bases[0];
    private volatile bool _admitted;
    private volatile int _slots;
    private volatile bool _isLlamaCpp;
    private ImmutableDictionary<string, bool> _continues = ImmutableDictionary<string, bool>.Empty;

    /// <summary>Where its endpoints begin, as far as is known.</summary>
    public Uri Base => _base;

    /// <summary>Answers that it writes at once, as llama.cpp tells; null when the server does not say.</summary>
    public int? Slots => _slots is > 0 and var slots ? slots : null;

    /// <summary>It refused a request for want of a key: that is looked at again.</summary>
    public void WasRefused() => _admitted = false;

    /// <summary>Its models.</summary>
    /// <exception cref="EngineStatusException">Also: it lists models, but wants a key for using them.</exception>
    public async Task<ImmutableArray<OpenAiModel>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var list = await FindAsync(cancellationToken);
            var (more, denied) = await MoreAsync(cancellationToken);
            if (denied || !_admitted)
            {
                await CheckAccessAsync(cancellationToken);
            }

            return await WithContinuationAsync([.. OpenAiModel.Read(list.RootElement).Select(m => more(m))], list.RootElement, cancellationToken);
        }
        catch
        {
            // The next that answers here may be another one.
            (_admitted, _continues) = (false, ImmutableDictionary<string, bool>.Empty);
            throw;
        }
    }

    // Of an address that could be meant in several ways, the one that has a list is it.
    private async Task<JsonDocument> FindAsync(CancellationToken cancellationToken)
    {
        Exception? first = null;
        foreach (var candidate in address.Bases.OrderBy(b => b != _base))
        {
            try
            {
                var list = await http.GetJsonAsync(address.Endpoint(candidate, "models"), cancellationToken);
                _base = candidate;
                return list;
            }
            catch (Exception e) when (e is JsonException or EngineStatusException { Status: HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed })
            {
                first ??= e;
            }
        }

        throw first!;
    }

    // LM Studio at /api/v0/models, llama.cpp at /props; other servers have neither, which is no fault.
    private async Task<(Func<OpenAiModel, OpenAiModel> More, bool Denied)> MoreAsync(CancellationToken cancellationToken)
    {
        var denied = false;
        (_slots, _isLlamaCpp) = (0, false);
        if (await TryAsync("../api/v0/models") is { } studio)
        {
            using (studio)
            {
                var models = Safely(() => OpenAiModel.Read(studio.RootElement).DistinctBy(m => m.Id).ToDictionary(m => m.Id));
                return (m => models?.GetValueOrDefault(m.Id) is { } told ? m with { ContextTokens = told.ContextTokens ?? m.ContextTokens, Generates = told.Generates, IsLoaded = told.IsLoaded } : m, denied);
            }
        }

        if (await TryAsync("../props") is { } props)
        {
            using (props)
            {
                var llama = LlamaCppProps.Read(props.RootElement);
                (_slots, _isLlamaCpp) = (llama.Slots ?? 0, true);
                return (m => m with { ContextTokens = llama.ContextTokens ?? m.ContextTokens, Generates = llama.ContextTokens is not null || m.Generates, IsLoaded = m.IsLoaded ?? llama.IsLoaded }, denied);
            }
        }

        return (m => m, denied);

        async Task<JsonDocument?> TryAsync(string path)
        {
            try
            {
                return await http.GetJsonAsync(address.Endpoint(_base, path), cancellationToken);
            }
            catch (Exception e) when (EngineErrors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
            {
                denied |= e is EngineStatusException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden };
                return null;
            }
        }

        static T? Safely<T>(Func<T> read)
            where T : class
        {
            try
            {
                return read();
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    // Seen once a model while the server is up: what it shows comes from its template and its options. All of it has a moment only, so that a server that hangs at this is not taken to be down;
    // what was not seen in it is looked at next time.
    private async Task<ImmutableArray<OpenAiModel>> WithContinuationAsync(ImmutableArray<OpenAiModel> models, JsonElement list, CancellationToken cancellationToken)
    {
        var vllm = list.At("data").Items().Where(m => m.At("owned_by").Text() == "vllm").Select(m => m.At("id").Text()).ToHashSet();
        var seen = new List<OpenAiModel>(models.Length);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AccessWithin);
        foreach (var model in models)
        {
            if (model.Generates && (_isLlamaCpp || vllm.Contains(model.Id)) && model.IsLoaded != false)
            {
                if (!_continues.TryGetValue(model.Id, out var continues) && !limit.IsCancellationRequested)
                {
                    continues = await ServerContinuation.IsKnownAsync(http, model.Id, vllm.Contains(model.Id), path => address.Endpoint(_base, path), limit.Token);
                    cancellationToken.ThrowIfCancellationRequested();
                    _continues = _continues.SetItem(model.Id, continues);
                }

                seen.Add(model with { Continues = continues });
                continue;
            }

            seen.Add(model);
        }

        return [.. seen];
    }

    private async Task CheckAccessAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AccessWithin);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address.Endpoint(_base, "chat/completions")) { Content = new StringContent(Nothing, Encoding.UTF8, "application/json") };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (EngineStatusException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw;
        }
        catch (Exception e) when (EngineErrors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            // It had something to say about the request, or no time for it: it let us in.
        }

        _admitted = true;
    }
}
