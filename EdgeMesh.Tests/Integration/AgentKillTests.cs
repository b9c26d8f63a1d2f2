using System.Globalization;
using EdgeMesh.Agent.Tasks.Kept;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Grpc.Core;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Integration;

/// <summary>A real agent that is killed (SIGKILL) while it works.</summary>
public sealed class AgentKillTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_WhileItWorks_TheNextStartTellsTheEndOnceAndNoWorkerIsLeft()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var directory = new TemporaryDirectory();
        await using var orchestrator = await FakeOrchestrator.StartAsync();
        orchestrator.Secrets.Add("abcdefgh");
        await using var engine = await OpenAiTestServer.StartAsync(TimeSpan.FromMilliseconds(200));
        var openAi = new Uri(engine.Address, "v1").ToString();
        string heard;
        await using (var agent = AgentProcess.Start(orchestrator.Address, "abcdefgh", "North", directory["north"], openAi))
        {
            var link = await orchestrator.LinkAsync();
            Runtime? runtime = null;
            await Until.TrueAsync("the engine to be found", async () =>
                (runtime = (await link.GetProfileAsync(new ProfileRequest(), cancellationToken: Stop)).Runtimes.FirstOrDefault(r => r.Models.Any(m => m.Id == engine.Model))) is not null);
            var worker = 0;
            await Until.TrueAsync("a worker to run", () => (worker = ChildOf(agent.Id)) != 0);

            using var call = link.RunTask(
                new TaskRequest { JobId = "job", TaskId = "t1", Attempt = 1, Kind = TaskKindValue.LlmGenerate, RuntimeId = runtime!.Id, ModelId = engine.Model, Generate = new Generate { Messages = { new Message { Role = "user", Content = "Tides?" } } } }, cancellationToken: Stop);
            heard = await HearAsync(call, directory["north"]);
            await agent.KillAsync();
            await Until.TrueAsync("its worker to end", () => !IsAlive(worker));
        }

        await using var again = AgentProcess.Start(orchestrator.Address, null, "North", directory["north"], openAi);
        var after = await orchestrator.LinkAsync();
        using var rest = after.Attach(new AttachRequest { Attempt = Ref(), Text = heard.Length }, cancellationToken: Stop);
        var updates = await rest.ResponseStream.ReadAllAsync(Stop).SelectMany(f => f.Updates).ToListAsync(Stop);

        Assert.StartsWith(heard + string.Concat(updates.Select(u => u.Text)), OpenAiTestServer.Answer, StringComparison.Ordinal);
        Assert.Equal((nameof(ReasonCode.Lost), "The agent was restarted while it worked on this."), (updates[^1].Failure.Reason, updates[^1].Failure.Cause));
        await after.AcknowledgeAsync(new AcknowledgeRequest { Attempts = { Ref() } }, cancellationToken: Stop);
        Assert.Empty((await after.ListAttemptsAsync(new ListAttemptsRequest(), cancellationToken: Stop)).Attempts);
    }

    private static AttemptRef Ref() => new() { JobId = "job", TaskId = "t1", Attempt = 1 };

    // Until some of it is on the device's disk.
    private static async Task<string> HearAsync(AsyncServerStreamingCall<TaskFrame> call, string data)
    {
        var heard = "";
        List<TaskUpdate> updates = [];
        while (await call.ResponseStream.MoveNext(Stop))
        {
            updates.AddRange(call.ResponseStream.Current.Updates);
            heard = string.Concat(updates.Select(u => u.Text));
            if (Path.Combine(data, "attempts") is var folder && Directory.Exists(folder) && Directory.GetFiles(folder, "*" + AttemptFile.Extension) is [var file]
                && AttemptFile.Read(await File.ReadAllBytesAsync(file, Stop), TimeProvider.System) is var (_, run) && run.Read(0).Updates.Exists(u => u.HasText))
            {
                return heard;
            }
        }

        throw new InvalidOperationException($"It ended before anything of it was on disk: {string.Join(", ", updates)}");
    }

    private static int ChildOf(int parent) => Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .FirstOrDefault(id => id != 0 && Status(id) is { } status && status.ParentId == parent);

    private static bool IsAlive(int process) => Status(process) is { State: not 'Z' };

    // "1234 (name) S 1 …"; the name may have blanks and brackets.
    private static (char State, int ParentId)? Status(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
