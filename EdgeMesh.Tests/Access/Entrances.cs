using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace EdgeMesh.Tests.Access;

/// <summary>Every way in over HTTP, asked as a stranger would.</summary>
internal static class Entrances
{
    /// <summary>What is open on purpose, by its route; whatever is not here must refuse strangers.</summary>
    private static readonly string[] Open =
    [
        "/healthz", "/readyz", "/login", "/agent/link", "/agent/enrol", "/ca.crt", "/join.sh", "/join.ps1", "/download/agent/{rid}", "/download/agent/{rid}/sha256",
        "/scalar/scalar.js", "/scalar/scalar.aspnetcore.js", "/scalar/favicon.svg",
    ];

    /// <summary>What a stranger claims to be, hoping that somebody believes it.</summary>
    private static readonly (string Name, string Value)[] Forged =
    [
        ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "localhost"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=127.0.0.1;host=localhost;proto=https"),
        ("X-Real-IP", "127.0.0.1"), ("X-Forwarded-User", "admin"), ("X-Remote-User", "admin"), ("X-Original-URL", "/healthz"),
    ];

    /// <summary>Each entrance that lets a stranger in and should not, or is open without being on the list; empty when all is well.</summary>
    public static async Task<IReadOnlyList<string>> LetInAsync(EndpointDataSource source, HttpClient stranger, CancellationToken cancellationToken)
    {
        var endpoints = source.Endpoints.OfType<RouteEndpoint>().Where(e => !IsAsset(e)).ToList();
        List<string> wrong = [.. endpoints.Where(IsOpen).Select(e => e.RoutePattern.RawText!.TrimEnd('/')).Distinct().Except(Open).Select(r => $"{r} is open to everybody")];
        foreach (var endpoint in endpoints.Where(e => !IsOpen(e)))
        {
            var path = "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(Text))));
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"])
            {
                foreach (var forged in (bool[])[false, true])
                {
                    if (await AskAsync(stranger, method, path, forged, cancellationToken) is { } answer)
                    {
                        wrong.Add($"{method} {path} answered {(int)answer}{(forged ? " to forged headers" : "")}");
                    }
                }
            }
        }

        return wrong;
    }

    /// <summary>How many entrances there are, so that a check of nothing does not pass.</summary>
    public static int Count(EndpointDataSource source) => source.Endpoints.OfType<RouteEndpoint>().Count(e => !IsAsset(e) && !IsOpen(e));

    /// <summary>The status, when it is not a refusal.</summary>
    private static async Task<HttpStatusCode?> AskAsync(HttpClient stranger, string method, string path, bool forged, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        foreach (var (name, value) in forged ? Forged : [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await stranger.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var refused = answer.StatusCode == HttpStatusCode.Unauthorized ||
            (answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.ToString().StartsWith("/login", StringComparison.Ordinal));
        return refused ? null : answer.StatusCode;
    }

    private static bool IsOpen(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static bool IsAsset(RouteEndpoint endpoint) => endpoint.Metadata.Any(m => m.GetType().Name.Contains("StaticAsset", StringComparison.Ordinal));

    private static string Text(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart { ParameterPolicies: [{ Content: "guid" }] } => Guid.Empty.ToString(),
        _ => "x",
    };
}
