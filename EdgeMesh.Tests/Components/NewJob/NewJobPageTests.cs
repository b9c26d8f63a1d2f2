using Bunit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Features.NewJob;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components.Forms;

namespace EdgeMesh.Tests.Components.NewJob;

public sealed class NewJobPageTests : JobPageContext
{
    private static readonly string[] ChatModels = ["", "llama3.2:3b"];

    [Fact]
    public void Empty_SaysWhatToDo_CannotRun()
    {
        var page = Render<NewJobPage>();
        Assert.Contains("Nothing to predict yet", page.Markup, StringComparison.Ordinal);
        Assert.True(page.Find("button[data-run]").HasAttribute("disabled"));
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Empty(Jobs.Previewed);
    }

    [Fact]
    public void Typing_WhenItRests_IsPricedOnceWithEveryDevice()
    {
        Jobs.OnPreview = _ => Samples.Plan(Samples.Device(), Samples.Device("Surface Laptop 7", 1));
        var page = Render<NewJobPage>();
        page.Type("One sentence.");
        page.Type("One sentence. Another.");
        Pass(page, () => Assert.Equal(2, page.FindAll("tr[data-verdict]").Count));

        Assert.All(Jobs.Previewed, r => Assert.Equal("One sentence. Another.", r.Text));
        Assert.Contains("400 ms", page.Find("[aria-label=Prediction]").TextContent, StringComparison.Ordinal);
        Assert.Contains("estimate, not run yet", page.Find("tr.chosen").TextContent, StringComparison.Ordinal);
        Assert.Contains("Slower: 1.2 s.", page.Find("tr[data-verdict='Surface Laptop 7']").TextContent, StringComparison.Ordinal);
        Assert.False(page.Find("button[data-run]").HasAttribute("disabled"));
        Assert.Contains("Mini PC", page.Find(".runbar").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Note_OneDeviceIsFaster_IsShownWithTheOtherPlan()
    {
        var plan = Samples.Plan();
        Jobs.OnPreview = _ => plan with { Note = "One device is faster: splitting would take 2.0 s.", Alternative = new PlanAlternative(plan.Plan! with { Shape = "Split over 2 devices" }, Samples.Estimate(2_000, 3_000)) };
        var page = Typed();
        Assert.Contains("One device is faster", page.Find("[aria-label=Prediction]").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll(".plan").Count);
    }

    [Fact]
    public void Refused_EveryDeviceSaysWhy_FixIsOffered()
    {
        var draining = Samples.Device("Surface Laptop 7", 1, EdgeMesh.Core.Devices.DeviceState.Draining);
        Fleet.Publish(Samples.Device(), draining);
        Jobs.OnPreview = r => r.Policy == JobPolicy.RequireNpu
            ? Samples.RefusedPlan() with { Devices = [Samples.Filtered(Samples.Device(), "accelerator", "No NPU."), Samples.Filtered(draining, "online", "Draining.")] }
            : Samples.Plan();
        var page = Typed();
        Do(page, () => page.Find("#policy").Change(nameof(JobPolicy.RequireNpu)));
        Pass(page, () => Assert.Equal(2, page.FindAll("[data-refused]").Count));
        Assert.True(page.Find("button[data-run]").HasAttribute("disabled"));
        Assert.Contains("No NPU.", page.Find("[data-refused='Mini PC']").TextContent, StringComparison.Ordinal);

        Do(page, () => page.Find("[data-refused='Surface Laptop 7'] button").Click());
        Assert.Equal($"resume {draining.Id}", Assert.Single(Fleet.Commands));
        Do(page, () => page.Find("[data-refused='Mini PC'] button").Click());
        Pass(page, () => Assert.Empty(page.FindAll("[data-refused]")));
    }

    [Fact]
    public void FleetChange_PricesAgainWithoutTyping()
    {
        var page = Typed();
        Jobs.OnPreview = _ => Samples.RefusedPlan(Samples.Device(state: EdgeMesh.Core.Devices.DeviceState.Lost));
        Fleet.Publish(Samples.Device(state: EdgeMesh.Core.Devices.DeviceState.Lost));
        Pass(page, () => Assert.NotEmpty(page.FindAll("[data-refused]")));
    }

    [Fact]
    public void Chat_OffersRealModelsAndTurns_RequestCarriesThem()
    {
        Fleet.Publish(Samples.Device() with { Runtimes = [Samples.BuiltIn, Samples.Ollama] });
        var page = Render<NewJobPage>();
        Do(page, () => page.Find("input[aria-label=Chat]").Change(true));
        Assert.Equal(ChatModels, page.FindAll("#model option").Select(o => o.GetAttribute("value")!).ToArray());
        Do(page, () => page.Find("#system").Input("Short answers."));
        page.Type("Why tides?");
        Do(page, () => page.Find("#temperature").Change("0.2"));
        Do(page, () => page.Find("#model").Change("llama3.2:3b"));
        Pass(page, () => Assert.False(page.Find("button[data-run]").HasAttribute("disabled")));
        Do(page, () => page.Find("button[data-run]").Click());

        page.WaitForAssertion(() => Assert.Single(Jobs.Submitted));
        var request = Assert.Single(Jobs.Submitted);
        var options = Assert.IsType<ChatOptions>(request.Options);
        Assert.Equal(("Why tides?", "llama3.2:3b", 0.2), (request.Text, request.Model, options.Temperature));
        Assert.Equal(new ChatMessage("system", "Short answers."), Assert.Single(options.Messages));
    }

    [Fact]
    public void Continue_FinishedChat_StartsWithWhatWasSaid()
    {
        var job = Samples.Job(JobState.Succeeded, output: "The moon.") with { Request = Samples.Request(JobKind.Chat, "Why tides?") };
        Jobs.PublishJob(job);
        Navigation.NavigateTo($"/new?continue={job.Id}");
        var page = Render<NewJobPage>();
        var turns = page.FindAll(".nj-turns li");
        Assert.Contains("Why tides?", turns[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("The moon.", turns[1].TextContent, StringComparison.Ordinal);
        Assert.Empty(page.Find("#text").TextContent);
    }

    [Theory]
    [InlineData("photo.png", new byte[] { 0x89, 0x50, 0x4E, 0x47, 0, 1 }, "it is a PNG image")]
    [InlineData("data.bin", new byte[] { 0xC3, 0x28, 0x00 }, "is not a text file")]
    [InlineData("empty.txt", new byte[0], "is empty")]
    public void File_NotText_IsRefusedInWords(string name, byte[] bytes, string words)
    {
        var page = Render<NewJobPage>();
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromBinary(bytes, name));
        page.WaitForAssertion(() => Assert.Contains(words, page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Contains(name, page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void File_TooLarge_IsRefusedWithTheLimit()
    {
        var page = Render<NewJobPage>();
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(new string('a', 70_000), "long.txt"));
        page.WaitForAssertion(() => Assert.Contains("65,536", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_Text_IsTakenAndNamed()
    {
        var page = Render<NewJobPage>();

        // Choosing a file is over when its text has been priced, which takes time that the test lets pass.
        var chosen = Task.Run(() => page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("Grüße aus ../etc/passwd.", "notes.md")), Xunit.TestContext.Current.CancellationToken);
        Pass(page, () => Assert.Equal("Grüße aus ../etc/passwd.", Assert.Single(Jobs.Previewed.TakeLast(1)).Text));
        Pass(page, () => Assert.True(chosen.IsCompleted));
        await chosen;
        Assert.Contains("notes.md", page.Find(".tf").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Accepted_GoesToTheJob()
    {
        var id = Samples.NewJobId();
        Jobs.OnSubmit = _ => FakeJobs.Accepted(id);
        var page = Typed();
        Do(page, () => page.Find("button[data-run]").Click());
        page.WaitForAssertion(() => Assert.EndsWith($"/jobs/{id}", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_QueueFull_SaysSoAndKeepsTheText()
    {
        Jobs.OnSubmit = _ => FakeJobs.Refused(new Problem("queue_full", "The queue is full.", "Too many jobs.", "Try again in a moment."), []);
        var page = Typed();
        Do(page, () => page.Find("button[data-run]").Click());
        page.WaitForAssertion(() => Assert.Contains("The queue is full.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Contains("13 characters", page.Find(".nj-text").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongNumber_IsSaidInWords()
    {
        var page = Typed();
        Do(page, () => page.Find("input[aria-label=Sentences]").Change("5000"));
        Pass(page, () => Assert.Contains("out of range", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.True(page.Find("button[data-run]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Dispose_NobodyListens()
    {
        Typed();
        await AssertLeavesNothingAsync();
    }

    private IRenderedComponent<NewJobPage> Typed()
    {
        var page = Render<NewJobPage>();
        page.Type("One sentence.");
        Pass(page, () => Assert.NotEmpty(page.FindAll("[aria-label=Prediction]")));
        return page;
    }
}
