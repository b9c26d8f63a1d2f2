using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>Styles, fonts and pictures of <c>wwwroot-assets</c>, served under <c>/assets</c> from the program's own folder; no login needed.</summary>
public static class StaticAssets
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "assets");
    private static readonly ConcurrentDictionary<string, string> Urls = new();

    /// <summary>The URL of an asset (<c>css/app.css</c>) with its content's hash as version, so that browsers may keep it for good.</summary>
    public static string Url(string path) => Urls.GetOrAdd(path, static p =>
        $"/assets/{p}?v={Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Root, p))))[..12]}");

    internal static void UseAssets(this IApplicationBuilder app) => app.UseStaticFiles(new StaticFileOptions
    {
        RequestPath = "/assets",
        FileProvider = new PhysicalFileProvider(Root),
        OnPrepareResponse = file => file.Context.Response.Headers[HeaderNames.CacheControl] = Lasts(file.Context.Request),
    });

    private static string Lasts(HttpRequest request)
    {
        if (request.Query.ContainsKey("v"))
        {
            return "public, max-age=31536000, immutable";
        }

        // Style sheets name fonts without a version, and a font never changes under its name.
        return request.Path.Value!.EndsWith(".woff2", StringComparison.Ordinal) ? "public, max-age=604800" : "no-cache";
    }
}
