using EdgeMesh.Core.Contracts;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Problems;
using Google.Protobuf;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary><c>/agent/enrol</c>: open to anybody by its policy; a device proves itself by what it sends. Small, few at a time, and not often.</summary>
internal static class EnrolmentEndpoints
{
    private const string ContentType = "application/x-protobuf";
    private const int LargestBody = 8 * 1024;

    public static void MapEnrolment(this WebApplication app)
    {
        var enrol = app.MapGroup("/agent/enrol").AllowAnonymous().ExcludeFromDescription().RequireRateLimiting(AccessSchemes.EnrolLimit);
        enrol.MapGet("", (HttpContext context, DeviceEnrolment desk) => WriteAsync(context, desk.Challenge()));
        enrol.MapPost("", EnrolAsync);
    }

    private static async Task EnrolAsync(HttpContext context, DeviceEnrolment desk)
    {
        if (await ReadAsync(context.Request) is not { } request)
        {
            await ProblemResults.WriteAsync(context, StatusCodes.Status400BadRequest, new Problem(
                "agents_only", "This address is for EdgeMesh agents.", "Agents send a small protobuf message here.", "Run edgemesh-agent join with a token from \"Add a device\"."));
            return;
        }

        await WriteAsync(context, await desk.EnrolAsync(request, context.Connection.RemoteIpAddress, context.RequestAborted));
    }

    private static async Task<EnrolRequest?> ReadAsync(HttpRequest request)
    {
        var body = new byte[LargestBody];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        try
        {
            return length < LargestBody && request.ContentType == ContentType ? EnrolRequest.Parser.ParseFrom(body, 0, length) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static Task WriteAsync(HttpContext context, IMessage message)
    {
        context.Response.ContentType = ContentType;
        return context.Response.Body.WriteAsync(message.ToByteArray(), context.RequestAborted).AsTask();
    }
}
