using System.Text.Json;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Agent.Runtimes.Engines.Owners;

/// <summary>
/// What people said of engines on this device, kept in <c>engines.json</c>: which engine of which other user may get prompts, and which models EdgeMesh itself put into
/// an engine. Thread-safe.
/// </summary>
/// <param name="dataDirectory">Null: nothing is kept.</param>
public sealed class EngineBook(string? dataDirectory)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };
    private readonly Lock _gate = new();
    private readonly string? _file = dataDirectory is null ? null : Path.Combine(dataDirectory, "engines.json");
    private Kept? _kept;

    /// <summary>Whether this engine may get prompts while this user runs it.</summary>
    public bool IsAllowed(string runtime, int uid) => Read().Allowed.Contains(new Consent(runtime, uid));

    /// <summary>A person's word on that, yes or no.</summary>
    /// <exception cref="IOException">It could not be kept.</exception>
    public void Allow(string runtime, int uid, bool yes) => Change(k => k with { Allowed = With(k.Allowed, new Consent(runtime, uid), yes) });

    /// <summary>Whether EdgeMesh put this model into the engine.</summary>
    public bool WasPulled(string runtime, string model) => Read().Pulled.Contains(new Pull(runtime, model));

    /// <summary>It did, or it is gone.</summary>
    /// <exception cref="IOException">It could not be kept.</exception>
    public void Pulled(string runtime, string model, bool isThere) => Change(k => k with { Pulled = With(k.Pulled, new Pull(runtime, model), isThere) });

    private static ImmutableArray<T> With<T>(ImmutableArray<T> all, T one, bool isThere) => isThere ? all.Contains(one) ? all : all.Add(one) : all.Remove(one);

    private Kept Read()
    {
        lock (_gate)
        {
            return _kept ??= Load();
        }
    }

    private void Change(Func<Kept, Kept> change)
    {
        lock (_gate)
        {
            var now = change(_kept ??= Load());
            if (_file is not null)
            {
                OwnerOnlyFile.Write(_file, JsonSerializer.Serialize(now, Json));
            }

            _kept = now;
        }
    }

    // A file that nobody can read says yes to nothing.
    private Kept Load()
    {
        try
        {
            return _file is not null && File.Exists(_file) && JsonSerializer.Deserialize<Kept>(File.ReadAllText(_file), Json) is { Allowed.IsDefault: false, Pulled.IsDefault: false } kept ? kept : new Kept([], []);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return new Kept([], []);
        }
    }

    private sealed record Kept(ImmutableArray<Consent> Allowed, ImmutableArray<Pull> Pulled);

    private sealed record Consent(string Runtime, int Uid);

    private sealed record Pull(string Runtime, string Model);
}
