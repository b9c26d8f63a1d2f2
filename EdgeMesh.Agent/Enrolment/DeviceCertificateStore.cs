using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Agent.Hosting;

namespace EdgeMesh.Agent.Enrolment;

/// <summary>The meshes this device belongs to, one file each in <c>meshes/</c> of the data directory: a device may serve several.</summary>
public sealed class DeviceCertificateStore(string dataDirectory)
{
    private readonly string _folder = Path.Combine(dataDirectory, "meshes");

    /// <summary>All, the one that changed last first. A file that cannot be read is left out: joining again replaces it.</summary>
    public ImmutableArray<MeshMembership> All() => Directory.Exists(_folder)
        ? [.. new DirectoryInfo(_folder).EnumerateFiles("*.json").OrderByDescending(f => f.LastWriteTimeUtc).Select(f => Read(f.FullName)).OfType<MeshMembership>()]
        : [];

    public MeshMembership? Find(string orchestratorId) => Read(PathOf(orchestratorId));

    public void Save(MeshMembership membership)
    {
        OwnerOnlyFile.CreateDirectory(_folder);
        OwnerOnlyFile.Write(PathOf(membership.OrchestratorId), JsonSerializer.Serialize(membership, EnrolmentJson.Default.MeshMembership));
    }

    /// <summary>Leaves a mesh, as far as this device is concerned.</summary>
    public bool Remove(string orchestratorId)
    {
        var path = PathOf(orchestratorId);
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

    // An orchestrator's id is base32; whatever else a peer says never becomes a path.
    private string PathOf(string orchestratorId) => Base32.IsValid(orchestratorId) && orchestratorId.Length == DeviceId.Length
        ? Path.Combine(_folder, orchestratorId + ".json")
        : throw new ArgumentException("This is not an orchestrator's id.", nameof(orchestratorId));
}

/// <summary>Made at build time, so that a trimmed agent has it too.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(MeshMembership))]
internal sealed partial class EnrolmentJson : JsonSerializerContext;
