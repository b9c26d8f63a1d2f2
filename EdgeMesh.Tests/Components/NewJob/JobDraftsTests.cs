using System.Text.Json;
using Bunit;
using CsCheck;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Features.NewJob;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components.NewJob;

/// <summary>What was typed comes back when the form opens again, and only then; whatever a browser's store says breaks nothing.</summary>
public sealed class JobDraftsTests : JobPageContext
{
    [Fact]
    public void Draft_OfEveryField_ComesBack()
    {
        Stored(
            """{"kind":1,"fileName":"notes.md","turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi."}],"policy":1,"model":"llama3.2:3b","maxTokens":200,"temperature":0.7,"seed":42}""",
            ("Text", "Why tides?"), ("System", "Short answers."));
        var page = Render<NewJobPage>();

        Assert.Contains("Your draft is back.", page.Markup, StringComparison.Ordinal);
        Pass(page, () => Assert.False(page.Find("button[data-run]").HasAttribute("disabled")));
        Do(page, () => page.Find("button[data-run]").Click());
        page.WaitForAssertion(() => Assert.Single(Jobs.Submitted));
        var request = Assert.Single(Jobs.Submitted);
        var options = Assert.IsType<ChatOptions>(request.Options);
        Assert.Equal((JobKind.Chat, "Why tides?", "notes.md", JobPolicy.PreferLocal, "llama3.2:3b"), (request.Kind, request.Text, request.FileName, request.Policy, request.Model));
        Assert.Equal((200, 0.7, 42L), (options.MaxTokens, options.Temperature, options.Seed));
        Assert.Equal(["system", "user", "assistant"], options.Messages.Select(m => m.Role));
        Assert.NotEmpty(JSInterop.Invocations["edgemeshDrafts.clear"]);
    }

    [Fact]
    public void Draft_GoesBeforeTheJobOfTheAddress()
    {
        var job = Samples.Job(JobState.Succeeded) with { Request = Samples.Request(text: "the old text") };
        Jobs.PublishJob(job);
        Navigation.NavigateTo($"/new?from={job.Id}");
        Stored("{}", ("Text", "what I made of it"));
        Assert.Equal("what I made of it", Render<NewJobPage>().Find("#text").GetAttribute("value"));
    }

    [Fact]
    public void Draft_OnlyWordsOrOnlyOptions_TheRestIsTheAddress()
    {
        var start = new NewJobForm { Kind = JobKind.Chat, Text = "from the job" };
        start.Turns.Add(new ChatMessage("user", "Hello"));
        var words = JobDrafts.Parse("""{"form":null,"fields":{"Text":"typed"}}""", start)!;
        Assert.Equal((JobKind.Chat, "typed", 1), (words.Kind, words.Text, words.Turns.Count));
        var options = JobDrafts.Parse("""{"form":"{\"kind\":\"code\",\"seed\":7}","fields":{}}""", new NewJobForm { Text = "from the job" })!;
        Assert.Equal((JobKind.Code, 7L, "from the job"), (options.Kind, options.Seed, options.Text));
        Assert.Null(JobDrafts.Parse("""{"form":"{\"fileName\":\"big.txt\"}","fields":{"Text":"","System":"x"}}""", new NewJobForm())!.FileName);
    }

    [Fact]
    public void StartOver_ForgetsTheDraft()
    {
        Stored("{}", ("Text", "old"));
        var page = Render<NewJobPage>();
        Do(page, () => page.Find(".nj-back button").Click());
        Assert.Equal("", page.Find("#text").GetAttribute("value") ?? "");
        Assert.NotEmpty(JSInterop.Invocations["edgemeshDrafts.clear"]);
        Assert.DoesNotContain("Your draft is back.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Refused_KeepsTheDraft()
    {
        Jobs.OnSubmit = _ => FakeJobs.Refused(new Problem("queue_full", "The queue is full.", "Too many jobs.", "Try again in a moment."), []);
        Stored("{}", ("Text", "precious"));
        var page = Render<NewJobPage>();
        Pass(page, () => Assert.False(page.Find("button[data-run]").HasAttribute("disabled")));
        Do(page, () => page.Find("button[data-run]").Click());
        page.WaitForAssertion(() => Assert.Contains("The queue is full.", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("edgemeshDrafts.clear", JSInterop.Invocations.Select(i => i.Identifier));
    }

    [Fact]
    public void Changes_AreKeptWhenTheyRest()
    {
        var page = Render<NewJobPage>();
        Do(page, () => page.Find("#policy").Change(nameof(JobPolicy.PreferRemote)));
        Pass(page, () => Assert.Contains("\"policy\":\"PREFER_REMOTE\"", JSInterop.Invocations["edgemeshDrafts.keep"] is [.., var kept] ? (string?)kept.Arguments[0] ?? "" : "", StringComparison.Ordinal));
        Assert.Null(JSInterop.Invocations["edgemeshDrafts.keep"][^1].Arguments[1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("{\"form\":\"{\",\"fields\":{}}")]
    [InlineData("{\"form\":\"null\",\"fields\":null}")]
    [InlineData("{\"form\":\"{\\\"kind\\\":99}\",\"fields\":{\"Text\":\"x\"}}")]
    [InlineData("{\"form\":\"{\\\"kind\\\":6}\",\"fields\":{\"Text\":\"x\"}}")]
    [InlineData("{\"form\":\"{\\\"kind\\\":1,\\\"turns\\\":[{}]}\",\"fields\":{\"Text\":\"x\"}}")]
    [InlineData("{\"form\":\"{\\\"kind\\\":1,\\\"turns\\\":null}\",\"fields\":{}}")]
    [InlineData("{\"form\":\"{\\\"policy\\\":1}\",\"fields\":{}}")]
    public void Parse_NoDraft_IsNone(string stored) => Assert.Null(JobDrafts.Parse(stored, new NewJobForm()));

    [Fact]
    public void Parse_Anything_NeverThrows() => Gen.String.Sample(text =>
    {
        _ = JobDrafts.Parse(text, new NewJobForm());
        _ = JobDrafts.Parse(JsonSerializer.Serialize(new { form = text, fields = new Dictionary<string, string?> { ["Text"] = text, ["Nothing"] = null } }), new NewJobForm());
    });

    private void Stored(string form, params (string Box, string Value)[] boxes) => JSInterop.Setup<string?>("edgemeshDrafts.read").SetResult(
        JsonSerializer.Serialize(new { form, fields = boxes.ToDictionary(b => b.Box, b => b.Value), at = 1 }));
}
