using CsCheck;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Costing;

public sealed class CostModelTests
{
    private static readonly ModelInfo TextRank = Any.BuiltIn.Models[0];
    private static readonly ModelInfo Language = new("llama", [Skill.Chat, Skill.Summarize], 2_000_000_000, 8_192, 2);

    private static readonly Gen<(PlannedTask Task, ModelInfo Model)> Cases = Gen.OneOf(
        (Any.Task(), TextRank),
        (Any.Task(), Language),
        (Any.Task(skill: Skill.Chat, options: new ChatOptions([], 50)), Language),
        (Any.Task(TaskKind.Echo, null, new EchoOptions()), Any.SystemRuntime.Models[1]),
        (Any.Task(TaskKind.Sysinfo, null, new SysinfoOptions()), Any.SystemRuntime.Models[0]));

    [Fact]
    public void Price_Anything_HasP90AtLeastP50AboveZeroAndGrowsWithTheInput() =>
        Gen.Select(Cases, Gen.Int[0, 2_000_000], Gen.Int[0, 2_000_000], Gen.Int[0, 30]).Sample((c, a, b, runs) =>
        {
            var device = Taught(c.Task, c.Model, runs, _ => 12);
            var small = Price(c.Task, c.Model, Math.Min(a, b), device);
            var large = Price(c.Task, c.Model, Math.Max(a, b), device);
            Assert.True(small.P50Ms > 0 && small.P90Ms >= small.P50Ms && double.IsFinite(small.P90Ms));
            Assert.True(large.P50Ms >= small.P50Ms && large.P90Ms >= small.P90Ms);
            Assert.Equal(small, Price(c.Task, c.Model, Math.Min(a, b), device with { Lanes = [new EdgeMesh.Core.Scheduling.Lane("builtin", 1, [5_000], [])] }));
            Assert.Equal(runs == 0 ? EstimateOrigin.Prior : EstimateOrigin.Measured, small.Origin);
            Assert.Equal(runs, small.Runs);
            Assert.NotEmpty(small.Basis);
        });

    [Fact]
    public void Learn_FiveNoisyRuns_PredictsWithinTenPercentOfTheTruth() =>
        Gen.Select(Gen.Double[0.2, 20_000], Gen.Double[-0.05, 0.05].Array[5]).Sample((truth, noise) =>
        {
            var run = 0;
            var device = Taught(Any.Task(), TextRank, 5, _ => truth * Math.Exp(noise[run++]), overheadMs: 3);
            Assert.InRange(Price(Any.Task(), TextRank, 10_000, device).P50Ms, (truth * 0.9) + 3, (truth * 1.1) + 3.01);
        });

    [Fact]
    public void Learn_ColdFirstRun_IsForgottenByTheThird()
    {
        var device = Taught(Any.Task(), TextRank, 3, run => run == 1 ? 400 : 4, overheadOf: run => run == 1 ? 190 : 5);
        Assert.InRange(Price(Any.Task(), TextRank, 10_000, device).P50Ms, 8, 10);
    }

    [Fact]
    public void Price_PartOfTheAnswerIsThere_IsReadAndNotWritten() =>
        Gen.Select(Gen.Int[10, 5_000], Gen.Int[32, 900], Gen.Int[0, 30]).Sample((chars, written, runs) =>
        {
            var task = Any.Task(skill: Skill.Chat, options: new ChatOptions([]));
            var model = Language with { Continues = true };
            var device = Taught(task, model, runs, _ => 4_000) with { Runtimes = [Any.BuiltIn with { Models = [model] }] };
            var whole = Again(null);
            var rest = Again(new TextSoFar(1, "Board", model.Id, model.SizeBytes, new string('a', written)));
            Assert.True(rest.P50Ms > 0 && rest.P90Ms >= rest.P50Ms && rest.P50Ms < whole.P50Ms, $"{rest} is no less than {whole}");

            Estimate Again(TextSoFar? soFar)
            {
                var load = new TaskLoad(chars, (int)Math.Ceiling(chars / TokenEstimate.BytesPerToken));
                var placement = PlanningPipeline.PlaceAgain(task, load, Any.Request(JobKind.Chat), Any.FleetOf(device), Any.Context(), Tried.Nothing, soFar).Placement!;
                Assert.Equal(soFar is not null, placement.GoesOn);
                return placement.Predicted;
            }
        });

    [Fact]
    public void Learn_PartOfTheAnswerWasWrittenElsewhere_LearnsItsWholeLength()
    {
        var task = Any.Task(skill: Skill.Chat, options: new ChatOptions([]));
        var whole = CostModel.Learn(null, task, Language, Receipt(4_000, 800), 5);
        var rest = CostModel.Learn(null, task, Language, Receipt(4_000, 300), 5, written: 500);
        Assert.Equal(whole.LogOutputMean, rest.LogOutputMean);
        Assert.True(rest.LogCostMean > whole.LogCostMean);
    }

