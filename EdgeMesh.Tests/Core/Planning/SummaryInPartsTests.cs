using CsCheck;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Planning;

/// <summary>Texts longer than the models' contexts.</summary>
public sealed class SummaryInPartsTests
{
    private static readonly Gen<(FleetSnapshot Fleet, JobRequest Request)> Cases =
        from contexts in Gen.OneOf(200, 256, 1_024, 4_096, 32_768).Array[1, 5]
        from queued in Gen.Double[0, 4_000].Array[5]
        from sentences in Gen.Int[50, 6_000]
        from workers in Gen.Int[0, 3]
        from wanted in Gen.Int[0, 12]
        from share in Gen.Bool
        let options = wanted == 0 ? new SummarizeOptions() : share ? new SummarizeOptions(Share: wanted / 20.0) : new SummarizeOptions(wanted)
        select (
            Any.FleetOf([.. contexts.Select((c, i) => Reader(i, c) with { Lanes = [Busy(queued[i])] })]),
            new JobRequest(JobKind.Summarize, Prose(sentences), JobPolicy.BestAvailable, null, null, workers == 0 ? null : workers, options));

    [Fact]
    public void Plan_LongText_EveryTaskFitsItsModelAndNothingIsLeftOut() => Cases.Sample(
        c =>
        {
            var result = Plan(c.Fleet, c.Request);
            if (result.Plan is not { } plan)
            {
                Assert.Contains(result.Devices, v => v.Filter == ContextFit.Word);
                return;
            }

            Assert.Equal(Enumerable.Range(1, plan.Tasks.Length), plan.Tasks.Select(t => t.Id.Number));
            Assert.Equal(plan.Tasks.Select(t => t.Id), plan.Placements.Select(p => p.Task));
            Assert.Equal(plan.Tasks.Select(t => t.Stage).Order(), plan.Tasks.Select(t => t.Stage));
            foreach (var (task, placement) in plan.Tasks.Zip(plan.Placements))
            {
                var model = c.Fleet.Find(placement.Device)!.Runtimes[0].Models[0];
                Assert.Null(ContextFit.Reject(model, task, Load(c.Request, plan, task)));
                Assert.NotEmpty(placement.Reason);
                Assert.True(placement.Predicted.P90Ms >= placement.Predicted.P50Ms && placement.Predicted.P50Ms > 0);
            }

            var parts = plan.Tasks.Where(t => t.Stage == 0).ToList();
            Assert.Equal(c.Request.Text, string.Concat(parts.Select(t => c.Request.Text.Substring(t.Input.Start, t.Input.Length ?? c.Request.Text.Length))));
            Assert.Single(plan.Tasks, t => t.Stage == plan.Stages - 1);
            for (var stage = 1; stage < plan.Stages; stage++)
            {
                // Each stage reads all that the stage before wrote, once and in order.
                Assert.Equal(plan.Tasks.Where(t => t.Stage == stage - 1).Select(t => t.Id), plan.Tasks.Where(t => t.Stage == stage).SelectMany(t => t.Input.OutputsOf));
            }

            Assert.True(plan.Placements.Select(p => p.Device).Distinct().Count() <= (c.Request.MaxWorkers ?? int.MaxValue));
            var slowest = plan.Tasks.Zip(plan.Placements).GroupBy(t => t.First.Stage).Sum(s => s.Max(t => t.Second.Predicted.P50Ms));
            Assert.Equal(slowest, result.Predicted!.P50Ms, 3);
            Assert.True(result.Alternative is null || result.Alternative.Predicted.P50Ms >= result.Predicted.P50Ms);
            Assert.True(result.Alternative is null || result.Note is not null);
        },
        iter: 60);

    [Fact]
    public void Plan_TwoEqualDevices_ShareThePartsAndOneCombines()
    {
        var result = Plan(Any.FleetOf(Reader(0, 4_096), Reader(1, 4_096)), Request(600));
        var plan = result.Plan!;
        Assert.Equal("Split over 2 devices", plan.Shape);
        var parts = plan.Tasks.Count(t => t.Stage == 0);
        Assert.Equal([.. Enumerable.Range(1, parts).Select(i => $"Part {i} of {parts}"), "Combine"], plan.Tasks.Select(t => t.Label));
        Assert.Equal(parts / 2, plan.Tasks.Zip(plan.Placements).Count(t => t.First.Stage == 0 && t.Second.Device == Any.Id(0)));
        Assert.Contains("longer than reader 4096 reads at once", result.Note, StringComparison.Ordinal);
        Assert.Null(result.Alternative);
        Assert.All(result.Devices, v => Assert.True(v.Chosen));
    }

    [Fact]
    public void Plan_SmallContext_CombinesInMoreStages()
    {
        var plan = Plan(Any.FleetOf(Reader(0, 256), Reader(1, 256)), Request(200)).Plan!;
        Assert.True(plan.Stages > 2);
        Assert.Contains(plan.Tasks, t => t.Label == "Combine 1 of 2");
        Assert.Equal("Combine", plan.Tasks[^1].Label);
        Assert.Equal(new SummarizeOptions(), plan.Tasks[^1].Options);
    }

