using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>What goes over the wire, byte for byte.</summary>
public sealed class RequestTests
{
    private static readonly HubDevice S24 = new("Samsung Galaxy S24", "14", ["chipset:qualcomm-snapdragon-8gen3", "os:android"], "");

    [Fact]
    public async Task GetUser_Sent_HasExactlyTheHeadersOfTheService()
    {
        await using var hub = Hub.Saying(new User { Id = 7, FirstName = "Ada", LastName = "L", Email = "ada@example.com" });
        var user = await hub.Client.Catalog.GetUserAsync(Hub.Cancelled);
        Assert.Equal(new HubUser(7, "Ada L", "ada@example.com"), user);
        var request = Assert.Single(hub.Requests);
        Assert.Equal("GET /api/v1/users/auth/user/ HTTP/1.1", request.Line);
        Assert.Equal($"token {Hub.Token}", request["Authorization"]);
        Assert.Equal("application/x-protobuf", request["Content-Type"]);
        Assert.Matches(@"^edgemesh_qaihub/\d+\.\d+\.\d+$", request["User-Agent"]);
        Assert.Empty(request.Body);
        Assert.Null(request["Cookie"]);
    }

    [Fact]
    public async Task GetDevices_WithoutQuery_SendsEmptyFieldsAndFalse()
    {
        await using var hub = Hub.Saying(new DeviceList { Devices = { new Device { Name = "X", Os = "1", Attributes = { "htp-supports-fp16:true", "hexagon:v73" } } } });
        var device = Assert.Single(await hub.Client.Catalog.GetDevicesAsync(cancellationToken: Hub.Cancelled));
        Assert.Equal("/api/v1/devices/?name=&os=&select=False", hub.Requests[0].Target);
        Assert.True(device.SupportsFp16);
        Assert.False(device.SupportsWeightSharing);
        Assert.Equal("v73", device.Hexagon);
    }

    [Fact]
    public async Task SelectDevice_WithAttributes_RepeatsTheFieldAndSaysTrue()
    {
        await using var hub = Hub.Saying(new DeviceList { Devices = { new Device { Name = "X", Os = "13" } } });
        await hub.Client.Catalog.SelectDeviceAsync(new DeviceQuery("", "[13,14)", "chipset:a", "vendor:b"), Hub.Cancelled);
        Assert.Equal("/api/v1/devices/?name=&os=%5B13%2C14%29&select=True&attributes=chipset%3Aa&attributes=vendor%3Ab", hub.Requests[0].Target);
    }

