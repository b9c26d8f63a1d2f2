using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Tests.Access;

/// <summary>What a browser says of where a request comes from, as it is and as proxies change it.</summary>
public sealed class OriginsTests
{
    [Theory]
    // A program: neither header.
    [InlineData("http", "localhost:8080", null, null, true)]
    // Our own page, as browsers send it.
    [InlineData("http", "localhost:8080", "http://localhost:8080", null, true)]
    [InlineData("http", "localhost:8080", "http://localhost:8080", "same-origin", true)]
    [InlineData("http", "localhost:8080", null, "same-origin", true)]
    [InlineData("http", "localhost:8080", null, "none", true)]
    // A form under a referrer policy that hides the origin.
    [InlineData("http", "localhost:8080", "null", "same-origin", true)]
    [InlineData("https", "192.168.1.9:8443", "null", "same-origin", true)]
    // A sandboxed frame, a file, another site: null without the browser's word.
    [InlineData("http", "localhost:8080", "null", null, false)]
    [InlineData("http", "localhost:8080", "null", "cross-site", false)]
    [InlineData("http", "localhost:8080", "null", "none", false)]
    // Other pages.
    [InlineData("http", "localhost:8080", "http://localhost:9999", null, false)]
    [InlineData("http", "localhost:8080", "http://localhost:9999", "same-site", false)]
    [InlineData("http", "localhost:8080", "https://localhost:8080", null, false)]
    [InlineData("http", "localhost:8080", "https://evil.example", "cross-site", false)]
    [InlineData("http", "localhost:8080", "mesh.example", null, false)]
    // A proxy that ends TLS, that sends its own address as Host, or the name without a port.
    [InlineData("http", "mesh.example", "https://mesh.example", null, true)]
    [InlineData("http", "127.0.0.1:8080", "https://mesh.example", null, true)]
    [InlineData("http", "127.0.0.1:8080", "https://MESH.example", null, true)]
    [InlineData("http", "mesh.example", "https://mesh.example:9443", "same-origin", true)]
    [InlineData("http", "other.example", "https://other.example:9443", null, true)]
    // Another port of a configured name is somebody else's page; so is another scheme.
    [InlineData("http", "mesh.example", "https://mesh.example:9443", null, false)]
    [InlineData("http", "mesh.example", "https://mesh.example:9443", "same-site", false)]
    [InlineData("http", "other.example", "https://other.example", null, false)]
    [InlineData("http", "mesh.example", "ftp://mesh.example", null, false)]
    [InlineData("http", "mesh.example", "https://mesh.example.evil.example", null, false)]
    public void IsOwn_IsTheBrowsersWordFirst_ThenTheOrigin(string scheme, string host, string? origin, string? site, bool own)
    {
        OwnNames names = new(Options.Create(new DashboardOptions { Hosts = ["mesh.example", "other.example:9443"] }));
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host) = (scheme, new HostString(host));
        if (origin is not null)
        {
            request.Headers.Origin = origin;
        }

        if (site is not null)
        {
            request.Headers["Sec-Fetch-Site"] = site;
        }

        Assert.Equal(own, Origins.IsOwn(request, names));
    }
}
