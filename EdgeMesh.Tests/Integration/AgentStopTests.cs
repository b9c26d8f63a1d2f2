using System.Text.Json;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>A real agent that is stopped by the system (SIGTERM) while it works.</summary>
public sealed class AgentStopTests
{
    private const int Sigterm = 15;

    [Fact]
    public async Task Terminate_WhileItWorks_FinishesWithinTheLimitAndHandsTheRestBack()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var engine = await OpenAiTestServer.StartAsync(TimeSpan.FromMilliseconds(60));
        var openAi = new Uri(engine.Address, "v1").ToString();
        // Longer than the engine takes on any machine.
        await using (var agent = AgentProcess.Start(dashboard.Address, await dashboard.JoinTokenAsync(), "North", directory["north"], openAi, null, "--finish-within", "25"))
        {
            await dashboard.DeviceAsync("North", d => d.GetRawText().Contains(engine.Model, StringComparison.Ordinal));
            var id = await dashboard.SubmitAsync(new { kind = "chat", text = "Tides?" });
            await Until.TrueAsync("the engine to write", () => engine.Sent > 0);
            agent.Signal(Sigterm);

            Assert.Equal(0, await agent.ExitAsync(TimeSpan.FromSeconds(60)));
            var job = await dashboard.EndedAsync(id);
            Assert.Equal(("Succeeded", OpenAiTestServer.Answer), (job.GetProperty("state").GetString(), job.GetProperty("result").GetProperty("text").GetString()));
            Assert.Equal(1, Attempts(job).GetArrayLength());
        }

        await using var again = AgentProcess.Start(dashboard.Address, null, "North", directory["north"], openAi, null, "--finish-within", "0");
        await dashboard.DeviceAsync("North", d => d.GetProperty("state").GetString() == "Online" && d.GetRawText().Contains(engine.Model, StringComparison.Ordinal));
        var written = engine.Sent;
        var lost = await dashboard.SubmitAsync(new { kind = "chat", text = "Tides?" });
        await Until.TrueAsync("the engine to write", () => engine.Sent > written);
        again.Signal(Sigterm);

        Assert.Equal(0, await again.ExitAsync(TimeSpan.FromSeconds(20)));
        var first = "";
        await Until.TrueAsync("the first attempt to end", async () =>
        {
            var attempt = Attempts(await dashboard.GetAsync($"/api/jobs/{lost}"))[0];
            first = attempt.GetRawText();
            return attempt.GetProperty("error").ValueKind == JsonValueKind.Object;
        });
        Assert.Contains("lost", first, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("stopped while it worked on this", first, StringComparison.Ordinal);
    }

    private static JsonElement Attempts(JsonElement job) => job.GetProperty("tasks")[0].GetProperty("attempts");
}
