using System.Text.Json;

namespace EdgeMesh.QaiHub.Transfers;

/// <summary>
/// Where an upload is; enough to go on after a restart. Its addresses let anyone send to them while they are valid, so keep it as safe as a token;
/// <see cref="ToString"/> leaves them out.
/// </summary>
/// <param name="ModelId">The model it belongs to.</param>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Modified">When it was last written; a file that changed cannot go on.</param>
/// <param name="UploadId">The storage's id of this upload.</param>
/// <param name="PartBytes">Bytes of every part but the last.</param>
/// <param name="Urls">One address for each part.</param>
/// <param name="ETags">One for each part; null while it was not sent. As the storage gave them, quotes and all.</param>
public sealed record UploadState(
    string ModelId, string Path, long Bytes, DateTimeOffset Modified, string UploadId, long PartBytes, ImmutableArray<string> Urls, ImmutableArray<string?> ETags)
{
    /// <summary>Parts that the storage has.</summary>
    public int PartsDone => ETags.Count(t => t is not null);

    /// <summary>Bytes that the storage has.</summary>
    public long BytesDone => ETags.Select((tag, part) => tag is null ? 0 : BytesOf(part)).Sum();

    /// <summary>The size of one part, from 0.</summary>
    public long BytesOf(int part) => Math.Min(PartBytes, Bytes - (part * PartBytes));

    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Null when the text is no state.</summary>
    public static UploadState? FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<UploadState>(json) is { Urls.IsDefault: false, ETags.IsDefault: false, PartBytes: > 0 } state && state.Urls.Length == state.ETags.Length ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => $"{ModelId}: {PartsDone} of {ETags.Length} parts of {Path}";
}

/// <summary>How far an upload is.</summary>
/// <param name="State">To keep for going on later.</param>
/// <param name="BytesSent">Of <paramref name="Bytes"/>, those in the part under way too.</param>
public sealed record UploadProgress(UploadState State, long BytesSent, long Bytes);
