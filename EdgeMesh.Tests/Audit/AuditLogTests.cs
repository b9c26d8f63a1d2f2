using System.Net;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Tests.Fakes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Audit;

/// <summary>Who did what is written once, in order, and a change of it shows.</summary>
public sealed class AuditLogTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_AreWrittenWithWhoAndWhereFrom_DoneOrRefused()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var (_, made) = await host.SendAsync(HttpMethod.Post, "/api/keys", new { name = "laptop\u202E", scopes = new[] { "run" } });
        using var session = await host.LoggedInAsync();
        await host.SendAsync(HttpMethod.Get, "/login?t=wrong", client: host.Anonymous);
        using var wrong = host.NewClient("em_wrong");
        await host.SendAsync(HttpMethod.Get, "/api/devices", client: wrong);
        await host.SendAsync(HttpMethod.Delete, $"/api/keys/{made.GetProperty("id").GetString()}");
        await host.SendAsync(HttpMethod.Delete, "/api/keys/00000000-0000-0000-0000-000000000000");

        var (_, page) = await host.SendAsync(HttpMethod.Get, "/api/audit");
        var lines = page.GetProperty("items").EnumerateArray()
            .Select(l => $"{l.GetProperty("actor")} {l.GetProperty("action")} {l.GetProperty("target")} {l.GetProperty("refusal")} {l.GetProperty("from")}").ToList();
        Assert.Equal(
            [
                "admin key.delete 00000000-0000-0000-0000-000000000000 There is no such key. this computer",
                "admin key.delete laptop  this computer",
                "nobody key.refused  This API key is not known. this computer",
                "nobody session.refused  This token or key is not known. this computer",
                "admin session.begin A program  this computer",
                "admin key.create laptop (run)  this computer",
            ],
            lines);
    }

    [Fact]
    public async Task Filters_AndPages_AndBadOnesAreA400()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var log = host.App.Services.GetRequiredService<IAudit>();
        for (var n = 0; n < 7; n++)
        {
            await log.AddAsync(Actor.Dashboard with { Name = n % 2 == 0 ? "even" : "odd" }, n < 5 ? AuditActions.DeviceDrain : AuditActions.DeviceForget, $"{n}");
        }

        Assert.Equal([6, 4, 2, 0], await TargetsAsync("actor=even"));
        Assert.Equal([6, 5], await TargetsAsync("action=device.forget"));
        var (_, first) = await host.SendAsync(HttpMethod.Get, "/api/audit?limit=3");
        Assert.Equal([3, 2, 1], await TargetsAsync($"limit=3&cursor={first.GetProperty("nextCursor").GetString()}"));
        foreach (var wrong in (string[])["from=yesterday", "action=nothing", "limit=0", "limit=201", "cursor=x"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Get, $"/api/audit?{wrong}")).Answer.StatusCode);
        }

        async Task<IEnumerable<int>> TargetsAsync(string query) =>
            (await host.SendAsync(HttpMethod.Get, $"/api/audit?{query}")).Body.GetProperty("items").EnumerateArray()
                .Select(l => int.Parse(l.GetProperty("target").GetString()!, System.Globalization.CultureInfo.InvariantCulture)).ToList();
    }

    [Theory]
    [InlineData("UPDATE Audit SET Target = 'innocent' WHERE Sequence = 3", 3)]
    [InlineData("UPDATE Audit SET \"From\" = 'elsewhere' WHERE Sequence = 2", 2)]
    [InlineData("DELETE FROM Audit WHERE Sequence = 3", 4)]
    [InlineData("UPDATE Audit SET Sequence = 9 WHERE Sequence = 5", 9)]
    public async Task Lines_ChangedBehindItsBack_Show(string sql, long brokenAt)
    {
        await using var host = await ApiFakesHost.StartAsync();
        var log = host.App.Services.GetRequiredService<IAudit>();
        for (var n = 0; n < 5; n++)
        {
            await log.AddAsync(Actor.Dashboard, AuditActions.DeviceDrain, $"Device {n}");
        }

        Assert.Equal(new AuditCheck(5, null), await log.CheckAsync(Test));
        await using SqliteConnection database = new($"Data Source={Path.Combine(host.Data, "edgemesh.db")};Pooling=False");
        await database.OpenAsync(Test);
        await using var command = database.CreateCommand();
#pragma warning disable CA2100 // The table above is all it ever runs.
        // Who can write the file can take its triggers away.
        command.CommandText = "DROP TRIGGER Audit_NoUpdate; DROP TRIGGER Audit_NoDelete; " + sql;
#pragma warning restore CA2100
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Test));
        Assert.Equal(brokenAt, (await log.CheckAsync(Test)).BrokenAt);
    }

    [Fact]
    public async Task Database_OfTheProduct_TakesNoChangeOfALine()
    {
        await using var mesh = await MeshHost.StartAsync();
        var log = mesh.Services.GetRequiredService<IAudit>();
        await log.AddAsync(Actor.Dashboard, AuditActions.DeviceDrain, "One");
        await Assert.ThrowsAnyAsync<SqliteException>(() => mesh.SqlAsync("UPDATE Audit SET Target = 'x'"));
        await Assert.ThrowsAnyAsync<SqliteException>(() => mesh.SqlAsync("DELETE FROM Audit"));
        Assert.Null((await log.CheckAsync(Test)).BrokenAt);
    }

    [Fact]
    public async Task Strangers_CannotFillIt()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var log = host.App.Services.GetRequiredService<IAudit>();
        for (var n = 0; n < 500; n++)
        {
            await log.AddAsync(Actor.Stranger(IPAddress.Parse("10.0.0.9")), AuditActions.SignInRefused, "", "No.");
        }

        Assert.InRange((await log.CheckAsync(Test)).Lines, 60, 120);
    }

    [Fact]
    public async Task ManyAtOnce_MakeOneChain()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var log = host.App.Services.GetRequiredService<IAudit>();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Task.Run(() => log.AddAsync(Actor.Dashboard, AuditActions.DeviceDrain, $"{n}"), Test)));
        Assert.Equal(new AuditCheck(50, null), await log.CheckAsync(Test));
    }

    [Fact]
    public void EveryAction_HasWords() => Assert.All(AuditActions.All, a => Assert.NotEqual(a, AuditActions.Words(a)));
}
