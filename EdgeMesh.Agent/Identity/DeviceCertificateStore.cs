using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Agent.Identity;

/// <summary>
/// The meshes this device belongs to, one file each in the data directory: in <c>meshes/</c> those of the network, in <c>local/</c> those of this very
/// computer, of which only the orchestrator's key is known. A device may serve several.
/// </summary>
public sealed class DeviceCertificateStore(string dataDirectory)
{
    private readonly string _folder = Path.Combine(dataDirectory, "meshes");
    private readonly string _local = Path.Combine(dataDirectory, "local");

    /// <summary>All, the one that changed last first. A file that cannot be read is left out: joining again replaces it.</summary>
    public ImmutableArray<MeshMembership> All() => Directory.Exists(_folder)
        ? [.. new DirectoryInfo(_folder).EnumerateFiles("*.json").OrderByDescending(f => f.LastWriteTimeUtc).Select(f => Read(f.FullName)).OfType<MeshMembership>()]
        : [];

    public MeshMembership? Find(string orchestratorId) => Read(PathOf(_folder, orchestratorId, ".json"));

    /// <summary>Whether this device joined the orchestrator with this key, over the network or on this computer; false for what is no id.</summary>
    public bool HasJoined(string orchestratorId) => IsId(orchestratorId) && (Find(orchestratorId) is not null || File.Exists(PathOf(_local, orchestratorId, "")));

    /// <summary>Keeps the key of an orchestrator on this computer, and where it was.</summary>
    public void SaveLocal(string orchestratorId, Uri address)
    {
        OwnerOnlyFile.CreateDirectory(_local);
        OwnerOnlyFile.Write(PathOf(_local, orchestratorId, ""), address.GetLeftPart(UriPartial.Authority));
    }

    public void Save(MeshMembership membership)
    {
        OwnerOnlyFile.CreateDirectory(_folder);
        OwnerOnlyFile.Write(PathOf(_folder, membership.OrchestratorId, ".json"), JsonSerializer.Serialize(membership, EnrolmentJson.Default.MeshMembership));
    }

    /// <summary>Leaves a mesh, as far as this device is concerned.</summary>
    public bool Remove(string orchestratorId)
    {
        var path = PathOf(_folder, orchestratorId, ".json");
        var was = File.Exists(path);
        File.Delete(path);
        return was;
    }

    private static MeshMembership? Read(string path)
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize(File.ReadAllText(path), EnrolmentJson.Default.MeshMembership)
                is { OrchestratorId.Length: > 0, Authorities.IsDefaultOrEmpty: false, Certificate.Length: > 0, Addresses.IsDefault: false } read ? read : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsId(string orchestratorId) => Base32.IsValid(orchestratorId) && orchestratorId.Length == DeviceId.Length;

    // An orchestrator's id is base32; whatever else a peer says never becomes a path.
    private static string PathOf(string folder, string orchestratorId, string ending) => IsId(orchestratorId)
        ? Path.Combine(folder, orchestratorId + ending)
        : throw new ArgumentException("This is not an orchestrator's id.", nameof(orchestratorId));
}

/// <summary>Made at build time, so that a trimmed agent has it too.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(MeshMembership))]
internal sealed partial class EnrolmentJson : JsonSerializerContext;
