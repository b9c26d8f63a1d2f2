using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Objects;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary><c>models/</c>: create, upload in parts or in one piece, list, get, download.</summary>
internal static class ModelsApi
{
    public static void MapModels(this RouteGroupBuilder api)
    {
        var models = api.MapGroup("/models");
        models.MapPost("/", CreateAsync);
        models.MapGet("/", List);
        models.MapGet("/{id}/", (string id, EmulatorState state) => ProtobufBody.Of(state.Models.Required(id).Wire));
        models.MapPatch("/{id}/", ChangeAsync);
        models.MapGet("/{id}/multipart_upload/", BeginParts);
        models.MapPost("/{id}/multipart_upload/", CompletePartsAsync);
        models.MapGet("/{id}/upload_url/", BeginForm);
        models.MapGet("/{id}/download/", (string id, EmulatorState state, PresignedUrls urls) => Downloads.Of(state.Models.Required(id).Asset, id, urls));
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, EmulatorState state, EmulatorOptions options)
    {
        var asked = await ProtobufBody.ReadAsync(request, Model.Parser);
        if (asked.ModelType is ModelType.Unspecified)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "A model needs its type.");
        }

        var now = options.Time.GetUtcNow();
        var model = new Model
        {
            ModelId = Ids.Model(),
            Owner = EmulatorState.Me,
            Name = Names.Checked(asked.Name, "Untitled"),
            ModelType = asked.ModelType,
            IsDirectory = asked.IsDirectory,
            FileUploadComplete = false,
            CreationTime = Timestamp.FromDateTimeOffset(now),
        };
        state.Models.Add(new ModelEntry(model, now));
        return Created.Of(model.ModelId, now);
    }

    private static IResult List(HttpRequest request, EmulatorState state)
    {
        string producer = request.Query["producer"].ToString();
        var all = state.Models.All.Where(m => producer.Length == 0 || m.Wire.ProducerId == producer).ToList();
        return ProtobufBody.Of(new ModelList { Models = { Page.Of(request).Take(all).Select(m => m.Wire) }, TotalQueryCount = (ulong)all.Count });
    }

    private static async Task<IResult> ChangeAsync(string id, HttpRequest request, EmulatorState state, EmulatorOptions options)
    {
        var asked = await ProtobufBody.ReadAsync(request, Model.Parser);
        var entry = state.Models.Required(id);
        if (asked.FileUploadComplete && entry.Asset is null)
        {
            entry = Keep(state, id, Downloads.Received(state, id));
        }

        if (asked.HasName)
        {
            state.Models.Change(id, m => m with { Wire = new Model(m.Wire) { Name = Names.Checked(asked.Name) } });
        }

        return Created.Of(id, options.Time.GetUtcNow());
    }

    private static IResult BeginParts(string id, HttpRequest request, EmulatorState state, PartUploads uploads)
    {
        RequireEmpty(state, id);
        return ProtobufBody.Of(uploads.Begin(id, Downloads.SizeAsked(request)));
    }

    private static IResult BeginForm(string id, HttpRequest request, EmulatorState state, FormUploads uploads)
    {
        RequireEmpty(state, id);
        return ProtobufBody.Of(uploads.Begin(id, Downloads.SizeAsked(request)));
    }

    private static async Task<IResult> CompletePartsAsync(string id, HttpRequest request, EmulatorState state, PartUploads uploads, EmulatorOptions options)
    {
        var done = await ProtobufBody.ReadAsync(request, FileMultipartUploadComplete.Parser);
        RequireEmpty(state, id);
        Keep(state, id, uploads.Complete(id, done));
        return Created.Of(id, options.Time.GetUtcNow());
    }

    private static void RequireEmpty(EmulatorState state, string id)
    {
        if (state.Models.Required(id).Asset is not null)
        {
            throw new Refusal(StatusCodes.Status409Conflict, "This model's file was uploaded already.");
        }
    }

    private static ModelEntry Keep(EmulatorState state, string id, Asset asset) => state.Models.Change(id, m => m with
    {
        Wire = new Model(m.Wire) { FileUploadComplete = true },
        Asset = asset with { FileName = m.Wire.Name + Extension(m.Wire) },
    });

    private static string Extension(Model model)
    {
        string extension = model.ModelType switch
        {
            ModelType.Onnx when model.IsDirectory => ".onnx.zip",
            ModelType.Onnx => ".onnx",
            ModelType.AimetOnnx => ".aimet.zip",
            ModelType.Tflite => ".tflite",
            ModelType.Torchscript => ".pt",
            ModelType.QnnDlc => ".dlc",
            ModelType.QnnContextBinary => ".bin",
            _ => model.IsDirectory ? ".zip" : "",
        };
        return model.Name.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? "" : extension;
    }
}
