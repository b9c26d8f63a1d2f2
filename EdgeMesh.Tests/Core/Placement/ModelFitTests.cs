using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Placement;

/// <summary>What a model can read and make, and which one is preferred.</summary>
public sealed class ModelFitTests
{
    private static readonly ModelInfo Toy = new("wordnet-chat (built-in)", [Skill.Chat], 5_000_000, 256, 0);
    private static readonly ModelInfo Fashion = new("fashion-diffusion (built-in)", [Skill.Image], 3_000_000, null, 0, null, new ImageSizes(28, 28));
    private static readonly ModelInfo Diffusion = new("sd-turbo", [Skill.Image], 2_000_000_000, null, 3, null, new ImageSizes(512, 512, 64, 1_024));

    [Fact]
    public void Chat_LongPromptOnTheBuiltInModel_IsRefusedWithTheNumbersAndTheRemedy()
    {
        var result = Plan(Chat(new string('a', 7_884)), With(Toy));
        Assert.Equal("wordnet-chat (built-in) reads 256 tokens; this text is about 2,190.", result.Devices[0].Reason);
        Assert.Equal(("context", "no_device_can"), (result.Devices[0].Filter, result.Refusal!.Code));
        Assert.Equal("Shorten the text, or get a model with a longer context on a device.", result.Refusal.Remedy);
    }

    [Fact]
    public void Chat_EarlierTurnsAreLong_CountToo()
    {
        var request = Chat("And now?") with { Options = new ChatOptions([new ChatMessage("user", new string('a', 3_600))]) };
        Assert.NotNull(Plan(request, With(Toy)).Refusal);
    }

    [Fact]
    public void Chat_NoRoomForTheAnswer_SaysSo() =>
        Assert.Contains("and the answer needs room too", Plan(Chat(new string('a', 860)), With(Toy)).Devices[0].Reason, StringComparison.Ordinal);

    [Fact]
    public void Chat_ContextUnknownOrWithoutLimit_Fits() =>
        Assert.All((int?[])[null, 0], context => Assert.NotNull(Plan(Chat(new string('a', 900_000)), With(Toy with { ContextTokens = context })).Plan));

