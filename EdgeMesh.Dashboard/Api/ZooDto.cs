using System.Text.Json.Serialization;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Zoo;

namespace EdgeMesh.Dashboard.Api;

/// <summary>The model zoo: what Qualcomm publishes about its compiled models.</summary>
/// <param name="Release">The release that the figures are of.</param>
public sealed record ZooDto(string Release, IReadOnlyList<ZooModelDto> Models);

/// <summary>A public model.</summary>
/// <param name="Licence">Of the model itself; null when the facts do not say.</param>
public sealed record ZooModelDto(string Id, string Name, string Task, string? Licence, IReadOnlyList<ZooBuildDto> Builds)
{
    internal static ZooModelDto From(ZooModel model, IModelZoo zoo, Func<ZooChip, ImmutableArray<HubMeshDevice>> mesh) =>
        new(model.Id, model.Name, model.Task, model.Licence, [.. model.Builds.Select(b => ZooBuildDto.From(b, zoo, mesh(b.Chip)))]);
}

/// <summary>A model, compiled one way, as it was measured on one chip.</summary>
/// <param name="Runtime">onnx, precompiled_qnn_onnx, qnn_context_binary, qnn_dlc, genie or tflite.</param>
/// <param name="Device">What was measured on.</param>
/// <param name="Parts">Milliseconds of each part; empty for text generation.</param>
/// <param name="Text">Speed of text generation; null for all others.</param>
/// <param name="Address">Where the file is, in the release of the figures; one file for all chips where the form is not for one chip.</param>
/// <param name="InMesh">Devices of the mesh with this chip.</param>
public sealed record ZooBuildDto(
    string Runtime, string Precision, string Chipset, string ChipName, string Device, IReadOnlyList<ZooPartDto> Parts, ZooTextDto? Text, string Address, IReadOnlyList<HubMeshDeviceDto> InMesh)
{
    internal static ZooBuildDto From(ZooBuild b, IModelZoo zoo, ImmutableArray<HubMeshDevice> mesh) => new(
        b.Runtime.Value, b.Precision, b.Chip.Chipset, b.Chip.Name, b.Chip.Device,
        [.. b.Parts.Select(p => new ZooPartDto(p.Name, p.Ms, p.PeakMb, p.NpuLayers, p.GpuLayers, p.CpuLayers, p.Job))],
        b.Text is { } t ? new ZooTextDto(t.Context, t.TokensPerSecond, t.FirstTokenMs.Short, t.FirstTokenMs.Whole) : null,
        zoo.AddressOf(b, ZooFacts.Release), [.. mesh.Select(m => new HubMeshDeviceDto(m.Id, m.Name))]);
}

/// <summary>One part of a model, measured.</summary>
/// <param name="Job">The service's profile job that measured it.</param>
public sealed record ZooPartDto(string Name, double Ms, int PeakMemoryMb, int NpuLayers, int GpuLayers, int CpuLayers, string Job);

/// <summary>Speed of text generation.</summary>
/// <param name="FirstTokenMs">For a text of up to 128 tokens.</param>
/// <param name="FirstTokenWholeContextMs">For a text that fills the context.</param>
public sealed record ZooTextDto(int Context, double TokensPerSecond, double FirstTokenMs, double FirstTokenWholeContextMs);

/// <summary>A build to fetch to devices.</summary>
/// <param name="Chipset">Of the build; may be left out where one file is for all chips.</param>
/// <param name="Release">Another release than that of the figures.</param>
/// <param name="Address">The file's address, when it is known and another one.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ZooFetchDto(
    string? Runtime, string? Precision, IReadOnlyList<string>? DeviceIds, string? Chipset = null, string? Release = null, string? Address = null, bool EvenIfMemoryIsShort = false);
