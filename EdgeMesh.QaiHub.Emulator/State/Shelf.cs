using System.Collections.Immutable;
using System.Text.Json;
using EdgeMesh.QaiHub.Emulator.Http;

namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>Entries of one kind, in memory and as one small file each, so that they are there again after a restart.</summary>
internal sealed class Shelf<T>
    where T : class, IEntry
{
    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly string _what;
    private readonly int _most;
    private ImmutableDictionary<string, T> _entries;

    public Shelf(string folder, string what, int most)
    {
        (_folder, _what, _most) = (Directory.CreateDirectory(folder).FullName, what, most);
        _entries = Directory.EnumerateFiles(_folder, "*.json").Select(Read).OfType<T>().ToImmutableDictionary(e => e.Id);
    }

    /// <summary>In no order.</summary>
    public IEnumerable<T> Unordered => _entries.Values;

    /// <summary>Newest first.</summary>
    public IEnumerable<T> All => Unordered.OrderByDescending(e => e.Created).ThenBy(e => e.Id, StringComparer.Ordinal);

    public T? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>The entry, or 404.</summary>
    public T Required(string id) => Find(id) ?? throw Refusal.NotFound();

    /// <summary>Keeps a new entry; refused when the shelf is full.</summary>
    public T Add(T entry)
    {
        lock (_gate)
        {
            return _entries.Count < _most ? Keep(entry) : throw new Refusal(
                StatusCodes.Status409Conflict,
                $"This emulator keeps at most {_most} {_what}. Stop it and delete its folder to start anew.");
        }
    }

    /// <summary>Replaces an entry by what <paramref name="change"/> makes of it as it is now; messages in it must be cloned, never changed.</summary>
    public T Change(string id, Func<T, T> change)
    {
        lock (_gate)
        {
            return Keep(change(Required(id)));
        }
    }

    public void Remove(string id)
    {
        lock (_gate)
        {
            _entries = _entries.Remove(id);
            File.Delete(PathOf(id));
        }
    }

    private T Keep(T entry)
    {
        string path = PathOf(entry.Id);
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(entry, StateJson.Options));
        File.Move(path + ".new", path, overwrite: true);
        _entries = _entries.SetItem(entry.Id, entry);
        return entry;
    }

    private string PathOf(string id) => Path.Combine(_folder, id + ".json");

    /// <summary>A file that a crash or a newer build left unreadable is as if it were not there.</summary>
    private static T? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), StateJson.Options);
        }
        catch (Exception e) when (e is JsonException or FormatException or Google.Protobuf.InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
