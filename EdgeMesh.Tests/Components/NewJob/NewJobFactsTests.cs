using Bunit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Features.NewJob;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Components.NewJob;

/// <summary>Whatever keeps a job from running is said beside the button and in the empty panel, in the form's own words.</summary>
public sealed class NewJobFactsTests : JobPageContext
{
    [Fact]
    public void Missing_Device_IsSaidWhereItIsLookedFor()
    {
        var page = Typed();
        Do(page, () => page.Find("#policy").Change(nameof(JobPolicy.ForceDevice)));
        Pass(page, () => Assert.Contains("Choose the device that should run it.", page.Find(".runbar").TextContent, StringComparison.Ordinal));
        Assert.Contains("Not ready to run", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Paste a text", page.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("-0,1")]
    [InlineData("warm")]
    public void Wrong_Temperature_IsSaidBesideRunWithoutApiWords(string temperature)
    {
        var page = Chat();
        Do(page, () => page.Find("#temperature").Change(temperature));
        Pass(page, () => Assert.Contains("The temperature is out of range.", page.Find(".runbar").TextContent, StringComparison.Ordinal));
        Assert.Contains("Not ready to run", page.Markup, StringComparison.Ordinal);
        Assert.Null(ApiWords.In(page.Find(".nj").TextContent));
    }

    [Theory]
    [InlineData("0,7")]
    [InlineData("0.7")]
    public void Temperature_WithCommaOrPoint_IsTheSame(string typed)
    {
        var page = Chat();
        Do(page, () => page.Find("#temperature").Change(typed));
        Pass(page, () => Assert.Equal(0.7, (Jobs.Previewed.LastOrDefault()?.Options as ChatOptions)?.Temperature));
    }

    [Fact]
    public void GiveUpAfter_IsAskedFor_AndSaidWhenItCannotBe()
    {
        var page = Chat();
        Do(page, () => page.Find("#give-up").Change("90"));
        Pass(page, () => Assert.Equal(90, Jobs.Previewed.LastOrDefault()?.Options.TimeoutSeconds));
        Do(page, () => page.Find("#give-up").Change("0"));
        Pass(page, () => Assert.Contains("A number is out of range.", page.Find(".runbar").TextContent, StringComparison.Ordinal));
        Assert.Null(ApiWords.In(page.Find(".nj").TextContent));
    }

    [Fact]
    public void Empty_SaysSoBesideRun()
    {
        var page = Render<NewJobPage>();
        Assert.Contains("Text is empty.", page.Find(".runbar").TextContent, StringComparison.Ordinal);
        Assert.Contains("Nothing to predict yet", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_IsWhereTheCursorStarts() => Assert.NotNull(Render<NewJobPage>().Find("#text[data-start]"));

    [Fact]
    public void Run_OnlyATryOutModelIsLeftMeanwhile_AsksAgainInsteadOfRunning()
    {
        var page = Typed();
        var plan = Samples.Plan();
        Jobs.OnPreview = _ => plan with { Plan = plan.Plan! with { Tasks = [plan.Plan!.Tasks[0] with { OnTryOutModel = true }] } };
        Do(page, () => page.Find("button[data-run]").Click());
        Assert.Contains("The plan has changed", page.Find(".nj-form").TextContent, StringComparison.Ordinal);
        Assert.Empty(Jobs.Submitted);
        Do(page, () => page.Find("button[data-run]").Click());
        page.WaitForAssertion(() => Assert.Single(Jobs.Submitted));
    }

    [Fact]
    public void Costs_AreInPlainWordsAndOneUnit()
    {
        Jobs.OnPreview = _ => Samples.Plan() with { Predicted = Samples.Estimate(30_600, 60_000), Devices = [Samples.Verdict(Samples.Device()) with { Predicted = Samples.Estimate(30_600, 60_000) }] };
        var page = Typed();
        var row = page.Find("tr.chosen").TextContent;
        Assert.Contains("31–60 s", row, StringComparison.Ordinal);
        Assert.Contains("estimate, not run yet", row, StringComparison.Ordinal);
        var words = page.Find(".nj").TextContent;
        Assert.All((string[])["p50", "p90", "prior", "borrowed"], jargon => Assert.DoesNotContain(jargon, words, StringComparison.Ordinal));
    }

    [Fact]
    public void Explanation_IsReachableByKeyboard()
    {
        var page = Typed();
        var tip = page.Find("button.tip");
        Assert.Equal(tip.QuerySelector("[role=tooltip]")!.Id, tip.GetAttribute("aria-describedby"));
    }

    private IRenderedComponent<NewJobPage> Chat()
    {
        var page = Render<NewJobPage>();
        Do(page, () => page.Find("input[aria-label=Chat]").Change(true));
        page.Type("Why tides?");
        return page;
    }

    private IRenderedComponent<NewJobPage> Typed()
    {
        var page = Render<NewJobPage>();
        page.Type("One sentence.");
        Pass(page, () => Assert.NotEmpty(page.FindAll("[aria-label=Prediction]")));
        return page;
    }
}
