using System.Net;
using System.Text.RegularExpressions;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Api;

/// <summary>The OpenAPI document and the page that shows it.</summary>
public sealed partial class DescriptionTests
{
    [Fact]
    public async Task Document_HasEveryRouteWithWordsAndProblems()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var (answer, document) = await host.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var paths = document.GetProperty("paths").EnumerateObject().Where(path => path.Name is not ("/" or "/login")).ToList(); // those two are the fakes' own
        var described = paths.SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}")).ToHashSet();
        var mapped = host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal) || e.RoutePattern.RawText is "/healthz" or "/readyz")
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {Constraint().Replace(e.RoutePattern.RawText!, "}").TrimEnd('/')}"))
            .ToHashSet();
        Assert.Equal(mapped.Order(), described.Order());
        Assert.Contains("POST /api/jobs", described);
        Assert.All(paths.SelectMany(p => p.Value.EnumerateObject()), o =>
        {
            Assert.NotEmpty(o.Value.GetProperty("summary").GetString()!);
            Assert.NotEmpty(o.Value.GetProperty("description").GetString()!);
        });
        var request = document.GetProperty("components").GetProperty("schemas").GetProperty("JobRequest");
        Assert.Equal(["kind", "text", "policy", "deviceId", "model", "maxWorkers", "options", "fileName"], request.GetProperty("properties").EnumerateObject().Select(p => p.Name));
        Assert.Equal(["summarize", "chat", "code", "image", "sysinfo", "echo", "onnx"], request.GetProperty("properties").GetProperty("kind").GetProperty("enum").EnumerateArray().Select(k => k.GetString()));
    }

    [Fact]
    public async Task Page_LoadsNothingFromAnotherHost()
    {
        await using var host = await ApiFakesHost.StartAsync();
        using var answer = await host.Client.GetAsync(new Uri("/scalar", UriKind.Relative), TestContext.Current.CancellationToken);
        var path = answer.StatusCode == HttpStatusCode.OK ? "/scalar" : answer.Headers.Location!.ToString();
        using var page = await host.Client.GetAsync(new Uri(path, UriKind.RelativeOrAbsolute), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var loads = Loads().Matches(html).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(loads);
        Assert.DoesNotContain(loads, url => url.Contains("//", StringComparison.Ordinal));
        Assert.Contains("nonce-", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var script in Scripts().Matches(html).Select(m => m.Groups[1].Value).Where(s => s.Length > 0))
        {
            var address = new Uri(new Uri(host.Address, path.TrimEnd('/') + "/"), script);
            using var loaded = await host.Client.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.True(loaded.StatusCode == HttpStatusCode.OK || (await host.Client.GetAsync(new Uri(host.Address, script), TestContext.Current.CancellationToken)).IsSuccessStatusCode, script);
        }
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Loads();

    [GeneratedRegex("<script[^>]* src=\"([^\"]*)\"")]
    private static partial Regex Scripts();

    [GeneratedRegex(":[a-z]+}")]
    private static partial Regex Constraint();
}
