using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Http;

namespace EdgeMesh.QaiHub.Emulator.Faults;

/// <summary>Carries out the fault that waits for a request, if one does.</summary>
internal sealed class FaultInjection(FaultBoard board, EmulatorOptions options)
{
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        bool admin = request.Path.StartsWithSegments(FaultsApi.Root);
        switch (admin ? null : board.TakeForRequest(request.Method, request.Path.Value!))
        {
            case null:
                await next(context);
                break;
            case { Kind: FaultKind.Status } fault:
                throw Refused(context, fault);
            case { Kind: FaultKind.Expired }:
                throw StorageRefusal.Expired();
            case { Kind: FaultKind.Redirect } fault:
                context.Response.Redirect(fault.Text ?? "https://elsewhere.invalid/");
                break;
            case { Kind: FaultKind.Slow } fault:
                await Task.Delay(fault.Delay, options.Time, context.RequestAborted);
                await next(context);
                break;
            case { Kind: FaultKind.ContentType } fault:
                context.Response.OnStarting(() =>
                {
                    context.Response.ContentType = fault.Text ?? "text/html";
                    return Task.CompletedTask;
                });
                await next(context);
                break;
            case { Kind: FaultKind.CutOffUpload } fault:
                await ReadAsync(request.Body, fault.AfterBytes, context.RequestAborted);
                context.Abort();
                break;
            case { Kind: FaultKind.CutOff } fault:
                context.Response.Body = new CutOffStream(context.Response.Body, fault.AfterBytes, context.Abort);
                await next(context);
                break;
            case { Kind: FaultKind.Truncated }:
                await TruncateAsync(context, next);
                break;
        }
    }

    private static Exception Refused(HttpContext context, Fault fault)
    {
        if (fault.RetryAfterSeconds is { } seconds)
        {
            // Errors clear the headers that were set before; this one belongs to the error.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.RetryAfter = $"{seconds}";
                return Task.CompletedTask;
            });
        }

        string text = fault.Text ?? $"Emulated fault: status {fault.Status}.";
        return context.Request.Path.StartsWithSegments("/objects")
            ? new StorageRefusal(fault.Status, StorageCode(fault.Status), text)
            : new Refusal(fault.Status, text);
    }

    private static string StorageCode(int status) => status switch
    {
        403 => "AccessDenied",
        404 => "NoSuchKey",
        500 => "InternalError",
        503 => "SlowDown",
        _ => "EmulatedFault",
    };

    private static async Task ReadAsync(Stream body, long bytes, CancellationToken cancel)
    {
        byte[] buffer = new byte[8192];
        while (bytes > 0 && await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(bytes, buffer.Length)), cancel) is > 0 and var read)
        {
            bytes -= read;
        }
    }

    private static async Task TruncateAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Response.Body;
        using var whole = new MemoryStream();
        context.Response.Body = whole;
        await next(context);
        context.Response.Body = body;
        int half = (int)whole.Length / 2;
        context.Response.ContentLength = half;
        await body.WriteAsync(whole.GetBuffer().AsMemory(0, half), context.RequestAborted);
    }
}
