using System.Text.Encodings.Web;
using Microsoft.Net.Http.Headers;

namespace EdgeMesh.Dashboard.Access;

/// <summary>
/// A tiny page that goes on to a local URL. Unlike a redirect it makes the next request come from this site, so that the
/// SameSite=Strict cookie is sent even when the first one was a link in a mail or a chat.
/// </summary>
internal static class RefreshPage
{
    /// <param name="path">A path of this dashboard, without the one it is shown under.</param>
    public static Task WriteAsync(HttpContext context, string path)
    {
        var shown = context.Request.PathBase.ToUriComponent();
        var target = HtmlEncoder.Default.Encode(shown + path);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        return context.Response.WriteAsync(
            $"""
            <!doctype html><html lang="en"><meta charset="utf-8"><title>EdgeMesh</title>
            <link rel="icon" type="image/svg+xml" href="{shown}/assets/img/favicon.svg"><meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="0;url={target}">
            <p><a href="{target}">Continue to EdgeMesh</a></p></html>
            """,
            context.RequestAborted);
    }
}
