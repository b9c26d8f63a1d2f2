using System.Text.Json;
using CsCheck;
using EdgeMesh.Core;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Core.Jobs;

public sealed class JobRequestJsonTests
{
    public static TheoryData<string, string> Wrong => new()
    {
        { """[]""", "object" },
        { """{}""", "kind" },
        { """{"kind":null}""", "kind" },
        { """{"kind":"poem"}""", "kind" },
        { """{"kind":"Summarize"}""", "kind" },
        { """{"kind":0}""", "kind" },
        { """{"kind":"echo","kind":"chat"}""", "kind" },
        { """{"kind":"echo","policy":"FASTEST"}""", "policy" },
        { """{"kind":"echo","policy":"best_available"}""", "policy" },
        { """{"kind":"echo","colour":1}""", "colour" },
        { """{"kind":"echo","Text":"x"}""", "Text" },
        { """{"kind":"echo","text":5}""", "text" },
        { """{"kind":"echo","text":{}}""", "text" },
        { """{"kind":"echo","text":"\ud800"}""", "surrogate" },
        { """{"kind":"echo","\ud800":1}""", "surrogate" },
        { """{"kind":"echo","deviceId":"../etc"}""", "deviceId" },
        { """{"kind":"echo","deviceId":7}""", "deviceId" },
        { """{"kind":"echo","model":[]}""", "model" },
        { """{"kind":"echo","maxWorkers":"2"}""", "maxWorkers" },
        { """{"kind":"echo","maxWorkers":1.5}""", "maxWorkers" },
        { """{"kind":"echo","maxWorkers":99999999999}""", "maxWorkers" },
        { """{"kind":"echo","options":5}""", "options" },
        { """{"kind":"echo","options":{"count":"5"}}""", "count" },
        { """{"kind":"echo","options":{"count":1,"count":2}}""", "count" },
        { """{"kind":"echo","options":{"sentences":5}}""", "sentences" },
        { """{"kind":"sysinfo","options":{"count":5}}""", "count" },
        { """{"options":{"sentence":5},"kind":"summarize","text":"x"}""", "sentence" },
        { """{"kind":"summarize","options":{"sentences":5.5}}""", "sentences" },
        { """{"kind":"summarize","options":{"share":"half"}}""", "share" },
        { """{"kind":"summarize","options":{"Sentences":5}}""", "Sentences" },
        { """{"kind":"chat","options":{"messages":{}}}""", "messages" },
        { """{"kind":"chat","options":{"messages":[{"role":"user","content":"x","name":"y"}]}}""", "messages" },
        { """{"kind":"chat","options":{"messages":[{"role":"user","content":7}]}}""", "messages" },
        { """{"kind":"chat","options":{"messages":[{"role":"user","content":"\ud800"}]}}""", "options" },
        { """{"kind":"chat","options":{"maxTokens":true}}""", "maxTokens" },
        { """{"kind":"chat","options":{"temperature":"hot"}}""", "temperature" },
        { """{"kind":"chat","options":{"seed":1.5}}""", "seed" },
        { """{"kind":"code","options":{"language":7}}""", "language" },
        { """{"kind":"code","options":{"language":"\udc00"}}""", "options" },
        { """{"kind":"image","options":{"width":"512"}}""", "width" },
        { """{"kind":"image","options":{"size":512}}""", "size" },
        { """{"kind":"chat","options":{"kind":"chat"}}""", "options.kind" },
        { """{"kind":"onnx","options":{"kind":null}}""", "options.kind" },
        { """{"kind":"onnx","options":{"iterations":"5"}}""", "iterations" },
        { """{"kind":"onnx","options":{"runs":5}}""", "runs" },
        { """{"kind":"onnx","options":{"inputs":{"a":[1]}}}""", "inputs" },
        { """{"kind":"onnx","options":{"inputs":[{"name":"a","shape":[1.5]}]}}""", "inputs" },
        { """{"kind":"onnx","options":{"inputs":[{"name":"a","path":"/etc/passwd"}]}}""", "inputs" },
    };

