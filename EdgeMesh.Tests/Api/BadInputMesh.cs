using System.Net;
using System.Text.Json;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Api;

/// <summary>A mesh with one device that works and one whose link is gone.</summary>
public sealed class BadInputMesh : IAsyncLifetime
{
    public MeshHost Mesh { get; private set; } = null!;

    public FakeDevice One { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:ReattachFor", "00:00:00"));
        One = await Mesh.JoinAsync("One");
        var gone = await Mesh.JoinAsync("Gone");
        await Mesh.Services.GetRequiredService<ILinkSink>().ClosedAsync(Mesh.Links.Find(gone.Id)!, "The connection closed.");
        await Support.Until.TrueAsync("it to be gone", () => Mesh.Fleet.Current.Find(gone.Id)!.State == DeviceState.Suspect);
    }

    public ValueTask DisposeAsync() => Mesh.DisposeAsync();

    public async Task AssertNothingIsStoredAsync() => Assert.Equal(0, await Mesh.SqlAsync("SELECT (SELECT COUNT(*) FROM Jobs) + (SELECT COUNT(*) FROM Journal)"));

    public static void AssertProblem(HttpResponseMessage answer, JsonElement problem, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.All((string[])["type", "title", "detail", "remedy"], name => Assert.NotEmpty(problem.GetProperty(name).GetString()!));
        Assert.DoesNotContain("   at ", problem.GetRawText(), StringComparison.Ordinal);
    }
}
