using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Objects;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary>What models and data sets have in common about their files.</summary>
internal static class Downloads
{
    /// <summary>Where a file is for a while; 404 before it was uploaded.</summary>
    public static IResult Of(Asset? asset, string id, PresignedUrls urls) => asset is null
        ? throw Refusal.NotFound()
        : ProtobufBody.Of(new FileDownloadURL { Url = urls.For("GET", $"files/{id}"), Filename = asset.FileName });

    public static long SizeAsked(HttpRequest request) =>
        long.TryParse(request.Query["file_size"].ToString(), out long bytes) ? bytes : -1;

    /// <summary>The file that a form brought; refused when none came.</summary>
    public static Asset Received(EmulatorState state, string id) => File.Exists(state.Assets.PathOf(id))
        ? new Asset(id, "", state.Assets.Length(id))
        : throw new Refusal(StatusCodes.Status400BadRequest, "No file was uploaded.");
}
