using System.Text.Json.Serialization;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Dashboard.Models;

/// <summary>A model to bring to devices.</summary>
/// <param name="Devices">Where to. With more than one the first fetches it, and the others get it from there.</param>
/// <param name="Source">Where from.</param>
/// <param name="Id">Its name in the mesh; null names it after the source.</param>
/// <param name="Skills">What it can be asked for; empty goes by the devices' rules.</param>
/// <param name="EvenIfMemoryIsShort">A person has read the estimate and wants it all the same.</param>
public sealed record ModelOrder(ImmutableArray<DeviceId> Devices, ModelSource Source, string? Id = null, ImmutableArray<Skill> Skills = default, bool EvenIfMemoryIsShort = false);

/// <summary>Where a model comes from.</summary>
[JsonDerivedType(typeof(HuggingFace), "huggingface")]
[JsonDerivedType(typeof(Url), "url")]
[JsonDerivedType(typeof(Folder), "folder")]
[JsonDerivedType(typeof(Device), "device")]
[JsonDerivedType(typeof(Upload), "upload")]
[JsonDerivedType(typeof(Artifact), "artifact")]
[JsonDerivedType(typeof(Ollama), "ollama")]
public abstract record ModelSource
{
    private ModelSource()
    {
    }

    /// <summary>For people; never with a secret in it.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>Whether something in it is used once and never written down: an access token, a signed link.</summary>
    [JsonIgnore]
    public virtual bool HoldsSecret => false;

    /// <summary>A Hugging Face repository, or one of a host that speaks the same protocol.</summary>
    public sealed record HuggingFace(string Repository, string? Revision, ImmutableArray<string> Files, string? Token, string? Host) : ModelSource
    {
        public override string Name => Revision is null ? Repository : $"{Repository}@{Revision}";

        public override bool HoldsSecret => Token is not null;

        public override string ToString() => Name;
    }

    /// <summary>A file or archive at an address.</summary>
    /// <param name="Kind">What it is, where that is known; else the names of its files tell it.</param>
    public sealed record Url(string Address, string? Sha256, string? Token, ArtifactKind? Kind = null) : ModelSource
    {
        // Query and user info may be secrets (signed links).
        public override bool HoldsSecret => Token is not null || !Uri.TryCreate(Address, UriKind.Absolute, out var uri) || uri.Query.Length + uri.UserInfo.Length > 0;

        public override string Name => Uri.TryCreate(Address, UriKind.Absolute, out var uri) ? uri.GetComponents(UriComponents.Scheme | UriComponents.HostAndPort | UriComponents.Path, UriFormat.UriEscaped) : "an address";

        public override string ToString() => Name;
    }

    /// <summary>A folder on the device itself.</summary>
    public sealed record Folder(string Path) : ModelSource
    {
        public override string Name => Path;
    }

    /// <summary>Another device of the mesh, over the links.</summary>
    public sealed record Device(DeviceId From, string Model) : ModelSource
    {
        public override string Name => $"device {From.Short}";
    }

    /// <summary>Files that were uploaded to the dashboard.</summary>
    public sealed record Upload(string Id) : ModelSource
    {
        public override string Name => "upload";
    }

    /// <summary>A compiled model of AI Hub, a file on the dashboard's disk that was checked against its hash.</summary>
    /// <param name="Path">Where it is; it stays there until the transfers have ended.</param>
    /// <param name="File">Its name, hash and length; an archive is unpacked on the device.</param>
    public sealed record Artifact(string Path, ModelFileInfo File, ArtifactKind Kind, HubOrigin Origin) : ModelSource
    {
        public override string Name => Origin.ToString();
    }

    /// <summary>Ollama on the device gets it by itself.</summary>
    public sealed record Ollama(string Model) : ModelSource
    {
        public override string Name => "Ollama";
    }
}
