using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>Jobs on a real llama.cpp, through a real dashboard and a real agent.</summary>
public sealed class LlamaCppJobTests(LlamaServer llama) : IClassFixture<LlamaServer>
{
    [Fact]
    public async Task Chat_OnLlamaCpp_StreamsGivesAReceiptAndCanBeCancelled()
    {
        var server = await llama.StartAsync(TimeSpan.FromMilliseconds(60));
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], server.ToString());
        await dashboard.DeviceAsync("North", d => d.GetProperty("runtimes").EnumerateArray().Any(r => r.GetProperty("models").EnumerateArray().Any(m => m.GetProperty("id").GetString() == LlamaServer.Model)));

        var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(Chat(12)));
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Equal(12, job.GetProperty("result").GetProperty("text").GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        var attempt = job.GetProperty("tasks")[0].GetProperty("attempts")[0];
        Assert.Equal(("North", LlamaServer.Model), (attempt.GetProperty("deviceName").GetString(), attempt.GetProperty("model").GetString()));
        Assert.Equal(12, attempt.GetProperty("receipt").GetProperty("outputTokens").GetInt32());

        var id = await dashboard.SubmitAsync(Chat(400));
        await StreamsAsync(dashboard, id);
        await dashboard.PostAsync($"/api/jobs/{id}/cancel");
        var cancelled = await dashboard.EndedAsync(id);
        Assert.Equal("Cancelled", cancelled.GetProperty("state").GetString());
        using var http = new HttpClient();
        await Until.TrueAsync(
            "llama.cpp to stop", async () => (await http.GetStringAsync(new Uri(server, "/slots"), TestContext.Current.CancellationToken)).Contains("\"is_processing\":false", StringComparison.Ordinal));
    }

    private static object Chat(int tokens) => new { kind = "chat", text = "What is a tide?", model = LlamaServer.Model, options = new { maxTokens = tokens, temperature = 0 } };

    /// <summary>Returns as soon as a word of the answer is told.</summary>
    private static async Task StreamsAsync(DashboardProcess dashboard, string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var events = new StreamReader(await dashboard.Client.GetStreamAsync(new Uri($"/api/jobs/{id}/events", UriKind.Relative), limit.Token));
        while (await events.ReadLineAsync(limit.Token) is { } line)
        {
            if (line == "event: OutputAppended")
            {
                return;
            }
        }

        Assert.Fail("The job ended without a word.");
    }
}
