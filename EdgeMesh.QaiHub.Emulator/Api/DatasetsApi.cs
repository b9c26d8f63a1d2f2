using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Objects;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary><c>datasets/</c>: create, upload in one piece, list, get, download.</summary>
internal static class DatasetsApi
{
    public static void MapDatasets(this RouteGroupBuilder api)
    {
        var datasets = api.MapGroup("/datasets");
        datasets.MapPost("/", CreateAsync);
        datasets.MapGet("/", List);
        datasets.MapGet("/{id}/", (string id, EmulatorState state) => ProtobufBody.Of(state.Datasets.Required(id).Wire));
        datasets.MapPatch("/{id}/", ChangeAsync);
        datasets.MapGet("/{id}/upload_url/", BeginForm);
        datasets.MapGet("/{id}/download_data/", (string id, EmulatorState state, PresignedUrls urls) => Downloads.Of(state.Datasets.Required(id).Asset, id, urls));
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, EmulatorState state, EmulatorOptions options)
    {
        var asked = await ProtobufBody.ReadAsync(request, Dataset.Parser);
        var now = options.Time.GetUtcNow();
        DateTimeOffset? expires = asked.Permanent ? null : now + EmulatorState.DatasetLife;
        var dataset = new Dataset
        {
            DatasetId = Ids.Dataset(),
            Owner = EmulatorState.Me,
            Name = Names.Checked(asked.Name, "Untitled"),
            CreationTime = Timestamp.FromDateTimeOffset(now),
            Permanent = asked.Permanent,
            FileUploadComplete = false,
        };
        if (expires is { } end)
        {
            dataset.ExpirationTime = Timestamp.FromDateTimeOffset(end);
        }

        state.Datasets.Add(new DatasetEntry(dataset, now));
        return Created.Of(dataset.DatasetId, now, expires);
    }

    private static IResult List(HttpRequest request, EmulatorState state)
    {
        var all = state.Datasets.All.ToList();
        return ProtobufBody.Of(new DatasetList { Datasets = { Page.Of(request).Take(all).Select(d => d.Wire) }, TotalQueryCount = (ulong)all.Count });
    }

    private static async Task<IResult> ChangeAsync(string id, HttpRequest request, EmulatorState state, EmulatorOptions options)
    {
        var asked = await ProtobufBody.ReadAsync(request, Dataset.Parser);
        var entry = state.Datasets.Required(id);
        if (asked.FileUploadComplete && entry.Asset is null)
        {
            var asset = Downloads.Received(state, id) with { FileName = $"dataset-{id}.h5" };
            state.Datasets.Change(id, d => d with { Wire = new Dataset(d.Wire) { FileUploadComplete = true }, Asset = asset });
        }

        if (asked.HasName)
        {
            state.Datasets.Change(id, d => d with { Wire = new Dataset(d.Wire) { Name = Names.Checked(asked.Name) } });
        }

        return Created.Of(id, options.Time.GetUtcNow());
    }

    private static IResult BeginForm(string id, HttpRequest request, EmulatorState state, FormUploads uploads) =>
        state.Datasets.Required(id).Asset is null
            ? ProtobufBody.Of(uploads.Begin(id, Downloads.SizeAsked(request)))
            : throw new Refusal(StatusCodes.Status409Conflict, "This data set's file was uploaded already.");
}
