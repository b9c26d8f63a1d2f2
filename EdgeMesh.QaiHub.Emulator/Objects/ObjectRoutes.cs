using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.QaiHub.Emulator.Artifacts;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.State;
using Microsoft.Net.Http.Headers;

namespace EdgeMesh.QaiHub.Emulator.Objects;

/// <summary>What presigned URLs lead to. Like the real store, it refuses a token beside a signature.</summary>
internal static class ObjectRoutes
{
    public static void MapObjects(this IEndpointRouteBuilder routes)
    {
        var objects = routes.MapGroup("/objects");
        objects.AddEndpointFilter(async (call, next) =>
            call.HttpContext.Request.Headers.Authorization.Count == 0
                ? await next(call)
                : throw new StorageRefusal(400, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"));
        objects.MapPut("/models/{model}/{upload}/{part:int}", PutPartAsync);
        objects.MapPost("/", PostFormAsync);
        objects.MapGet("/files/{id}", GetFile);
        objects.MapGet("/logs/{job}/{type:int}", GetLog);
    }

    private static async Task<IResult> PutPartAsync(string model, string upload, int part, HttpContext context, PresignedUrls urls, PartUploads uploads)
    {
        Require(context.Request, urls, "PUT", $"models/{model}/{upload}/{part}");
        context.Response.Headers.ETag = await uploads.WriteAsync(upload, part, context.Request);
        return Results.Ok();
    }

    private static async Task<IResult> PostFormAsync(HttpContext context, FormUploads uploads)
    {
        await uploads.ReceiveAsync(context.Request);
        return Results.NoContent();
    }

    private static IResult GetFile(string id, HttpContext context, PresignedUrls urls, EmulatorState state)
    {
        Require(context.Request, urls, "GET", $"files/{id}");
        return (state.Models.Find(id)?.Asset ?? state.Datasets.Find(id)?.Asset) is { } asset
            ? Results.Stream(state.Assets.Open(asset.Key), "binary/octet-stream", asset.FileName, entityTag: Tag(asset), enableRangeProcessing: true)
            : throw new StorageRefusal(404, "NoSuchKey", "The specified key does not exist.");
    }

    private static IResult GetLog(string job, int type, HttpContext context, PresignedUrls urls, EmulatorState state)
    {
        Require(context.Request, urls, "GET", string.Create(CultureInfo.InvariantCulture, $"logs/{job}/{type}"));
        return state.Jobs.Find(job) is { } entry && RunLogs.Of(state, entry, type) is { } log
            ? Results.Bytes(Encoding.UTF8.GetBytes(log.Text), log.ContentType, log.FileName)
            : throw new StorageRefusal(404, "NoSuchKey", "The specified key does not exist.");
    }

    /// <summary>A file never changes once it is there, so its name stands for its content.</summary>
    private static EntityTagHeaderValue Tag(Asset asset) =>
        new($"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{asset.Key} {asset.Bytes}")))[..32]}\"");

    private static void Require(HttpRequest request, PresignedUrls urls, string method, string key) =>
        urls.Require(method, key, request.Query["Expires"].ToString(), request.Query["Signature"].ToString());
}
