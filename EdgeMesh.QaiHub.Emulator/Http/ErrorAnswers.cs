using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>Turns what handlers throw into the answer that the service or its object store would give.</summary>
internal sealed partial class ErrorAnswers(ILogger logger)
{
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Refusal refusal) when (!context.Response.HasStarted)
        {
            await DetailAsync(context.Response, refusal.Status, refusal.Message);
        }
        catch (StorageRefusal refusal) when (!context.Response.HasStarted)
        {
            await StorageAsync(context.Response, refusal);
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            await DetailAsync(context.Response, bad.StatusCode, bad.Message);
        }
        catch (IOException) when (context.Features.Get<IHttpRequestLifetimeFeature>()?.RequestAborted.IsCancellationRequested == true)
        {
            // The client went away; nobody is left to answer.
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // As above.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            LogFailed(e, context.Request.Method, context.Request.Path);
            await DetailAsync(context.Response, StatusCodes.Status500InternalServerError, $"The emulator failed: {e.Message}");
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogFailed(Exception e, string method, PathString path);

    private static Task DetailAsync(HttpResponse response, int status, string detail)
    {
        Reset(response, status);
        response.ContentType = "application/json";
        return response.WriteAsync(JsonSerializer.Serialize(new { detail }), response.HttpContext.RequestAborted);
    }

    private static Task StorageAsync(HttpResponse response, StorageRefusal refusal)
    {
        Reset(response, refusal.Status);
        response.ContentType = "application/xml";
        var error = new XElement("Error", new XElement("Code", refusal.Code), new XElement("Message", refusal.Message));
        return response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{error.ToString(SaveOptions.DisableFormatting)}", response.HttpContext.RequestAborted);
    }

    private static void Reset(HttpResponse response, int status)
    {
        response.Clear();
        response.StatusCode = status;
    }
}
