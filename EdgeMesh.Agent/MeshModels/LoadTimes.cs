using System.Text.Json;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Models.Store;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>What loading each model took the last time, in <c>load-times.json</c> of the store's folder. Only a help: a file that cannot be used is as none.</summary>
internal sealed class LoadTimes(ModelStore store)
{
    private readonly Lock _gate = new();

    private string File => Path.Combine(store.Layout.Root, "load-times.json");

    /// <summary>Milliseconds by model id.</summary>
    public ImmutableDictionary<string, double> Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, double>>(System.IO.File.ReadAllBytes(File))?.ToImmutableDictionary(StringComparer.Ordinal) ?? Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return Empty;
        }
    }

    /// <summary>Those of models that are still here.</summary>
    public void Write(ImmutableDictionary<string, double> times)
    {
        var known = store.Models.Select(m => m.Id).Concat(BuiltInModels.All.Select(m => m.Id)).ToHashSet(StringComparer.Ordinal);
        try
        {
            lock (_gate)
            {
                Disk.WriteAtomically(store.Layout.NewStaging(), File, JsonSerializer.SerializeToUtf8Bytes(times.Where(t => known.Contains(t.Key)).ToDictionary()));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is measured again at the next load.
        }
    }

    private static ImmutableDictionary<string, double> Empty => ImmutableDictionary<string, double>.Empty;
}
