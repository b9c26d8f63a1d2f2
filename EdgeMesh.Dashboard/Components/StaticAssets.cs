using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace EdgeMesh.Dashboard.Components;

/// <summary>Styles, scripts, fonts and pictures of <c>wwwroot-assets</c>, served compressed under <c>/assets</c> from the program's own folder; no login needed.</summary>
public static class StaticAssets
{
    /// <summary>Our style sheets in one file, in the order in which they build on each other: one request instead of fourteen.</summary>
    private const string AllStyles = "css/all.css";

    private const string Forever = "public, max-age=31536000, immutable";
    private static readonly string[] InOrder =
    [
        "fonts.css", "tokens.css", "app.css", "pages/shell.css", "pages/fleet.css", "pages/device.css", "pages/newjob.css", "pages/job.css", "pages/jobs.css", "pages/settings.css",
        "pages/models.css", "pages/qaihub.css", "pages/zoo.css", "pages/login.css",
    ];

    private static readonly PathString[] Folders = ["/assets", "/_content", "/_framework"];
    private static readonly string[] Compressed = ["text/css", "text/javascript", "image/svg+xml"];
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "assets");
    private static readonly ConcurrentDictionary<string, string> Urls = new();
    private static readonly Lazy<byte[]> Styles = new(JoinStyles);

    /// <summary>The URL, relative to the dashboard's own, of all style sheets in one.</summary>
    public static string StylesUrl => Url(AllStyles);

    /// <summary>
    /// The URL of an asset (<c>js/shell.js</c>), relative to the dashboard's own, with its content's hash as version, so that browsers may keep it for good.
    /// </summary>
    public static string Url(string path) => Urls.GetOrAdd(path, static p =>
        $"assets/{p}?v={Convert.ToHexStringLower(SHA256.HashData(p == AllStyles ? Styles.Value : File.ReadAllBytes(Path.Combine(Root, p))))[..12]}");

    internal static void AddAssets(this IServiceCollection services)
    {
        services.AddResponseCompression(o =>
        {
            // Over TLS too: these files hold no secret.
            o.EnableForHttps = true;
            o.MimeTypes = Compressed;
        });
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Optimal);
    }

    internal static void UseAssets(this IApplicationBuilder app)
    {
        // Files of packages are compressed when they are published, not in a build: a program that runs from its build compresses them itself.
        app.UseWhen(context => Array.Exists(Folders, f => context.Request.Path.StartsWithSegments(f)), assets => assets.UseResponseCompression());
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/assets"), assets =>
        {
            assets.Use((context, next) => context.Request.Path == $"/assets/{AllStyles}" && HttpMethods.IsGet(context.Request.Method) ? WriteStylesAsync(context) : next(context));
            assets.UseStaticFiles(new StaticFileOptions
            {
                RequestPath = "/assets",
                FileProvider = new PhysicalFileProvider(Root),
                OnPrepareResponse = file => file.Context.Response.Headers[HeaderNames.CacheControl] = Lasts(file.Context.Request),
            });
        });
    }

    private static Task WriteStylesAsync(HttpContext context)
    {
        context.Response.ContentType = "text/css; charset=utf-8";
        context.Response.Headers[HeaderNames.CacheControl] = Lasts(context.Request);
        return context.Response.Body.WriteAsync(Styles.Value, context.RequestAborted).AsTask();
    }

    private static byte[] JoinStyles()
    {
        var folder = Path.Combine(Root, "css");
        var pages = Directory.EnumerateFiles(Path.Combine(folder, "pages"), "*.css").Select(f => "pages/" + Path.GetFileName(f)).Except(InOrder).Order(StringComparer.Ordinal);
        return Encoding.UTF8.GetBytes(string.Join('\n', InOrder.Concat(pages).Select(f => File.ReadAllText(Path.Combine(folder, f)))));
    }

    private static string Lasts(HttpRequest request)
    {
        if (request.Query.ContainsKey("v"))
        {
            return Forever;
        }

        // Style sheets name fonts without a version, and a font never changes under its name.
        return request.Path.Value!.EndsWith(".woff2", StringComparison.Ordinal) ? "public, max-age=604800" : "no-cache";
    }
}