    [Fact]
    public void Plan_OneDeviceReadsItAll_TheFasterWayIsTakenAndTheOtherShown()
    {
        // The one that reads it all is busy, so parts on the other are sooner; then it is free.
        var fleet = Any.FleetOf(Reader(0, 32_768) with { Lanes = [Busy(900_000)] }, Reader(1, 4_096));
        var split = Plan(fleet, Request(600));
        Assert.True(split.Plan!.Stages > 1);
        Assert.Equal("One device", split.Alternative!.Plan.Shape);
        Assert.Contains("is faster", split.Note, StringComparison.Ordinal);

        var single = Plan(Any.FleetOf(Reader(0, 32_768), Reader(1, 4_096) with { Lanes = [Busy(900_000)] }), Request(600));
        Assert.Equal("One device", single.Plan!.Shape);
        Assert.True(single.Alternative!.Plan.Stages > 1);
        Assert.Contains("is faster: ", single.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_OneIsFaster_SayWhatSplittingWouldTake() =>
        Assert.Equal("One device is faster: splitting over two would take 23 s.", PlanWords.OneIsFaster(2, 22_900));

    [Fact]
    public void Plan_PlainerModelReadsItAll_TheBetterOneStillReadsItInParts()
    {
        var plan = Plan(Any.FleetOf(Any.Device(), Reader(1, 4_096)), Request(600)).Plan!;
        Assert.All(plan.Placements, p => Assert.Equal("reader 4096", p.ModelId));
    }

    [Fact]
    public void Plan_OnlyTextRank_IsNeverSplit()
    {
        var result = Plan(Any.FleetOf(Any.Device(), Any.Device(1)), Request(20_000));
        Assert.Single(result.Plan!.Tasks);
        Assert.Null(result.Note);
    }

    [Fact]
    public void Plan_TextFits_IsNotSplit() => Assert.Single(Plan(Any.FleetOf(Reader(0, 4_096), Reader(1, 4_096)), Request(60)).Plan!.Tasks);

    [Fact]
    public void Plan_FarTooLong_IsRefusedWithTheNumbersAndARemedy()
    {
        var result = Plan(Any.FleetOf(Reader(0, 256)), Request(20_000));
        Assert.Null(result.Plan);
        Assert.StartsWith("reader 256 reads 256 tokens; this text is about ", result.Devices[0].Reason, StringComparison.Ordinal);
        Assert.Contains("longer context", result.Refusal!.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_Share_IsAskedOfTheCombinedSummaryAsSentences()
    {
        var request = Request(600) with { Options = new SummarizeOptions(Share: 0.05) };
        var last = Plan(Any.FleetOf(Reader(0, 4_096)), request).Plan!.Tasks[^1];
        Assert.InRange(((SummarizeOptions)last.Options).Sentences!.Value, 5, 100);
    }

    [Fact]
    public void LongestRoom_CombineCameOutTooLong_IsWhatTheModelReads()
    {
        var task = Any.Task() with { Input = new TaskInput(0, null, [new TaskId(1)]) };
        var fleet = Any.FleetOf(Reader(0, 1_024));
        var load = new TaskLoad(20_000, 6_000);
        Assert.Null(PlanningPipeline.PlaceAgain(task, load, Any.Request(), fleet, Any.Context(), Tried.Nothing).Placement);
        var room = PlanningPipeline.LongestRoom(task, load, Any.Request(), fleet, Any.Context(), Tried.Nothing);
        Assert.InRange(room!.Value, 500, 1_024);
        Assert.NotNull(PlanningPipeline.PlaceAgain(task, new TaskLoad(room.Value * 3, room.Value), Any.Request(), fleet, Any.Context(), Tried.Nothing).Placement);
    }

    private static DeviceSnapshot Reader(int ordinal, int context) => Any.Device(ordinal) with
    {
        Runtimes = [new RuntimeInfo("openai:x", "Engine", RuntimeState.Ready, null, [new ModelInfo($"reader {context}", [Skill.Summarize, Skill.Chat], 2_000_000_000, context, 3)], [TaskKind.LlmGenerate], null)],
    };

    private static Lane Busy(double ms) => new("openai:x", 1, [ms], []);

    private static string Prose(int sentences) => string.Concat(Enumerable.Range(0, sentences).Select(i => $"Sentence {i} tells of tides, mills and the moon. "));

    private static JobRequest Request(int sentences) => Any.Request() with { Text = Prose(sentences) };

    // What earlier tasks write is as long as they were asked for.
    private static TaskLoad Load(JobRequest request, Plan plan, PlannedTask task) => task.Input.OutputsOf.IsEmpty
        ? TaskLoad.Of(request.Text.Substring(task.Input.Start, task.Input.Length ?? request.Text.Length), task.Options)
        : new TaskLoad(0, task.Input.OutputsOf.Sum(id => SummaryLength.Tokens((SummarizeOptions)plan.Tasks[id.Number - 1].Options)));

    private static PlanResult Plan(FleetSnapshot fleet, JobRequest request) => PlanningPipeline.Plan(request, fleet, Any.Context());
}
