using Bunit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Features.Jobs;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components.Jobs;

public sealed class JobsPageTests : JobPageContext
{
    [Fact]
    public void Loading_ShowsASkeleton()
    {
        var gate = new TaskCompletionSource();
        Jobs.ListGate = gate.Task;
        Jobs.History.Add(Samples.Summary());
        var page = Render<JobsPage>();
        Assert.NotEmpty(page.FindAll("[aria-busy=true] .sk"));
        gate.SetResult();
        page.WaitForAssertion(() => Assert.Single(page.FindAll("a[data-row]")));
    }

    [Fact]
    public void Empty_TeachesTheNextStep()
    {
        var page = Render<JobsPage>();
        Assert.Contains("No job yet", page.Markup, StringComparison.Ordinal);
        Assert.Equal("new", page.Find(".em-empty a").GetAttribute("href"));
    }

    [Fact]
    public void Unreadable_SaysSo_TryAgainReadsAgain()
    {
        Jobs.ListFailure = new IOException("The disk is gone.");
        var page = Render<JobsPage>();
        Assert.Contains("The disk is gone.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Jobs.ListFailure = null;
        Jobs.History.Add(Samples.Summary());
        Do(page, () => page.Find("[role=alert] button").Click());
        Assert.Single(page.FindAll("a[data-row]"));
    }

    [Fact]
    public void Filters_GoToTheServer_AndIntoTheAddress()
    {
        Jobs.History.Add(Samples.Summary(JobState.Failed, title: "contract", kind: JobKind.Code));
        Jobs.History.Add(Samples.Summary(title: "minutes"));
        var page = Render<JobsPage>();
        Assert.Equal(2, page.FindAll("a[data-row]").Count);
        Do(page, () => page.FindAll(".chip").First(c => c.TextContent.StartsWith("Failed", StringComparison.Ordinal)).Click());
        Assert.Equal(JobState.Failed, Jobs.Queries.Last().State);
        Do(page, () => page.Find("select[aria-label=Kind]").Change(nameof(JobKind.Code)));
        Do(page, () => page.Find("select[aria-label=Device]").Change(Samples.DeviceIdOf("Mini PC").Value));
        Assert.Equal((JobState.Failed, JobKind.Code, Samples.DeviceIdOf("Mini PC")), (Jobs.Queries.Last().State, Jobs.Queries.Last().Kind, Jobs.Queries.Last().Device));
        Assert.Equal("contract", Assert.Single(page.FindAll("a[data-row]")).TextContent);
        Assert.Contains("state=Failed&kind=Code&device=", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Address_OfBackOrALink_IsFollowed()
    {
        Jobs.History.Add(Samples.Summary(JobState.Failed, title: "contract"));
        Jobs.History.Add(Samples.Summary(title: "minutes"));
        var page = Render<JobsPage>();
        Do(page, () => page.FindAll(".chip").First(c => c.TextContent.StartsWith("Failed", StringComparison.Ordinal)).Click());
        Assert.Equal("contract", Assert.Single(page.FindAll("a[data-row]")).TextContent);
        Navigation.NavigateTo("/jobs");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("a[data-row]").Count));
        Navigation.NavigateTo("/jobs?text=min&state=burning");
        page.WaitForAssertion(() => Assert.Equal("minutes", Assert.Single(page.FindAll("a[data-row]")).TextContent));
        Assert.Equal("min", page.Find("input[data-search]").GetAttribute("value"));
    }

    [Fact]
    public void Search_WhenTypingRests_NothingMatches_CanBeCleared()
    {
        Jobs.History.Add(Samples.Summary());
        var page = Render<JobsPage>();
        Do(page, () => page.Find("input[data-search]").Input("zzz"));
        Pass(page, () => Assert.Contains("Nothing matches", page.Markup, StringComparison.Ordinal));
        Assert.Equal("zzz", Jobs.Queries.Last().Text);
        Do(page, () => page.Find(".em-empty button").Click());
        Assert.Single(page.FindAll("a[data-row]"));
    }

    [Fact]
    public void NewJobs_AreCountedNotPushedIn()
    {
        Jobs.History.Add(Samples.Summary(title: "old"));
        var page = Render<JobsPage>();
        Jobs.History.Insert(0, Samples.Summary(JobState.Running, title: "newer"));
        Jobs.History.Insert(0, Samples.Summary(JobState.Running, title: "newest"));
        Jobs.PublishHistory();
        Pass(page, () => Assert.Equal("2 new", page.Find(".jl-new").TextContent.Trim()));
        Assert.Equal("old", Assert.Single(page.FindAll("a[data-row]")).TextContent);
        Do(page, () => page.Find(".jl-new button").Click());
        Assert.Equal(["newest", "newer", "old"], page.FindAll("a[data-row]").Select(r => r.TextContent).ToArray());
        Assert.Empty(page.FindAll(".jl-new"));
    }

    [Fact]
    public void ShownJob_Ends_ChangesInPlace_EvenUnderAFilter()
    {
        var running = Samples.Summary(JobState.Running);
        Jobs.History.Add(running);
        var page = Render<JobsPage>();
        Do(page, () => page.FindAll(".chip").First(c => c.TextContent.StartsWith("Running", StringComparison.Ordinal)).Click());
        Jobs.History[0] = Samples.Summary(JobState.Succeeded, running.Id);
        Jobs.PublishHistory();
        Pass(page, () => Assert.Contains("Succeeded", page.Find("tr:has(a[data-row])").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void MoreThanAPage_OlderOnesCome()
    {
        for (var i = 0; i < 130; i++)
        {
            Jobs.History.Insert(0, Samples.Summary(title: $"job {i}"));
        }

        var page = Render<JobsPage>();
        Assert.Contains("100 of 130", page.Find(".ft").TextContent, StringComparison.Ordinal);
        Do(page, () => page.Find("button[data-autoload]").Click());
        Assert.Contains("130 of 130", page.Find(".ft").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("button[data-autoload]"));
    }

    [Fact]
    public async Task Dispose_NobodyListens()
    {
        Render<JobsPage>();
        await AssertLeavesNothingAsync();
    }
}
