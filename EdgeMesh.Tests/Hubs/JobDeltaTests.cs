using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Hubs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Hubs;

/// <summary>A reader that follows the messages has what the view has, whatever becomes of the text.</summary>
public sealed class JobDeltaTests
{
    [Fact]
    public void Next_TextThatWasReasoning_ReaderHasBoth()
    {
        var delta = new JobDelta();
        var (text, reasoning) = ("", "");
        var output = AttemptOutput.Empty;
        var task = new TaskId(1);
        JobEvent[] changes =
        [
            new ReasoningAppended(Samples.Now, task, 1, 0, "First, "), new OutputAppended(Samples.Now, task, 1, 0, "I wonder.", null), new OutputWasReasoning(Samples.Now, task, 1, 9),
            new ReasoningAppended(Samples.Now, task, 1, 16, " So:"), new OutputAppended(Samples.Now, task, 1, 9, "Hel", null), new OutputAppended(Samples.Now, task, 1, 12, "lo.", null),
        ];
        foreach (var change in changes)
        {
            output = change switch { OutputAppended e => output.Append(e), ReasoningAppended e => output.Append(e), OutputWasReasoning e => output.Apply(e), _ => output };
            var job = Samples.Job();
            foreach (var news in delta.Next(new JobLive(job with { Tasks = [job.Tasks[0] with { Attempts = [job.Tasks[0].Current! with { Output = output }] }] }, ImmutableDictionary<TaskId, LiveProgress>.Empty))!.Output)
            {
                (text, reasoning) = news.Reasoning ? (text, reasoning[..news.Offset] + news.Text) : (text[..news.Offset] + news.Text, reasoning);
            }

            Assert.Equal((output.Text, output.Reasoning.Text), (text, reasoning));
        }

        Assert.Equal(("Hello.", "First, I wonder. So:"), (text, reasoning));
    }
}
