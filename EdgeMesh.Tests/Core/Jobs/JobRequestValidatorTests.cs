using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Core.Jobs;

public sealed class JobRequestValidatorTests
{
    private static readonly JobLimits Limits = new() { MaxTextBytes = 100, MaxInputBytes = 1_024 };

    public static TheoryData<string, string, JobOptions> BadOptions => new()
    {
        { "options.sentences", "out_of_range", new SummarizeOptions(0) },
        { "options.sentences", "out_of_range", new SummarizeOptions(-1) },
        { "options.sentences", "out_of_range", new SummarizeOptions(101) },
        { "options.share", "out_of_range", new SummarizeOptions(null, 0) },
        { "options.share", "out_of_range", new SummarizeOptions(null, 1.01) },
        { "options.share", "out_of_range", new SummarizeOptions(null, double.NaN) },
        { "options.share", "out_of_range", new SummarizeOptions(null, double.PositiveInfinity) },
        { "options", "options_conflict", new SummarizeOptions(5, 0.2) },
        { "options.maxTokens", "out_of_range", new ChatOptions([], 0) },
        { "options.maxTokens", "out_of_range", new ChatOptions([], 32_769) },
        { "options.temperature", "out_of_range", new ChatOptions([], null, -0.1) },
        { "options.temperature", "out_of_range", new ChatOptions([], null, double.NaN) },
        { "options.temperature", "out_of_range", new ChatOptions([], null, 2.1) },
        { "options.messages", "message_invalid", new ChatOptions([new ChatMessage("robot", "x")]) },
        { "options.messages", "message_invalid", new ChatOptions([new ChatMessage("user", null!)]) },
        { "options.messages", "message_invalid", new ChatOptions([new ChatMessage(null!, "x")]) },
        { "options.messages", "message_invalid", new ChatOptions([null!]) },
        { "options.messages", "message_invalid", new ChatOptions([new ChatMessage("user", "\ud800")]) },
        { "options.messages", "text_too_large", new ChatOptions([new ChatMessage("user", new string('x', 101))]) },
        { "options.messages", "out_of_range", new ChatOptions([.. Enumerable.Repeat(new ChatMessage("user", ""), 257)]) },
        { "options.language", "out_of_range", new CodeOptions(new string('x', 41)) },
        { "options.maxTokens", "out_of_range", new CodeOptions(null, -5) },
        { "options.temperature", "out_of_range", new CodeOptions(null, null, 3) },
        { "options.count", "out_of_range", new ImageOptions(0) },
        { "options.count", "out_of_range", new ImageOptions(17) },
        { "options.width", "out_of_range", new ImageOptions(null, 511) },
        { "options.width", "out_of_range", new ImageOptions(null, 0) },
        { "options.height", "out_of_range", new ImageOptions(null, null, 4_104) },
        { "options.height", "out_of_range", new ImageOptions(null, null, -8) },
        { "options.steps", "out_of_range", new ImageOptions(null, null, null, 0) },
        { "options.steps", "out_of_range", new ImageOptions(null, null, null, 151) },
        { "options.count", "out_of_range", new EchoOptions(0) },
        { "options.count", "out_of_range", new EchoOptions(1_001) },
        { "options.iterations", "out_of_range", new OnnxOptions(0) },
        { "options.iterations", "out_of_range", new OnnxOptions(10_001) },
        { "options.warmUp", "out_of_range", new OnnxOptions(WarmUp: -1) },
        { "options.file", "file_invalid", new OnnxOptions(File: "../net.onnx") },
        { "options.file", "file_invalid", new OnnxOptions(File: "/etc/net.onnx") },
        { "options.file", "file_invalid", new OnnxOptions(File: "net.bin") },
        { "options.inputs", "input_invalid", new OnnxOptions(Inputs: [new OnnxInput("")]) },
        { "options.inputs", "input_invalid", new OnnxOptions(Inputs: [null!]) },
        { "options.inputs", "input_invalid", new OnnxOptions(Inputs: [new OnnxInput("a"), new OnnxInput("a")]) },
        { "options.inputs", "input_invalid", new OnnxOptions(Inputs: [new OnnxInput("a", [-1])]) },
        { "options.inputs", "input_invalid", new OnnxOptions(Inputs: [new OnnxInput("a", [1, 1L << 40])]) },
        { "options.inputs", "input_invalid", new OnnxOptions(Inputs: [new OnnxInput("a", Data: "no base64!")]) },
        { "options.npz", "input_invalid", new OnnxOptions(Npz: "no base64!") },
        { "options.inputs", "inputs_too_large", new OnnxOptions(Inputs: [new OnnxInput("a", Data: new string('A', 2_000))]) },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Validate_BadOption_NamesItWithARemedy(string field, string code, JobOptions options)
    {
        var problem = Assert.Single(JobRequestValidator.Validate(Request(options.Kind, options), Limits));
        Assert.Equal((field, code), (problem.Field, problem.Code));
        Assert.All([problem.Title, problem.Detail, problem.Remedy], s => Assert.EndsWith(".", s, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(JobKind.Summarize, true)]
    [InlineData(JobKind.Chat, true)]
    [InlineData(JobKind.Code, true)]
    [InlineData(JobKind.Image, true)]
    [InlineData(JobKind.Sysinfo, false)]
    [InlineData(JobKind.Echo, false)]
    [InlineData(JobKind.Onnx, false)]
    public void Validate_EmptyText_IsAProblemWhereATextIsNeeded(JobKind kind, bool needed) =>
        Assert.All(["", "   \n\t"], text => Assert.Equal(needed ? ["text_empty"] : [], JobRequestValidator.Validate(Request(kind) with { Text = text }, Limits).Select(p => p.Code)));

    [Fact]
    public void Validate_ChatWithMessages_NeedsNoText() =>
        Assert.Empty(JobRequestValidator.Validate(Request(JobKind.Chat, new ChatOptions([new ChatMessage("user", "Hello")])) with { Text = "" }, Limits));

    [Fact]
    public void Validate_TextOfTooManyBytes_CountsUtf8()
    {
        Assert.Empty(JobRequestValidator.Validate(Request(JobKind.Echo) with { Text = new string('x', 100) }, Limits));
        Assert.Equal("text_too_large", Assert.Single(JobRequestValidator.Validate(Request(JobKind.Echo) with { Text = new string('é', 51) }, Limits)).Code);
    }

    [Fact]
    public void Validate_HalfASurrogatePair_IsNotUnicode() => Assert.All(
        ["\ud83d", "x\udc00", "\udc00\ud83d"],
        text => Assert.Equal("text_not_unicode", Assert.Single(JobRequestValidator.Validate(Request(JobKind.Echo) with { Text = text }, Limits)).Code));

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("C:\\..\\boot.ini")]
    [InlineData("if (a < b) { rm(\"/\"); } // 日本語 🎉")]
    [InlineData("a\0b\u202e")]
    public void Validate_AnyUnicode_IsJustText(string text) =>
        Assert.All(Enum.GetValues<JobKind>(), kind => Assert.Empty(JobRequestValidator.Validate(Request(kind) with { Text = text }, Limits)));

    [Fact]
    public void Validate_OnnxWithoutAModel_AsksForOne() => Assert.Equal(["model_missing"], Codes(Request(JobKind.Onnx) with { Model = null }));

    [Fact]
    public void Validate_Routing_IsChecked()
    {
        var request = Request(JobKind.Echo);
        Assert.Equal([], Codes(request));
        Assert.Equal(["device_missing"], Codes(request with { Policy = JobPolicy.ForceDevice }));
        Assert.Equal(["device_unexpected"], Codes(request with { DeviceId = Any.Id(0) }));
        Assert.Equal([], Codes(request with { Policy = JobPolicy.ForceDevice, DeviceId = Any.Id(0) }));
        Assert.Equal(["policy_not_available"], Codes(request with { Policy = JobPolicy.LowPower }));
        Assert.Equal(["model_invalid"], Codes(request with { Model = "" }));
        Assert.Equal(["model_invalid"], Codes(request with { Model = new string('m', 201) }));
        Assert.Equal(["model_invalid"], Codes(request with { Model = "a\nb" }));
        Assert.Equal(["out_of_range"], Codes(request with { MaxWorkers = 0 }));
        Assert.Equal(["out_of_range"], Codes(request with { MaxWorkers = 65 }));
        Assert.Equal([], Codes(request with { MaxWorkers = 64 }));
    }

    [Fact]
    public void Validate_OptionsOfAnotherKind_AreRefused() => Assert.Equal(["options_kind"], Codes(Request(JobKind.Echo, new SummarizeOptions(5))));

    [Fact]
    public void Validate_ManyProblems_AreAllSaid() =>
        Assert.Equal(
            ["text_empty", "device_missing", "out_of_range", "out_of_range"],
            Codes(Request(JobKind.Summarize, new SummarizeOptions(0)) with { Text = "", Policy = JobPolicy.ForceDevice, MaxWorkers = 0 }));

    private static IEnumerable<string> Codes(JobRequest request) => JobRequestValidator.Validate(request, Limits).Select(p => p.Code);

    private static JobRequest Request(JobKind kind, JobOptions? options = null) => new(kind, "A text.", JobPolicy.BestAvailable, null, kind == JobKind.Onnx ? "net" : null, null, options ?? JobOptions.Default(kind));
}
