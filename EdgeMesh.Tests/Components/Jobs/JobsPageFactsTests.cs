using Bunit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Features.Jobs;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components.Jobs;

/// <summary>The sentence above the list counts what the list shows, and waiting is not running.</summary>
public sealed class JobsPageFactsTests : JobPageContext
{
    [Theory]
    [InlineData(0, 0, "Nothing is running.")]
    [InlineData(1, 0, "One job is running.")]
    [InlineData(2, 10, "2 running, 10 waiting.")]
    [InlineData(0, 1, "One job is waiting.")]
    [InlineData(0, 3, "3 jobs are waiting.")]
    public void Sentence_RunningAndWaiting_AreTwoThings(int running, int waiting, string expected)
    {
        Add(JobState.Running, running);
        Add(JobState.Queued, waiting);
        Add(JobState.Succeeded, 4);
        var page = Render<JobsPage>();
        Assert.Equal($"{expected} {running + waiting + 4} in the history.", page.Find(".phead p").TextContent);
        Assert.Equal(waiting, page.FindAll("tr .em-state .w").Count(w => w.TextContent == "Waiting"));
        Assert.DoesNotContain("Queued", page.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Failed", "3 jobs match.")]
    [InlineData("Cancelled", "One job matches.")]
    [InlineData(null, "Nothing is running. 14 in the history.")]
    public void Sentence_Filtered_CountsTheRowsOfTheFilter(string? state, string expected)
    {
        Add(JobState.Failed, 3);
        Add(JobState.Cancelled, 1);
        Add(JobState.Succeeded, 10);
        var page = Render<JobsPage>();
        if (state is not null)
        {
            Do(page, () => page.FindAll(".chip").First(c => c.TextContent.StartsWith(state, StringComparison.Ordinal)).Click());
        }

        Assert.Equal(expected, page.Find(".phead p").TextContent);
    }

    [Fact]
    public void Kinds_AreInWords()
    {
        var options = Render<JobsPage>().FindAll("select[aria-label=Kind] option").Select(o => o.TextContent).ToList();
        Assert.Contains("Echo test", options);
        Assert.Contains("Model run", options);
        Assert.DoesNotContain("Onnx", options);
    }

    private void Add(JobState state, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Jobs.History.Insert(0, Samples.Summary(state));
        }
    }
}
