using EdgeMesh.Dashboard.Models;

namespace EdgeMesh.Dashboard.Features.Models;

/// <summary>Where a person gets a model from.</summary>
public enum SourceKind
{
    HuggingFace,
    Url,
    Upload,
    Folder,
    Device,
    Ollama,
}

/// <summary>What the form holds. Every field keeps its value while another source is looked at.</summary>
public sealed class GetModelForm
{
    /// <summary>Files of one upload.</summary>
    public const int MostFiles = 200;

    public SourceKind Kind { get; set; }

    public string Repository { get; set; } = "";

    public string Files { get; set; } = "";

    public string Token { get; set; } = "";

    public string Url { get; set; } = "";

    public string Sha256 { get; set; } = "";

    public string Path { get; set; } = "";

    public string From { get; set; } = "";

    public string Ollama { get; set; } = "";

    public ModelUpload? Upload { get; set; }

    public bool EvenIfMemoryIsShort { get; set; }

    public List<DeviceId> Devices { get; } = [];

    /// <summary>A model on a device as a choice of the form.</summary>
    public static string Offer(DeviceId device, string model) => $"{device.Value}/{model}";

    /// <summary>The order it stands for; null while something is missing.</summary>
    public ModelOrder? Order(ImmutableDictionary<DeviceId, DeviceModels> stores)
    {
        ArgumentNullException.ThrowIfNull(stores);
        ModelSource? source = Kind switch
        {
            SourceKind.HuggingFace when Repository.Length > 0 => new ModelSource.HuggingFace(Repository, null, [.. Files.Split(' ', StringSplitOptions.RemoveEmptyEntries)], OrNull(Token), null),
            SourceKind.Url when Url.Length > 0 => new ModelSource.Url(Url, OrNull(Sha256), null),
            SourceKind.Upload when Upload is { } upload => new ModelSource.Upload(upload.Id),
            SourceKind.Folder when Path.Length > 0 => new ModelSource.Folder(Path),
            SourceKind.Device when From.Split('/', 2) is [var device, var model] && stores.Keys.Any(d => d.Value == device) => new ModelSource.Device(new DeviceId(device), model),
            SourceKind.Ollama when Ollama.Length > 0 => new ModelSource.Ollama(Ollama),
            _ => null,
        };
        return source is null || Devices.Count == 0 ? null : new ModelOrder([.. Devices], source, null, [], EvenIfMemoryIsShort);
    }

    /// <summary>It is on its way: what should not be kept is forgotten. An upload stays, to be installed again should this fail.</summary>
    public void Sent() => (Token, EvenIfMemoryIsShort) = ("", false);

    /// <summary>The upload is there no more, as it was installed or forgotten.</summary>
    public void UploadIsGone() => Upload = null;

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
