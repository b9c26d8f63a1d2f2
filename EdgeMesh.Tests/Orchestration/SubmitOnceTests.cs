using System.Net;
using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Tests.Fakes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>A submission that is sent again because its answer was not heard stays one job.</summary>
public sealed class SubmitOnceTests
{
    private const string Body = """{"kind":"echo","text":"once","options":{"count":1}}""";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Again_IsTheSameJob_AnotherRequestIsA409_AnotherCallerIsAnother()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        var first = await PostAsync(mesh.Client, Body, "key-1");
        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal(first.Id, (await PostAsync(mesh.Client, "{ \"text\":\"once\", \"options\":{\"count\":1}, \"kind\":\"echo\" }", "key-1")).Id);
        Assert.NotEqual(first.Id, (await PostAsync(mesh.Client, Body, "key-2")).Id);
        Assert.NotEqual(first.Id, (await PostAsync(mesh.Client, Body, null)).Id);

        var other = await PostAsync(mesh.Client, Body.Replace("once", "twice", StringComparison.Ordinal), "key-1");
        Assert.Equal((HttpStatusCode.Conflict, "idempotency_key_reused"), (other.Status, other.Code));

        var made = JsonSerializer.Deserialize<JsonElement>(await (await mesh.Client.PostAsync(
            new Uri("/api/keys", UriKind.Relative), new StringContent("{\"name\":\"second\"}", Encoding.UTF8, "application/json"), Test)).Content.ReadAsStringAsync(Test));
        using var second = mesh.NewClient(made.GetProperty("secret").GetString());
        Assert.NotEqual(first.Id, (await PostAsync(second, Body, "key-1")).Id);
        Assert.Equal(4, (await mesh.Jobs.ListAsync(JobQuery.First(50), Test)).Items.Length);
    }

    [Fact]
    public async Task WhileNothingCanBeWritten_ItIsStillTheSameJob()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        var first = await PostAsync(mesh.Client, Body, "key-1");
        await mesh.EndedAsync(new JobId(first.Id!));

        await using var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(mesh.Data, "edgemesh.db")};Pooling=False");
        await other.OpenAsync(Test);
        await using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync(Test);

        var again = await PostAsync(mesh.Client, Body, "key-1");
        Assert.Equal((HttpStatusCode.Accepted, first.Id), (again.Status, again.Id));
    }

    [Fact]
    public async Task AtTheSameTime_IsOneJob()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => PostAsync(mesh.Client, Body, "same")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        Assert.Single(answers.Select(a => a.Id).Distinct());
        Assert.Single((await mesh.Jobs.ListAsync(JobQuery.First(50), Test)).Items);
    }

    [Fact]
    public async Task AfterARestart_AndForADay_ItIsKept_NotLonger()
    {
        using EdgeMesh.Tests.Support.TemporaryDirectory directory = new();
        string id;
        await using (var mesh = await MeshHost.StartAsync(directory.Path))
        {
            await mesh.JoinAsync("One");
            id = (await PostAsync(mesh.Client, Body, "kept")).Id!;
        }

        await using var again = await MeshHost.StartAsync(directory.Path);
        Assert.Equal(id, (await PostAsync(again.Client, Body, "kept")).Id);

        await using (var db = await again.Services.GetRequiredService<IDbContextFactory<MeshDbContext>>().CreateDbContextAsync(Test))
        {
            await db.Set<SubmissionKeyRow>().ExecuteUpdateAsync(s => s.SetProperty(k => k.CreatedAtMs, k => k.CreatedAtMs - (24 * 3_600_000)), Test);
        }

        await again.JoinAsync("Two");
        Assert.NotEqual(id, (await PostAsync(again.Client, Body, "kept")).Id);
    }

    [Fact]
    public async Task Refused_KeepsNoKey()
    {
        await using var mesh = await MeshHost.StartAsync();
        var refused = await PostAsync(mesh.Client, Body, "early");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        await mesh.JoinAsync("One");
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(mesh.Client, Body, "early")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("tab\there")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Key_OfAnotherForm_IsA400(string key)
    {
        await using var host = await ApiFakesHost.StartAsync();
        var answer = await PostAsync(host.Client, Body, key);
        Assert.Equal((HttpStatusCode.BadRequest, "idempotency_key_invalid"), (answer.Status, answer.Code));
        Assert.Empty(host.Jobs.Submitted);
    }

    private static async Task<(HttpStatusCode Status, string? Id, string? Code)> PostAsync(HttpClient client, string body, string? key)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/jobs") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var answer = await client.SendAsync(request, Test);
        var json = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Test));
        return (answer.StatusCode, Text("id"), Text("code"));

        string? Text(string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
