using System.Text.Json;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Access;

/// <summary>When a key was last used is told at once and stored soon, so that an owner finds the keys that nobody needs.</summary>
public sealed class KeyUseTests
{
    [Fact]
    public async Task LastUse_IsTold_AndStoredWithinAMinute_AndAtTheStop()
    {
        using TemporaryDirectory data = new();
        FakeTimeProvider time = new(Samples.Now);
        string id, secret;
        await using (var host = await ApiFakesHost.StartAsync(data.Path, time))
        {
            var made = await host.NewKeyAsync("laptop");
            (id, secret) = ($"{made.Id}", made.Secret);
            Assert.Equal(JsonValueKind.Null, (await LastUseAsync(host, id)).ValueKind);

            time.Advance(TimeSpan.FromHours(1));
            await UseAsync(host, secret);
            Assert.Equal(Samples.Now.AddHours(1), (await LastUseAsync(host, id)).GetDateTimeOffset());

            // Crashes happen: it is stored before the stop too.
            time.Advance(TimeSpan.FromMinutes(1));
            await using var db = await host.App.Services.GetRequiredService<IDbContextFactory<MeshDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
            await Until.TrueAsync("the use to be stored", () => Task.FromResult(db.Set<Dashboard.Access.ApiKeyRow>().AsNoTracking().Any(k => k.Id == made.Id && k.LastUsedAt != null)));

            time.Advance(TimeSpan.FromSeconds(1));
            await UseAsync(host, secret);
        }

        await using var again = await ApiFakesHost.StartAsync(data.Path, time);
        Assert.Equal(Samples.Now.AddHours(1).AddSeconds(61), (await LastUseAsync(again, id)).GetDateTimeOffset());
    }

    private static async Task UseAsync(ApiFakesHost host, string secret)
    {
        using var client = host.NewClient(secret);
        Assert.True((await host.SendAsync(HttpMethod.Get, "/api/devices", client: client)).Answer.IsSuccessStatusCode);
    }

    private static async Task<JsonElement> LastUseAsync(ApiFakesHost host, string id) =>
        (await host.SendAsync(HttpMethod.Get, "/api/keys")).Body.GetProperty("items").EnumerateArray().Single(k => k.GetProperty("id").GetString() == id).GetProperty("lastUsedAt");
}