    // Ollama: 8,192 tokens are ready, and 60,000 characters with their answer need 32,768.
    [Theory]
    [InlineData(8_192, 60_000, 1_000)]
    [InlineData(8_192, 3_600, 0)]
    [InlineData(32_768, 60_000, 0)]
    [InlineData(null, 60_000, 0)]
    public void Price_MoreContextThanTheModelWasLoadedWith_CostsLoadingItAgain(int? loaded, int chars, double ms)
    {
        var chat = Any.Task(skill: Skill.Chat, options: new ChatOptions([], null));
        var there = Language with { ContextTokens = 131_072, ResidentBytes = 3_000_000_000, ResidentContext = loaded };
        foreach (var runs in (int[])[0, 8])
        {
            var device = Taught(chat, there, runs, _ => 40);
            var price = Price(chat, there, chars, device);
            Assert.Equal(Price(chat, there with { ResidentContext = null }, chars, device).P50Ms + ms, price.P50Ms, 6);
            Assert.Equal(ms > 0, price.Basis.EndsWith("; it is loaded again with 32,768 tokens of context", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(30)]
    public void Learn_OneOutlierAmongMany_MovesThePredictionLittle(int outlier)
    {
        var clean = Price(Any.Task(), TextRank, 10_000, Taught(Any.Task(), TextRank, 30, _ => 10)).P50Ms;
        var dirty = Price(Any.Task(), TextRank, 10_000, Taught(Any.Task(), TextRank, 30, run => run == outlier ? 5_000 : 10)).P50Ms;
        Assert.InRange(dirty / clean, 0.8, 1.25);
    }

    [Fact]
    public void Learn_DeviceGetsSlowerForGood_IsNoticed()
    {
        var device = Taught(Any.Task(), TextRank, 120, run => run <= 20 ? 10 : 30);
        Assert.InRange(Price(Any.Task(), TextRank, 10_000, device).P50Ms, 25, 40);
    }

    [Fact]
    public void Price_AnotherDeviceKnows_IsBorrowedAndWider()
    {
        var known = Taught(Any.Task(), TextRank, 10, _ => 50).Calibrations.Values.Single();
        var borrowed = CostModel.Price(Any.Task(), 10_000, Any.Device(1), Any.BuiltIn, TextRank, known);
        var measured = Price(Any.Task(), TextRank, 10_000, Taught(Any.Task(), TextRank, 10, _ => 50));
        Assert.Equal(EstimateOrigin.Borrowed, borrowed.Origin);
        Assert.True(borrowed.P90Ms > measured.P90Ms);
        Assert.Equal(measured.P50Ms, borrowed.P50Ms, 3);
    }

    [Fact]
    public void Price_SpeedMeasuredAtStart_IsUsedAndStaysAPrior()
    {
        var slow = Price(Any.Task(), TextRank with { CharsPerSecond = 100_000 }, 10_000, Any.Device());
        var fast = Price(Any.Task(), TextRank with { CharsPerSecond = 10_000_000 }, 10_000, Any.Device());
        Assert.InRange(slow.P50Ms - fast.P50Ms, 105, 115);
        Assert.Equal((EstimateOrigin.Prior, 0), (slow.Origin, slow.Runs));
        Assert.Equal("100,000 characters/s measured by the device at its start", slow.Basis);
        Assert.Contains("assumed", Price(Any.Task(), TextRank, 10_000, Any.Device()).Basis, StringComparison.Ordinal);
    }

    [Fact]
    public void Learn_SummaryLengths_DoNotChangeWhatReadingCosts()
    {
        var one = CostModel.Learn(null, Any.Task(), TextRank, Receipt(10, 100), 0);
        var other = CostModel.Learn(null, Any.Task(), TextRank, Receipt(10, 9_000), 0);
        Assert.Equal(one.LogCostMean, other.LogCostMean);
    }

    [Fact]
    public void Calibration_SummariesAndChats_AreLearnedApart() =>
        Assert.NotEqual(CalibrationKey.Of(Any.Task(), "r", "m"), CalibrationKey.Of(Any.Task(skill: Skill.Chat), "r", "m"));

    [Fact]
    public void Calibration_StoredAndRead_PredictsTheSame()
    {
        var device = Taught(Any.Task(), TextRank, 3, _ => 10);
        var json = System.Text.Json.JsonSerializer.Serialize(device.Calibrations.Values.Single(), EdgeMesh.Core.CoreJson.Options);
        var read = System.Text.Json.JsonSerializer.Deserialize<Calibration>(json, EdgeMesh.Core.CoreJson.Options)!;
        var again = device with { Calibrations = device.Calibrations.SetItem(CalibrationKey.Of(Any.Task(), "builtin", "textrank"), read) };
        Assert.Equal(Price(Any.Task(), TextRank, 500, device), Price(Any.Task(), TextRank, 500, again));
    }

    private static Estimate Price(PlannedTask task, ModelInfo model, int chars, DeviceSnapshot device) =>
        CostModel.Price(task, chars, device, Any.BuiltIn, model, null);

    private static DeviceSnapshot Taught(PlannedTask task, ModelInfo model, int runs, Func<int, double> runMs, double overheadMs = 0, Func<int, double>? overheadOf = null)
    {
        Calibration? known = null;
        for (var run = 1; run <= runs; run++)
        {
            known = CostModel.Learn(known, task, model, Receipt(runMs(run)), overheadOf?.Invoke(run) ?? overheadMs);
        }

        return known is null ? Any.Device() : Any.Device() with { Calibrations = Any.Device().Calibrations.SetItem(CalibrationKey.Of(task, "builtin", model.Id), known) };
    }

    private static Receipt Receipt(double runMs, long output = 800) =>
        new(Any.Id(0), "Device", "builtin", "textrank", null, "", null, null, 10_000, output, null, 0, runMs, null, "0.1.0", null);
}
