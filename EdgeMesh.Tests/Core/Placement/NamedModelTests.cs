using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Placement;

public sealed class NamedModelTests
{
    private static readonly RuntimeInfo Down = new(
        "ollama:x", "Ollama", RuntimeState.Down, "Nothing listens at x. Start Ollama.", [new ModelInfo("qwen", [Skill.Chat])], [TaskKind.LlmGenerate], null);

    [Fact]
    public void Plan_EngineThatHasTheModelIsDown_SaysWhichAndWhy()
    {
        var refusal = PlanningPipeline.Plan(Any.Request(JobKind.Chat) with { Model = "qwen" }, Any.FleetOf(Any.Device() with { Runtimes = [Any.BuiltIn, Down] }, Any.Device(1)), Any.Context()).Refusal!;
        Assert.NotEqual("model_unknown", refusal.Code);
        Assert.Contains("Device 0: Ollama, which has qwen, is down: Nothing listens at x. Start Ollama.", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_ModelThatItsEngineCannotDescribe_SaysWhy()
    {
        var ready = Down with { State = RuntimeState.Ready, Reason = null, Models = [new ModelInfo("qwen", [], CannotRun: "Ollama cannot describe it: told to fail.")] };
        var refusal = PlanningPipeline.Plan(Any.Request(JobKind.Chat) with { Model = "qwen" }, Any.FleetOf(Any.Device() with { Runtimes = [ready] }), Any.Context()).Refusal!;
        Assert.Contains("qwen cannot run there: Ollama cannot describe it: told to fail.", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_AnotherDeviceHasItToo_RunsThere()
    {
        var ready = Down with { State = RuntimeState.Ready, Reason = null };
        var plan = PlanningPipeline.Plan(
            Any.Request(JobKind.Chat) with { Model = "qwen" }, Any.FleetOf(Any.Device() with { Runtimes = [Down] }, Any.Device(1) with { Runtimes = [ready] }), Any.Context()).Plan!;
        Assert.Equal(Any.Id(1), Assert.Single(plan.Placements).Device);
    }

    [Fact]
    public void Plan_UnknownModel_OffersNoneOfAnEngineThatIsDown()
    {
        var refusal = PlanningPipeline.Plan(Any.Request(JobKind.Chat) with { Model = "gpt-99" }, Any.FleetOf(Any.Device() with { Runtimes = [Down] }), Any.Context()).Refusal!;
        Assert.Equal("model_unknown", refusal.Code);
        Assert.DoesNotContain("qwen", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Price_ContextOfAModel_CountsAsMemory()
    {
        var with = Ram(new ModelInfo("m", [Skill.Chat], 1 << 30, 131_072, KvBytesPerToken: 131_072), 100);
        var without = Ram(new ModelInfo("m", [Skill.Chat], 1 << 30, 131_072), 100);
        Assert.Equal(1_024, with - without, 1.0);
        Assert.Equal(4_096, Ram(new ModelInfo("m", [Skill.Chat], 1 << 30, 131_072, KvBytesPerToken: 131_072), 90_000) - without, 1.0);
        Assert.Equal(256, Ram(new ModelInfo("m", [Skill.Chat], 1 << 30, 2_048, KvBytesPerToken: 131_072), 100) - without, 1.0);
    }

    private static double Ram(ModelInfo model, int chars)
    {
        var task = new PlannedTask(new TaskId(1), 0, TaskKind.LlmGenerate, "Chat", Skill.Chat, TaskInput.WholeText, new ChatOptions([]), null);
        return EdgeMesh.Core.Costing.CostModel.Price(task, chars, Any.Device(), Down, model, null).RamMb!.Value;
    }
}
