using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Features.Jobs;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components.Jobs;

/// <summary>A receipt's figures have the units of what was done.</summary>
public sealed class ReceiptWordsTests
{
    [Theory]
    [InlineData(TaskKind.ImageGenerate, 20, 30, null, null, "Prompt 20 characters, Drew 1 image in 30 steps")]
    [InlineData(TaskKind.ImageGenerate, 20, 1, null, null, "Prompt 20 characters, Drew 1 image")]
    [InlineData(TaskKind.Sysinfo, 1, 1954, null, null, "Wrote 1,954 characters")]
    [InlineData(TaskKind.Echo, 1, 1, null, null, "Read 1 character, Wrote 1 character")]
    [InlineData(TaskKind.OnnxRun, 1, 52, null, null, "Inputs 1, Runs 52")]
    [InlineData(TaskKind.LlmGenerate, 12, 1, 12, 1, "Read 12 tokens, Wrote 1 token")]
    [InlineData(TaskKind.LlmGenerate, 12, 40, null, null, "Read about 12 tokens, Wrote about 40 tokens")]
    public void Amounts_EveryKind_HasItsOwnUnits(TaskKind kind, int inputs, int outputs, int? prompt, int? written, string expected)
    {
        var attempt = Samples.Job(JobState.Succeeded).Tasks[0].Current!;
        var receipt = Samples.Receipt(Samples.Device()) with { RuntimeId = "engine", InputUnits = inputs, OutputUnits = outputs, PromptTokens = prompt, OutputTokens = written };
        Assert.Equal(expected, string.Join(", ", ReceiptWords.Amounts(Samples.Task(kind: kind), attempt, receipt).Select(a => $"{a.Name} {a.Amount}")));
    }

    [Fact]
    public void Amounts_TheSummariser_CountsCharacters()
    {
        var receipt = Samples.Receipt(Samples.Device());
        Assert.Equal(["35 characters", "19 characters"], ReceiptWords.Amounts(Samples.Task(), Samples.Job(JobState.Succeeded).Tasks[0].Current!, receipt).Select(a => a.Amount));
    }

    [Theory]
    [InlineData(null, "unknown")]
    [InlineData(0L, "under 1 MB for this task")]
    [InlineData(71L, "71 MB for this task")]
    public void Ram_IsTheWorks(long? mb, string expected) => Assert.Equal(expected, ReceiptWords.Ram(Samples.Receipt(Samples.Device()) with { PeakRamMb = mb }));
}
