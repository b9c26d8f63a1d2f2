using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>A text that breaks off on one device goes on at the next one, where that can, and is written anew where it cannot.</summary>
public sealed class ContinueTests
{
    private const string Begun = "Once upon a time there stood a mill by the river,";
    private const string Rest = " and its wheel turned day and night.";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TextThatBrokeOff_SameModelElsewhere_GoesOnWhereItWas()
    {
        await using var mesh = await StartAsync();
        var (first, second, id) = await BrokenOffAsync(mesh, Begun + " ");

        // What the first one says when nobody waits for it any more changes nothing.
        first.Runs.Single().Text("and then it burned down.").Succeed();
        var run = second.Runs.Single();
        run.Started().Text(" and its ").Text("wheel turned day and night.");
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: Begun + Rest }]);
        await mesh.LinkAsync(first, true, Engine());
        run.Succeed();

        var job = await mesh.EndedAsync(id);
        Assert.Equal((JobState.Succeeded, Begun + Rest), (job.State, job.Result!.Text));
        Assert.Equal(Begun, run.Request.SoFar);
        var task = job.Tasks[0];
        Assert.Equal(new Seam(1, Begun.Length), task.Current!.Seam);
        Assert.Equal([(first.Id, 0), (second.Id, Begun.Length)], Seams.Parts(task, task.Current).Select(p => (p.DeviceId, p.FromOffset)));
        Assert.Contains($"It goes on with the {Begun.Length} characters that {first.Name} wrote.", task.Current.PlacementReason, StringComparison.Ordinal);
        var told = (await mesh.Journal.ReadAsync(id, 0, Test)).Select(e => e.Event).OfType<OutputAppended>().Where(e => e.Number == 2).ToList();
        Assert.Equal(Begun.Length, told[0].Offset);
        Assert.Equal(Rest, string.Concat(told.Select(e => e.Text)));
    }

    [Fact]
    public async Task ReceiptInTheApi_NamesWhoWroteWhat()
    {
        await using var mesh = await StartAsync();
        var (first, second, id) = await BrokenOffAsync(mesh, Begun);
        second.Runs.Single().Started().Text(Rest).Succeed();
        await mesh.EndedAsync(id);

        var attempts = (await mesh.GetAsync($"/api/jobs/{id}")).GetProperty("tasks")[0].GetProperty("attempts");

        Assert.Equal(
            [$"{first.Id} 0", $"{second.Id} {Begun.Length}"],
            attempts[1].GetProperty("receipt").GetProperty("seams").EnumerateArray().Select(s => $"{s.GetProperty("device").GetString()} {s.GetProperty("fromOffset")}"));
    }

    [Fact]
    public async Task PredictionOfTheRest_IsShorterThanOfTheWhole()
    {
        await using var mesh = await StartAsync();
        var whole = string.Concat(Enumerable.Repeat("The wheel turns and the miller counts. ", 25));
        var (_, _, id) = await BrokenOffAsync(mesh, whole);

        var attempts = (await mesh.Jobs.GetAsync(id, Test))!.Tasks[0].Attempts;

        Assert.True(attempts[1].Predicted.WorkP50Ms < attempts[0].Predicted.WorkP50Ms, $"{attempts[1].Predicted} is no less than {attempts[0].Predicted}");
    }

    [Fact]
    public async Task GoingOn_ItsLinkBreaksToo_IsHeardFromItsOwnPlace()
    {
        await using var mesh = await StartAsync();
        var (_, second, id) = await BrokenOffAsync(mesh, Begun);
        var run = second.Runs.Single().Started().Text(" and its ");
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: Begun + " and its " }]);

        await mesh.CutAsync(second);
        run.Text("wheel turned ");
        await mesh.LinkAsync(second, true, Engine());
        run.Text("day and night.").Succeed();

        Assert.Equal(Begun + Rest, (await mesh.EndedAsync(id)).Result!.Text);
        Assert.Equal(" and its ".Length, Assert.Single(second.Attached).Text);
    }

    [Fact]
    public async Task GoingOn_TheDashboardStartsAnew_GoesOnFromTheJournal()
    {
        using TemporaryDirectory data = new();
        var mesh = await StartAsync(data.Path);
        var (_, second, id) = await BrokenOffAsync(mesh, Begun);
        var run = second.Runs.Single().Started().Text(" and its ");
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: Begun + " and its " }]);
        await mesh.DisposeAsync();

        await using var next = await StartAsync(data.Path);
        await next.LinkAsync(second, true, Engine());
        run.Text("wheel turned day and night.").Succeed();

        var job = await next.EndedAsync(id);
        Assert.Equal((Begun + Rest, 2), (job.Result!.Text, job.Tasks[0].Attempts.Length));
    }

    [Fact]
    public async Task GoingOn_LostBeforeItBegan_TheNextGoesOnWithTheSameText()
    {
        await using var mesh = await StartAsync();
        var (_, second, id) = await BrokenOffAsync(mesh, Begun);
        var third = await mesh.JoinAsync("Three", true, Engine());
        third.OnRun = _ => { };
        second.Runs.Single().Fail("NotReady", "The agent is being stopped.");

        await Until.TrueAsync("the third to be asked", () => third.Runs.Count == 1);
        third.Runs.Single().Started().Text(Rest).Succeed();

        var job = await mesh.EndedAsync(id);
        Assert.Equal((Begun, Begun + Rest), (third.Runs.Single().Request.SoFar, job.Result!.Text));
        Assert.Equal([0, Begun.Length], Seams.Parts(job.Tasks[0], job.Tasks[0].Current!).Select(p => p.FromOffset));
    }

    [Theory]
    [InlineData(false, 3_000_000_000, 8_192, Begun)] // an agent that does not say that it can: also every older one
    [InlineData(true, 4_000_000_000, 8_192, Begun)] // another quantisation under one name
    [InlineData(true, 3_000_000_000, 64, "")] // no room for prompt and text together (the text is filled up below)
    [InlineData(true, 3_000_000_000, 8_192, "Once upon a time")] // too little to be worth it
    public async Task TheNextCannot_ItStartsOver(bool continues, long bytes, int context, string text)
    {
        await using var mesh = await StartAsync();
        text = text.Length > 0 ? text : string.Concat(Enumerable.Repeat("The wheel turns. ", 30));
        var (_, second, id) = await BrokenOffAsync(mesh, text, Engine(continues, bytes, context));

        second.Runs.Single().Started().Text("Anew.").Succeed();

        var job = await mesh.EndedAsync(id);
        Assert.Equal(("", "Anew."), (second.Runs.Single().Request.SoFar, job.Result!.Text));
        Assert.Null(job.Tasks[0].Current!.Seam);
    }

    [Fact]
    public async Task EngineThatCannotAfterAll_IsGivenItFromTheStartOnce()
    {
        await using var mesh = await StartAsync();
        var (_, second, id) = await BrokenOffAsync(mesh, Begun);
        second.OnRun = run => run.Started().Text("Anew, from the start.").Succeed();
        second.Runs.Single().Started().Fail("CannotContinue", "The engine refused it.");

        var job = await mesh.EndedAsync(id);
        Assert.Equal((JobState.Succeeded, "Anew, from the start."), (job.State, job.Result!.Text));
        Assert.Equal([Begun, ""], second.Runs.Select(r => r.Request.SoFar));
    }

    /// <summary>An engine that comes up may say so before it says what it can: the only device that is left is waited for.</summary>
    [Fact]
    public async Task EngineThatCannotAfterAllAndIsDownForAMoment_IsWaitedFor()
    {
        await using var mesh = await StartAsync();
        var (_, second, id) = await BrokenOffAsync(mesh, Begun);
        await TellAsync(RuntimeState.Down);
        second.OnRun = run => run.Started().Text("Anew, from the start.").Succeed();
        second.Runs.Single().Started().Fail("CannotContinue", "The engine refused it.");
        Assert.False((await mesh.JobAsync(id, v => v.Tasks[0].Attempts is [_, { State: AttemptState.Failed }])).IsFinished);

        await TellAsync(RuntimeState.Ready);
        Assert.Equal("Anew, from the start.", (await mesh.EndedAsync(id)).Result!.Text);

        Task TellAsync(RuntimeState state) => mesh.Services.GetRequiredService<ILinkSink>().BeatAsync(
            mesh.Links.Find(second.Id)!, Samples.Telemetry(), new RuntimeReport([Engine() with { State = state }], true, []), null);
    }

    [Fact]
    public async Task DeviceThatThinksInsteadOfGoingOn_IsStoppedAndStartsOver()
    {
        await using var mesh = await StartAsync();
        var (_, second, id) = await BrokenOffAsync(mesh, Begun);
        second.OnRun = run => run.Started().Text("Anew, from the start.").Succeed();
        second.Runs.Single().Started().Reasoning("The user wants a story.");

        var job = await mesh.EndedAsync(id);
        Assert.Equal("Anew, from the start.", job.Result!.Text);
        Assert.Equal(ReasonCode.CannotContinue, job.Tasks[0].Attempts[1].Reason);
    }

    [Fact]
    public async Task EngineError_MakesItsTextSuspect_AndItStartsOver()
    {
        await using var mesh = await StartAsync();
        var (one, two) = (await mesh.JoinAsync("One", true, Engine()), await mesh.JoinAsync("Two", true, Engine()));
        one.OnRun = two.OnRun = run => _ = run.Request.Attempt == 1 ? Failed(run) : run.Started().Text("Anew.");

        var id = await mesh.SubmitAsync(Chat());
        await Until.TrueAsync("the second to be asked", () => one.Runs.Count + two.Runs.Count == 2);
        var second = one.Runs.Concat(two.Runs).Single(r => r.Request.Attempt == 2);
        second.Succeed();

        Assert.Equal(("", "Anew."), (second.Request.SoFar, (await mesh.EndedAsync(id)).Result!.Text));

        static FakeRun Failed(FakeRun run)
        {
            run.Started().Text(Begun).Fail("EngineError", "CUDA error: an illegal memory access was encountered.");
            return run;
        }
    }

    [Fact]
    public async Task AgentThatDiedUnderIt_GoesOnOnTheSameDevice()
    {
        await using var mesh = await StartAsync();
        var one = await mesh.JoinAsync("One", true, Engine());
        one.OnRun = run => _ = run.Request.Attempt == 1 ? run.Started().Text(Begun) : run.Started().Text(Rest);
        var id = await mesh.SubmitAsync(Chat());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: Begun }]);

        await mesh.CutAsync(one);
        one.Restart();
        await mesh.LinkAsync(one, true, Engine());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Text: Begun + Rest }]);
        one.Runs.Last().Succeed();

        Assert.Equal(Begun + Rest, (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Thoughts_StayWithTheAnswerTheyLedTo()
    {
        await using var mesh = await StartAsync();
        var (_, second, id) = await BrokenOffAsync(mesh, Begun, thoughts: "A mill, a river, a tale.");
        second.Runs.Single().Started().Text(Rest).Succeed();

        var output = (await mesh.EndedAsync(id)).Tasks[0].Current!.Output;
        Assert.Equal(("A mill, a river, a tale.", Begun + Rest), (output.Reasoning.Text, output.Text));
    }

    [Fact]
    public async Task PartOfASummary_GoesOnToo_AndTheWholeIsCombined()
    {
        await using var mesh = await StartAsync();
        RuntimeInfo reader = new("reader", "Reader", RuntimeState.Ready, null, [new ModelInfo("reader", [Skill.Summarize], 1_000, 1_024, 4) { Continues = true }], [TaskKind.LlmGenerate], null);
        var (one, two) = (await mesh.JoinAsync("One", true, reader), await mesh.JoinAsync("Two", true, reader));
        one.OnRun = two.OnRun = run =>
        {
            if (run.Request is { TaskId: "t1", Attempt: 1 })
            {
                run.Started().Text(Begun).Fail("Lost", "The agent was stopped while it worked on this.");
            }
            else
            {
                run.Started().Text(run.Request.SoFar.Length > 0 ? Rest : $"[{run.Request.TaskId}]").Succeed();
            }
        };

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(text: string.Concat(Enumerable.Range(0, 100).Select(i => $"Sentence {i} tells of tides, mills and the moon. ")))));

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal((Begun + Rest, 1), (job.Tasks[0].Current!.Output.Text, job.Tasks[0].Current!.Seam?.Attempt));
        var combine = job.Tasks.First(t => t.Planned.Input.OutputsOf.Contains(job.Tasks[0].Id));
        Assert.StartsWith($"{Begun}{Rest}\n\n[", one.Runs.Concat(two.Runs).Single(r => r.Request.TaskId == combine.Id.Value).Request.Text, StringComparison.Ordinal);
    }

    private static RuntimeInfo Engine(bool continues = true, long bytes = 3_000_000_000, int context = 8_192) => new(
        "ollama:127.0.0.1:11434", "Ollama", RuntimeState.Ready, null, [new ModelInfo("llama3.2:3b", [Skill.Chat], bytes, context, 3) { Continues = continues }], [TaskKind.LlmGenerate], null);

    // A device that is away is not waited for where another one can.
    private static Task<MeshHost> StartAsync(string? data = null) => MeshHost.StartAsync(data, ("EdgeMesh:Orchestrator:ReattachFor", "00:00:00.2"));

    private static JobRequest Chat() => Samples.Request(JobKind.Chat, "Tell me a tale.");

    // One device has begun and is gone; the other one has the order and has not said anything yet.
    private static async Task<(FakeDevice First, FakeDevice Second, JobId Job)> BrokenOffAsync(MeshHost mesh, string text, RuntimeInfo? next = null, string? thoughts = null)
    {
        var one = await mesh.JoinAsync("One", true, Engine());
        one.OnRun = run =>
        {
            run.Started();
            _ = thoughts is null ? run : run.Reasoning(thoughts);
            run.Text(text);
        };
        var id = await mesh.SubmitAsync(Chat());
        await mesh.JobAsync(id, v => v.Tasks is [{ Current.Output.Length: var length }] && length == text.Length);
        var two = await mesh.JoinAsync("Two", true, next ?? Engine());
        two.OnRun = _ => { };
        await mesh.CutAsync(one);
        await Until.TrueAsync("the other one to be asked", () => two.Runs.Count == 1);
        return (one, two, id);
    }
}
