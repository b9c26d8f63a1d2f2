using Scalar.AspNetCore;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Headers that keep a page to itself: nothing is loaded from, sent to, or framed by another host.</summary>
internal static class SecurityHeaders
{
    /// <summary>Of a file that a job made: whatever it is, a browser runs nothing in it.</summary>
    private const string Sandbox = "default-src 'none'; sandbox; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        // A browser that was told so once speaks TLS to every port of that name: only for names that were given to this dashboard, never for localhost
        // or an address.
        var own = app.ApplicationServices.GetRequiredService<OwnNames>();
        app.Use((context, next) => AddAsync(context, next, own));
    }

    private static Task AddAsync(HttpContext context, RequestDelegate next, OwnNames own)
    {
        var headers = context.Response.Headers;
        if (context.Request.IsHttps && own.Has(context.Request.Host.Host))
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        headers.XContentTypeOptions = "nosniff";
        // Not no-referrer: browsers then send "Origin: null" with the dashboard's own forms.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        context.Response.OnStarting(() =>
        {
            // Nothing is kept by a browser but what says itself that it may be: fingerprinted files.
            if (headers.CacheControl.Count == 0)
            {
                headers.CacheControl = "no-store";
            }

            headers.ContentSecurityPolicy = Policy(context);
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>The API page is the only one with scripts in it; they carry a nonce of this very answer.</summary>
    private static string Policy(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Sandboxed>() is not null)
        {
            return Sandbox;
        }

        var nonce = context.Items[ScalarOptions.NonceHttpContextItemKey] is string value ? $" 'nonce-{value}'" : "";
        var socket = $"{(context.Request.IsHttps ? "wss" : "ws")}://{context.Request.Host}";
        return $"default-src 'self'; script-src 'self'{nonce}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
            $"connect-src 'self' {socket}; object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
    }
}

/// <summary>Marks an endpoint that answers with bytes of unknown making.</summary>
internal sealed class Sandboxed;
