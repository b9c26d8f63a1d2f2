using System.Text.Json.Serialization;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Models;

namespace EdgeMesh.Dashboard.Api;

/// <summary>How the connection is.</summary>
/// <param name="Source">service, emulator or unknown; only service is Qualcomm's.</param>
public sealed record HubStatusDto(string Source, bool Connected, string? User, IReadOnlyList<HubCheckDto> Checks)
{
    internal static HubStatusDto From(HubConnection c) => new(
        HubJobDto.SourceOf(c.Status.Source), c.Status.Connected, c.Status.User?.Name, [.. c.Status.Checks.Select(x => new HubCheckDto(x.Name, x.Ok, x.Detail, x.Remedy, x.Skipped))]);
}

/// <summary>One check of the doctor.</summary>
/// <param name="Skipped">Not looked at, as one before it failed.</param>
public sealed record HubCheckDto(string Name, bool Ok, string Detail, string? Remedy, bool Skipped);

/// <summary>The settings, without the token.</summary>
/// <param name="Token">Its last characters; null when there is none.</param>
/// <param name="TokenFrom">Where it was found.</param>
public sealed record HubSettingsDto(string Host, string? Token, string TokenFrom, bool Emulated, IReadOnlyList<string> Looked)
{
    internal static HubSettingsDto From(HubSettings s) => new(s.Host, s.TokenHint, s.TokenFrom, s.Emulated, s.Looked);
}

/// <summary>A change of the settings; null leaves as it is, an empty string removes.</summary>
/// <param name="Host">Another one than before needs its token in the same request.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HubSettingsWishDto(string? Host = null, string? Token = null)
{
    public override string ToString() => $"host {Host}";
}

/// <summary>A device of the catalogue.</summary>
/// <param name="Os">Version of the system.</param>
/// <param name="InMesh">Devices of the mesh with this chipset.</param>
public sealed record HubDeviceDto(
    string Name, string Os, string? System, string? Vendor, string Soc, IReadOnlyList<string> Chipsets, string? Format, string? Hexagon, IReadOnlyList<string> Frameworks, bool Fp16, bool WeightSharing,
    IReadOnlyList<string> Attributes, IReadOnlyList<HubMeshDeviceDto> InMesh)
{
    internal static HubDeviceDto From(HubDevice d, ImmutableArray<HubMeshDevice> mesh) => new(
        d.Name, d.Os, d.OsFamily, d.Vendor, d.SocDescription, d.Chipsets, d.Format, d.Hexagon, d.Frameworks, d.SupportsFp16, d.SupportsWeightSharing, d.Attributes,
        [.. mesh.Select(m => new HubMeshDeviceDto(m.Id, m.Name))]);
}

/// <summary>A device of the mesh.</summary>
public sealed record HubMeshDeviceDto(DeviceId Id, string Name);

/// <summary>A model of the service.</summary>
/// <param name="Producer">The job that made it; null when it was uploaded.</param>
/// <param name="Source">service, emulator or unknown: who said so.</param>
public sealed record HubModelDto(string Id, string Name, string Type, DateTimeOffset? CreatedAt, string? Producer, bool Uploaded, string Source)
{
    internal static HubModelDto From(HubModel m) => new(m.Id, m.Name, m.Type.ToString(), m.Created, m.Producer, m.Uploaded, HubJobDto.SourceOf(m.Source));
}

/// <summary>Sends an upload to the service.</summary>
/// <param name="Name">The model's name there; null takes the file's.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HubSendDto(string? Upload, string? Name = null);

/// <summary>A file on its way.</summary>
/// <param name="Direction">Upload or Download.</param>
/// <param name="State">Running, Succeeded or Failed.</param>
public sealed record HubTransferDto(
    string Id, string Direction, string About, string State, long Bytes, long? TotalBytes, string? ModelId, bool CanResume, Problem? Error, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    internal static HubTransferDto From(HubTransfer t) => new(
        t.Id, t.Direction.ToString(), t.About, !t.IsOver ? "Running" : t.Problem is null ? "Succeeded" : "Failed", t.Bytes, t.TotalBytes, t.ModelId, t.CanResume, t.Problem, t.StartedAt, t.EndedAt);
}

/// <summary>A device of the mesh as a place for a result.</summary>
/// <param name="Fits">It may be put there.</param>
/// <param name="Runs">An engine there runs it; else it is only kept.</param>
public sealed record HubPlaceDto(DeviceId DeviceId, string DeviceName, bool Online, bool Fits, bool Runs, string Reason)
{
    internal static HubPlaceDto From(ArtifactPlace p) => new(p.Device, p.Name, p.Online, p.Fit.Fits, p.Fit.Runs, p.Fit.Why);
}

/// <summary>Where a result should go.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HubDeployDto(IReadOnlyList<string>? DeviceIds);
