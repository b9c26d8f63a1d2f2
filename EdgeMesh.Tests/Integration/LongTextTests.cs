using System.Net;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>A real dashboard and real agents whose engine has a model with a small context.</summary>
public sealed class LongTextTests
{
    private const int Context = 1_024;

    [Fact]
    public async Task Summarize_LongerThanTheEnginesContext_IsSplitOverBothAgentsAndCombined()
    {
        using var directory = new TemporaryDirectory();
        await using var engine = await OpenAiTestServer.StartAsync();
        engine.ContextTokens = Context;
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var one = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], engine.Address.ToString());
        await using var two = await AgentProcess.JoinAsync(dashboard, "South", directory["south"], engine.Address.ToString());
        foreach (var name in (string[])["North", "South"])
        {
            // All of it: while a runtime of the device still starts, a job that nothing there can run waits for it instead of being refused.
            await dashboard.DeviceAsync(name, d => d.GetProperty("runtimes").EnumerateArray().All(r => r.GetProperty("state").GetString() == "Ready") &&
                d.GetProperty("runtimes").EnumerateArray().Any(r => r.GetProperty("models").EnumerateArray().Any(m => m.GetProperty("id").GetString() == engine.Model)));
        }

        var text = string.Concat(Enumerable.Range(0, 400).Select(i => $"Sentence {i} tells of tides, mills and the moon. "));
        var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "summarize", text, model = engine.Model }));

        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Equal(OpenAiTestServer.Answer, job.GetProperty("result").GetProperty("text").GetString());
        var tasks = job.GetProperty("tasks").EnumerateArray().ToList();
        Assert.True(tasks[^1].GetProperty("stage").GetInt32() > 0);
        Assert.Equal(
            ["North", "South"],
            tasks.Where(t => t.GetProperty("stage").GetInt32() == 0).Select(t => t.GetProperty("attempts")[0].GetProperty("deviceName").GetString()).Distinct().Order());

        var (status, refused) = await dashboard.PostAsync("/api/jobs", new { kind = "chat", text, model = engine.Model });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains($"{engine.Model} reads 1,024 tokens; this text is about ", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("Shorten the text", refused.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }
}