    [Fact]
    public void Read_UnknownOption_ListsTheOptionsAndNothingElse() => Assert.EndsWith(
        "The options are: messages, maxTokens, temperature, seed, timeoutSeconds.",
        Assert.Throws<JsonException>(() => Read("""{"kind":"chat","options":{"topK":5}}""")).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_Wrong_NamesTheField(string json, string field)
    {
        var problem = Assert.Throws<JsonException>(() => Read(json));
        Assert.Contains(field, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"summarize","text":"x","options":{"sentences":7}}""")]
    [InlineData("""{"options":{"share":0.2},"text":"x","kind":"summarize"}""")]
    [InlineData("""{"kind":"chat","text":"x","options":{"messages":[{"role":"user","content":"y"}],"maxTokens":9,"temperature":0.7,"seed":3}}""")]
    [InlineData("""{"kind":"chat","text":"x","options":{}}""")]
    [InlineData("""{"kind":"chat","text":"x","options":null}""")]
    [InlineData("""{"kind":"code","text":"x","options":{"language":"csharp"}}""")]
    [InlineData("""{"kind":"image","text":"x","options":{"count":2,"width":512,"height":512,"steps":4,"seed":1,"negativePrompt":"blur"}}""")]
    [InlineData("""{"kind":"sysinfo","options":{}}""")]
    [InlineData("""{"kind":"echo","policy":null,"deviceId":null,"model":null,"maxWorkers":null,"options":{"count":5}}""")]
    public void Read_EveryKind_CanBeWrittenAndReadAgain(string json)
    {
        var request = Read(json);
        var written = JsonSerializer.Serialize(request, CoreJson.Options);
        Assert.Equal(written, JsonSerializer.Serialize(Read(written), CoreJson.Options));
        Assert.Empty(JobRequestValidator.Validate(request, new JobLimits()));
    }

    [Fact]
    public void Read_AnyText_IsJustText() => Gen.OneOf(
            Gen.String,
            Gen.OneOf("../../etc/passwd", "C:\\Windows\\..", "rm -rf / ; $(reboot)", "<script>alert(1)</script>", "{{x}} ${y} %00 %2e%2e", "日本語。हिन्दी। العربية", "a\0b\u202e\ufeff", "🎉👨‍👩‍👧"))
        .Where(text => !text.Any(char.IsSurrogate) || text.EnumerateRunes().All(r => r.Value != 0xFFFD))
        .Sample(text =>
        {
            var request = new JobRequest(JobKind.Summarize, text, JobPolicy.BestAvailable, null, null, null, new SummarizeOptions());
            Assert.Equal(text, Read(JsonSerializer.Serialize(request, CoreJson.Options)).Text);
        });

    [Fact]
    public void Read_Options_AreOnlyLookedAtForTheKind() =>
        Assert.Equal(new SummarizeOptions(5), Read("""{"options":{"sentences":5},"text":"echo chat image","kind":"summarize"}""").Options);

    [Fact]
    public void JournalOptions_EveryKind_ReadBackTheSame() => Assert.All(Enum.GetValues<JobKind>(), kind =>
    {
        var json = JsonSerializer.Serialize(JobOptions.Default(kind), CoreJson.Options);
        Assert.Equal(kind, JsonSerializer.Deserialize<JobOptions>(json, CoreJson.Options)!.Kind);
    });

    [Fact]
    public void Read_OnnxOptions_AreReadAndWrittenTheSame()
    {
        const string Json = """{"kind":"onnx","model":"net","options":{"iterations":5,"warmUp":1,"seed":7,"file":"a.onnx","inputs":[{"name":"x","shape":[1,3]},{"name":"y","data":"AAAA"}],"npz":null}}""";

        var again = (OnnxOptions)Read(JsonSerializer.Serialize(Read(Json), CoreJson.Options)).Options;

        Assert.Equal((5, 1, 7L, "a.onnx", null), (again.Iterations, again.WarmUp, again.Seed, again.File, again.Npz));
        Assert.Equal(["x 1,3 ", "y  AAAA"], again.Inputs!.Value.Select(i => $"{i.Name} {string.Join(',', i.Shape ?? [])} {i.Data}"));
        Assert.Equal(6, again.TotalRuns());
    }

    private static JobRequest Read(string json) => JsonSerializer.Deserialize<JobRequest>(json, CoreJson.Options)!;
}
