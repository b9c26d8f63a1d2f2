using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>Messages as request and answer bodies.</summary>
internal static class ProtobufBody
{
    public const string ContentType = "application/x-protobuf";

    /// <summary>Far above any message of the protocol; files go through presigned URLs.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Reads the body, or refuses it: 415 for another content type, 413 when too large, 400 when it is no such message.</summary>
    public static async Task<T> ReadAsync<T>(HttpRequest request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        if (request.ContentType != ContentType)
        {
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, $"Unsupported media type \"{request.ContentType}\" in request.");
        }

        if (request.ContentLength > MostBytes)
        {
            throw new Refusal(StatusCodes.Status413PayloadTooLarge, $"A request may have at most {MostBytes} bytes.");
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        try
        {
            return parser.ParseFrom(body.GetBuffer(), 0, (int)body.Length);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "The request body is not a valid message.");
        }
    }

    public static IResult Of(IMessage message) => new Answer(message);

    private sealed class Answer(IMessage message) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            byte[] bytes = message.ToByteArray();
            httpContext.Response.ContentType = ContentType;
            httpContext.Response.ContentLength = bytes.Length;
            return httpContext.Response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
        }
    }
}