    [Fact]
    public async Task SelectDevice_NoneFits_IsNamed()
    {
        await using var hub = Hub.Saying(new DeviceList());
        var failure = await Assert.ThrowsAsync<EdgeMesh.QaiHub.QaiHubException>(() => hub.Client.Catalog.SelectDeviceAsync(new DeviceQuery("Nokia 3310"), Hub.Cancelled));
        Assert.Equal(EdgeMesh.QaiHub.HubFailure.DeviceNotAvailable, failure.Kind);
        Assert.Contains("Nokia 3310", failure.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateCompileJob_Sent_NamesItsDeviceInFieldSeven()
    {
        await using var hub = Hub.Saying(new CreateUpdateResponse { Id = "j5w2gx7p5" });
        var inputs = ImmutableArray.Create(new TensorSpec("image", [new(1), new(3), new(224), new(224)], TensorDtype.Float32));
        Assert.Equal("j5w2gx7p5", await hub.Client.Jobs.CreateAsync(new CompileRequest("mmq12345q", S24, inputs, "try", "--target_runtime onnx"), cancellationToken: Hub.Cancelled));
        var request = Assert.Single(hub.Requests);
        Assert.Equal("POST /api/v1/jobs/ HTTP/1.1", request.Line);
        var compile = Field(request.Body, 4);
        Assert.Equal([4, 7, 8, 9, 10], Fields(compile));
        Assert.Equal([1], Fields(Field(compile, 7)));
        Assert.Equal("Samsung Galaxy S24"u8.ToArray(), Field(Field(Field(compile, 7), 1), 1));
        Assert.Equal("mmq12345q"u8.ToArray(), Field(Field(compile, 4), 1));
        byte[] packedShapeAndFloat32 = [0x0A, 6, 1, 3, 0xE0, 0x01, 0xE0, 0x01, 0x10, 1];
        Assert.Equal(packedShapeAndFloat32, Field(Field(Field(compile, 8), 1), 2));
    }

    [Fact]
    public async Task CreateProfileJob_Sent_NamesItsDeviceInFieldSix()
    {
        await using var hub = Hub.Saying(new CreateUpdateResponse { Id = "j5w2gx7p5" });
        await hub.Client.Jobs.CreateAsync(new ProfileRequest("mmq12345q", S24, "try", "--compute_unit npu"), cancellationToken: Hub.Cancelled);
        var profile = Field(hub.Requests[0].Body, 1);
        Assert.Equal([4, 6, 14, 15], Fields(profile));
        Assert.Equal("Samsung Galaxy S24"u8.ToArray(), Field(Field(profile, 6), 1));
    }

    [Fact]
    public async Task CreateOtherJobs_Sent_HaveTheirNumbers()
    {
        await using var hub = Hub.Saying(new CreateUpdateResponse { Id = "j5w2gx7p5" });
        await hub.Client.Jobs.CreateAsync(new InferenceRequest("mmq12345q", "dd9pg5on9", S24), cancellationToken: Hub.Cancelled);
        await hub.Client.Jobs.CreateAsync(new QuantizeRequest("mmq12345q", "dd9pg5on9", QuantizeDtype.Int8, QuantizeDtype.Int16), cancellationToken: Hub.Cancelled);
        await hub.Client.Jobs.CreateAsync(new LinkRequest(["mmq12345q", "mnq12345q"], S24), cancellationToken: Hub.Cancelled);
        Assert.Equal([3, 4, 7], Fields(Field(hub.Requests[0].Body, 2)));
        Assert.Equal([4, 5, 6, 7], Fields(Field(hub.Requests[1].Body, 6)));
        Assert.Equal([4, 16], Fields(Field(hub.Requests[2].Body, 7)));
    }

    [Fact]
    public async Task Addresses_OfEverything_EndWithASlash()
    {
        await using var hub = new Hub(request => RawHttpServer.Message(
            request.Target.Contains("/download", StringComparison.Ordinal) || request.Target.Contains("/artifacts/", StringComparison.Ordinal)
                ? new FileDownloadURL { Url = "https://storage.example/x", Filename = "x" }
                : new Job { CompileJob = new CompileJob { CompileJobId = "j5w2gx7p5" } }));
        var (jobs, models, datasets) = (hub.Client.Jobs, hub.Client.Models, hub.Client.Datasets);
        await jobs.GetAsync("j5w2gx7p5", Hub.Cancelled);
        await jobs.GetResultAsync("j5w2gx7p5", Hub.Cancelled);
        await jobs.GetCompiledModelAsync("j5w2gx7p5", Hub.Cancelled);
        await jobs.GetArtifactAsync("j5w2gx7p5", JobArtifactType.HubLog, cancellationToken: Hub.Cancelled);
        await jobs.GetArtifactAsync("j5w2gx7p5", JobArtifactType.ProfileTrace, 2, Hub.Cancelled);
        await jobs.RenameAsync("j5w2gx7p5", "new", Hub.Cancelled);
        await models.GetFileAsync("mmq12345q", Hub.Cancelled);
        await datasets.GetFileAsync("dd9pg5on9", Hub.Cancelled);
        await hub.Client.Catalog.GetFrameworksAsync(Hub.Cancelled);
        Assert.Equal(
            [
                "GET /api/v1/jobs/j5w2gx7p5/ HTTP/1.1",
                "GET /api/v1/jobs/j5w2gx7p5/result/ HTTP/1.1",
                "GET /api/v1/jobs/j5w2gx7p5/download_compiled_model/ HTTP/1.1",
                "GET /api/v1/jobs/j5w2gx7p5/device_runs/latest/artifacts/5/ HTTP/1.1",
                "GET /api/v1/jobs/j5w2gx7p5/device_runs/2/artifacts/6/ HTTP/1.1",
                "PATCH /api/v1/jobs/j5w2gx7p5/ HTTP/1.1",
                "GET /api/v1/models/mmq12345q/download/ HTTP/1.1",
                "GET /api/v1/datasets/dd9pg5on9/download_data/ HTTP/1.1",
                "GET /api/v1/frameworks/ HTTP/1.1",
            ],
            hub.Requests.Select(r => r.Line));
        Assert.Equal("new"u8.ToArray(), Field(hub.Requests[5].Body, 1));
    }

    [Fact]
    public async Task ListJobs_WithQuery_SendsStatesAsNumbersAndTypeAsWord()
    {
        await using var hub = Hub.Saying(new JobSummaryList
        {
            TotalQueryCount = 9,
            JobSummaries = { new JobSummary { ProfileJobSummary = new ProfileJobSummary { JobId = "j5w2gx7p5", JobState = JobState.Done, ExecutionTime = 1_500 } }, new JobSummary() },
        });
        var page = await hub.Client.Jobs.ListSummariesAsync(new JobQuery(5, 20, "a@b.c", [JobState.Created, JobState.OptimizingModel], JobType.Profile), Hub.Cancelled);
        Assert.Equal("/api/v1/job_summaries/?offset=5&limit=20&creator=a%40b.c&state=1%2C50&type=profile", hub.Requests[0].Target);
        Assert.Equal(9, page.Total);
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), Assert.Single(page.Items).InferenceTime);
    }

    [Theory]
    [InlineData("../users")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a?x=1")]
    public async Task GetJob_IdThatWouldBeAnotherPath_IsNotSent(string id)
    {
        await using var hub = Hub.Saying(new Job());
        var failure = await Assert.ThrowsAsync<EdgeMesh.QaiHub.QaiHubException>(() => hub.Client.Jobs.GetAsync(id, Hub.Cancelled));
        Assert.Equal(EdgeMesh.QaiHub.HubFailure.NotFound, failure.Kind);
        Assert.Empty(hub.Requests);
    }

    /// <summary>The numbers of a message's fields, each once, in order.</summary>
    private static List<int> Fields(byte[] message) => [.. Walk(message).Select(f => f.Number).Distinct().Order()];

    /// <summary>The bytes of the first field with this number.</summary>
    private static byte[] Field(byte[] message, int number) => Walk(message).First(f => f.Number == number).Value;

    private static List<(int Number, byte[] Value)> Walk(byte[] message)
    {
        var (input, fields) = (new CodedInputStream(message), new List<(int, byte[])>());
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            var wire = WireFormat.GetTagWireType(tag);
            fields.Add((WireFormat.GetTagFieldNumber(tag), wire == WireFormat.WireType.LengthDelimited ? input.ReadBytes().ToByteArray() : [(byte)input.ReadUInt64()]));
        }

        return fields;
    }
}
