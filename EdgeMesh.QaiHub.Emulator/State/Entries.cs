using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>Something kept under an id.</summary>
internal interface IEntry
{
    string Id { get; }

    DateTimeOffset Created { get; }
}

/// <summary>A file of a model or data set: its name on disk, the name it is downloaded under, its size.</summary>
internal sealed record Asset(string Key, string FileName, long Bytes);

/// <summary>A model; <paramref name="Source"/> is the uploaded model that it was compiled, quantized or linked from.</summary>
internal sealed record ModelEntry(Model Wire, DateTimeOffset Created, Asset? Asset = null, string? Source = null) : IEntry
{
    public string Id => Wire.ModelId;

    public IReadOnlyList<string> SharedWith { get; init; } = [];
}

internal sealed record DatasetEntry(Dataset Wire, DateTimeOffset Created, Asset? Asset = null) : IEntry
{
    public string Id => Wire.DatasetId;

    public IReadOnlyList<string> SharedWith { get; init; } = [];
}

/// <summary>A job; a held one never leaves the state it is in, <paramref name="Fails"/> is the reason a test wants it to fail for.</summary>
internal sealed record JobEntry(Job Wire, string Id, DateTimeOffset Created, bool Held = false, string? Fails = null) : IEntry
{
    /// <summary>Done or failed: it will not change any more.</summary>
    public bool Ended { get; init; }

    public IReadOnlyList<string> SharedWith { get; init; } = [];
}

/// <summary>A multi-part upload under way: what came so far, by part number from 1.</summary>
internal sealed record UploadEntry(string Id, DateTimeOffset Created, string Model, long Bytes, long PartBytes) : IEntry
{
    public IReadOnlyDictionary<int, Part> Parts { get; init; } = new Dictionary<int, Part>();

    public int Count => (int)Math.Max(1, (Bytes + PartBytes - 1) / PartBytes);

    /// <summary>The file that the parts go into until all are there.</summary>
    public string AssetKey => Id + ".part";

    /// <summary>Bytes that have yet to come.</summary>
    public long Missing => Bytes - Parts.Values.Sum(p => p.Bytes);

    public long Offset(int part) => (part - 1) * PartBytes;

    /// <summary>How long a part must be.</summary>
    public long Length(int part) => Math.Min(PartBytes, Bytes - Offset(part));
}

/// <summary>A part that came: its ETag with the quotes, and its length.</summary>
internal sealed record Part(string ETag, long Bytes);
