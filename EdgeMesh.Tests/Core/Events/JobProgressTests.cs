using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Core.Events;

public sealed class JobProgressTests
{
    [Fact]
    public void InputText_OfPartsThatThought_HasTheirAnswersOnly()
    {
        var job = Samples.Job(JobState.Succeeded, output: "First half.");
        var part = job.Tasks[0] with { Attempts = [job.Tasks[0].Current! with { Output = Samples.Output("First half.") with { Reasoning = ReasoningText.Empty.Add(["I wonder."]) } }] };
        var combine = part.Planned with { Id = new TaskId(2), Stage = 1, Input = part.Planned.Input with { OutputsOf = [part.Id] } };
        var view = job with { Tasks = [part] };

        Assert.Equal("First half.", JobProgress.InputText(view, combine));
        Assert.Equal("First half.", JobProgress.ShortenedInput(view, combine, 100));
        Assert.Equal("First half.", JobOutcome.Result(view)!.Text);
    }
}