    [Fact]
    public void Chat_ForcedOnTheBuiltInModelWithALongPrompt_KeepsTheRemedy()
    {
        var refusal = Plan(Chat(new string('a', 9_000)) with { Policy = JobPolicy.ForceDevice, DeviceId = Any.Id(0) }, With(Toy)).Refusal!;
        Assert.Contains("longer context", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Chat_LongerModelStillStarts_IsWaitedFor()
    {
        var ollama = new RuntimeInfo("ollama", "Ollama", RuntimeState.Starting, "x", [], [TaskKind.LlmGenerate], null);
        var device = With(Toy);
        var result = Plan(Chat(new string('a', 9_000)), device with { Runtimes = [.. device.Runtimes, ollama] });
        Assert.True(result.MayWait);
        Assert.Equal("Ollama is still starting.", result.Devices[0].Reason);
    }

    [Fact]
    public void Chat_BuiltInModelOnly_IsSaidToBeAToy()
    {
        const string Words = "Built-in, for trying out and measuring: recites definitions.";
        var result = Plan(Chat("What is a tide?"), With(Toy));
        Assert.EndsWith(Words, result.Devices[0].Reason, StringComparison.Ordinal);
        Assert.EndsWith(Words, result.Plan!.Placements[0].Reason, StringComparison.Ordinal);
        Assert.Equal(Words, result.Note);
    }

    [Fact]
    public void Chat_AnyOtherModel_GoesBeforeTheBuiltInOne()
    {
        var real = new ModelInfo("tiny", [Skill.Chat], 900_000_000, 2_048, 1);
        var result = Plan(Chat("What is a tide?"), With(Toy), With(real, 1) with { Lanes = [new EdgeMesh.Core.Scheduling.Lane("engine", 1, [60_000], [])] });
        Assert.Equal("tiny", result.Plan!.Placements.Single().ModelId);
        Assert.Contains("recites definitions", result.Devices[0].Reason, StringComparison.Ordinal);
        Assert.Null(result.Note);
    }

    [Fact]
    public void Image_SizeNobodyMakes_IsRefusedWithEachDevicesReason()
    {
        var result = Plan(Image(512, 768), With(Fashion), With(Diffusion with { Sizes = new ImageSizes(512, 512) }, 1));
        Assert.Equal(
            ["fashion-diffusion (built-in) makes 28 × 28 only, not 512 × 768.", "sd-turbo makes 512 × 512 only, not 512 × 768."], result.Devices.Select(v => v.Reason));
        Assert.Contains("Leave width and height out", result.Refusal!.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, 28, "fashion-diffusion (built-in)")]
    [InlineData(28, null, "fashion-diffusion (built-in)")]
    [InlineData(null, null, "sd-turbo")]
    [InlineData(1_024, null, "sd-turbo")]
    [InlineData(576, 640, "sd-turbo")]
    public void Image_Size_GoesToAModelThatMakesIt(int? width, int? height, string model) =>
        Assert.Equal(model, Plan(Image(width, height), With(Fashion), With(Diffusion, 1)).Plan!.Placements.Single().ModelId);

    [Theory]
    [InlineData(1_088, 512)]
    [InlineData(32, 512)]
    [InlineData(500, 512)]
    public void Image_SizeOutsideTheRange_SaysTheRange(int width, int height) =>
        Assert.Contains("makes multiples of 64 up to 1,024, not", Plan(Image(width, height), With(Diffusion)).Devices[0].Reason, StringComparison.Ordinal);

    [Fact]
    public void Image_Count_SpreadsOverTheDevicesThatCan()
    {
        var plan = Plan(Image(576, 576, 4), With(Diffusion), With(Diffusion, 1), With(Fashion, 2)).Plan!;
        Assert.Equal(4, plan.Tasks.Length);
        Assert.Equal([Any.Id(0), Any.Id(1)], plan.Placements.Select(p => p.Device).Distinct().OrderBy(d => d == Any.Id(1)));
    }

    [Theory]
    [InlineData("qwen3:8b", 0)]
    [InlineData("Qwen/Qwen3-8B-GGUF", 0)]
    [InlineData("qwen3:4b-instruct-q4_K_M", 1)]
    [InlineData("qwen3:80b", ModelPreferences.NotPreferred)]
    [InlineData("llama3.3:70b", ModelPreferences.NotPreferred)]
    public void Preferences_Default_KnowTheFamilyByItsNames(string model, int rank) => Assert.Equal(rank, ModelPreferences.Rank(ModelPreferences.Default.Chat, model));

    [Theory]
    [InlineData("qwen2.5-coder:14b")]
    [InlineData("Qwen2.5-Coder-14B-Instruct-Q4_K_M.gguf")]
    public void Preferences_Default_KnowTheCoder(string model) => Assert.Equal(0, ModelPreferences.Rank(ModelPreferences.Default.Code, model));

    [Fact]
    public void Preferred_Model_WinsOverABetterTierAndSaysWhy()
    {
        var coder = new ModelInfo("qwen2.5-coder:7b", [Skill.Code], 5_000_000_000, 32_768, 3);
        var best = new ModelInfo("giant", [Skill.Code], 50_000_000_000, 131_072, 5);
        var result = PlanningPipeline.Plan(Any.Request(JobKind.Code), Any.FleetOf(With(best), With(coder, 1)), Any.Context() with { Preferences = ModelPreferences.Default });
        Assert.Equal("qwen2.5-coder:7b", result.Plan!.Placements.Single().ModelId);
        Assert.Equal("Your preferred model for code.", result.Devices[1].Reason);
        Assert.Equal("Runner-up. You prefer qwen2.5-coder:7b.", result.Devices[0].Reason);
        Assert.Equal("giant", Plan(Any.Request(JobKind.Code), With(best), With(coder, 1)).Plan!.Placements.Single().ModelId);
    }

    [Fact]
    public void Preferred_ModelDoesNotFit_ASmallerOneOfTheFamilyDoes()
    {
        var (large, small, other) = (new ModelInfo("qwen3:8b", [Skill.Chat], 6_000_000_000, 32_768, 4), new ModelInfo("qwen3:4b", [Skill.Chat], 2_000_000_000, 32_768, 3), new ModelInfo("llama", [Skill.Chat], 1_000_000_000, 8_192, 5));
        var device = With(large) with { Telemetry = new Telemetry(Any.Now, 1, 4_000, null, null, null, 0, 0, null) };
        device = device with { Runtimes = [device.Runtimes[0] with { Models = [other, large, small] }] };
        var plan = PlanningPipeline.Plan(Chat("Hello"), Any.FleetOf(device), Any.Context() with { Preferences = ModelPreferences.Default }).Plan!;
        Assert.Equal("qwen3:4b", plan.Placements.Single().ModelId);
    }

    [Fact]
    public void Preferences_Wrong_NameTheField()
    {
        Assert.Null(ModelPreferencesValidator.Validate(ModelPreferences.Default));
        Assert.Equal("code", ModelPreferencesValidator.Validate(ModelPreferences.None with { Code = [" "] })!.Field);
        Assert.Equal("chat", ModelPreferencesValidator.Validate(ModelPreferences.None with { Chat = ["a", "A"] })!.Field);
        Assert.Equal("image", ModelPreferencesValidator.Validate(ModelPreferences.None with { Image = [.. Enumerable.Range(0, 21).Select(i => $"{i}")] })!.Field);
    }

    private static PlanResult Plan(JobRequest request, params DeviceSnapshot[] devices) => PlanningPipeline.Plan(request, Any.FleetOf(devices), Any.Context());

    private static JobRequest Chat(string text) => Any.Request(JobKind.Chat) with { Text = text };

    private static JobRequest Image(int? width, int? height, int? count = null) => Any.Request(JobKind.Image, options: new ImageOptions(count, width, height));

    private static DeviceSnapshot With(ModelInfo model, int ordinal = 0) => Any.Device(ordinal) with
    {
        Runtimes = [new RuntimeInfo("engine", "Engine", RuntimeState.Ready, null, [model], [TaskKind.LlmGenerate, TaskKind.ImageGenerate], null)],
    };
}
