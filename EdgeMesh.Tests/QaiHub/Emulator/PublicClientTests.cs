using EdgeMesh.QaiHub.Wire;
using JobResult = EdgeMesh.QaiHub.Wire.JobResult;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>
/// The emulator as the service's public client (0.36) reads it: a status text in the answer to a creation is an error, after which it sends nothing more, and a profile without
/// its version is read the old way.
/// </summary>
public sealed class PublicClientTests(SharedHub shared) : IClassFixture<SharedHub>
{
    // With the first bytes of HDF5, as a data set must have; a model may have any.
    private static readonly byte[] Bytes = [0x89, .. "HDF\r\n"u8, 0x1A, (byte)'\n', .. Enumerable.Range(0, 9_000).Select(i => (byte)i)];

    [Fact]
    public async Task Creation_OfAnything_HasNoStatusText()
    {
        var hub = shared.Hub;
        var model = await hub.PostAsync("models/", new Model { Name = "m", ModelType = ModelType.Onnx });
        var dataset = await hub.PostAsync("datasets/", new Dataset { Name = "d" });
        var uploaded = await hub.UploadAsync(OnnxFiles.Tiny());
        var job = await hub.PostAsync("jobs/", new Job { ProfileJob = new ProfileJob { Model = new Model { ModelId = uploaded }, Device = RawHub.XElite } });
        Assert.All([model, dataset, job], answer => Assert.Equal("", answer.Status));
        Assert.All([model, dataset, job], answer => Assert.NotEmpty(answer.Id));
    }

    [Fact]
    public async Task UploadModel_AsThePublicClientDoes_SendsEveryByte()
    {
        var hub = shared.Hub;
        var created = await hub.PostAsync("models/", new Model { Name = "m", ModelType = ModelType.Onnx });
        StopOnStatus(created);
        var upload = await hub.GetAsync($"models/{created.Id}/multipart_upload/?file_size={Bytes.Length}&use_acceleration=true", FileMultipartUploadURL.Parser);
        using var put = await hub.PutPartAsync(Assert.Single(upload.Urls), Bytes);
        StopOnStatus(await hub.PostAsync($"models/{created.Id}/multipart_upload/", new FileMultipartUploadComplete { UploadId = upload.UploadId, Etags = { put.Headers.GetValues("ETag") } }));
        Assert.Equal(Bytes, await hub.DownloadAsync($"models/{created.Id}/download/?use_acceleration=true"));
    }

    [Fact]
    public async Task UploadDataset_AsThePublicClientDoes_SendsEveryByte()
    {
        var hub = shared.Hub;
        var created = await hub.PostAsync("datasets/", new Dataset { Name = "d" });
        StopOnStatus(created);
        var form = await hub.GetAsync($"datasets/{created.Id}/upload_url/?file_size={Bytes.Length}&use_acceleration=true", FileUploadURL.Parser);
        using var parts = new MultipartFormDataContent();
        foreach (var (key, value) in form.Fields)
        {
            parts.Add(new StringContent(value), $"\"{key}\"");
        }

        parts.Add(new ByteArrayContent(Bytes), $"\"{form.FileFieldName}\"", "\"model\"");
        using var sent = await hub.SendAsync(HttpMethod.Post, form.Url, parts, authorization: null);
        Assert.True(sent.IsSuccessStatusCode);
        StopOnStatus(await hub.ChangeAsync(HttpMethod.Patch, $"datasets/{created.Id}/", new Dataset { FileUploadComplete = true }));
        Assert.Equal(Bytes, await hub.DownloadAsync($"datasets/{created.Id}/download_data/"));
    }

    [Fact]
    public async Task Profile_HasItsVersionAndEverythingThatIsPrinted()
    {
        var hub = shared.Hub;
        string job = await hub.ProfileAsync(await hub.UploadAsync(OnnxFiles.Tiny()));
        Assert.Equal(JobState.Done, (await hub.EndAsync(job)).ProfileJob.JobState);
        var profile = (await hub.GetAsync($"jobs/{job}/result/", JobResult.Parser)).ProfileJobResult.Profile;
        Assert.Equal((1UL, 2UL), (profile.MajorVersion, profile.MinorVersion));
        Assert.All(
            [profile.CompileMemory, profile.ColdLoadMemory, profile.WarmLoadMemory, profile.ExecutionMemory],
            memory => Assert.True(memory is { Increase: { } i, Peak: { } p } && i.Lower <= i.Upper && p is { Lower: > 0 } && p.Lower <= p.Upper));
        Assert.All(
            [profile.AllCompileTimes, profile.AllColdLoadTimes, profile.AllWarmLoadTimes, profile.AllExecutionTimes],
            times => Assert.True(times.Count > 0 && times.All(t => t > 0)));
        Assert.Equal((profile.AllColdLoadTimes.Min(), profile.AllWarmLoadTimes.Min()), (profile.ColdLoadTime, profile.WarmLoadTime));
        Assert.All(
            [
                profile.BeforeCompilePeakMemory, profile.AfterCompilePeakMemory, profile.BeforeColdLoadPeakMemory, profile.AfterColdLoadPeakMemory, profile.BeforeWarmLoadPeakMemory,
                profile.AfterWarmLoadPeakMemory, profile.BeforeExecutionPeakMemory, profile.AfterExecutionPeakMemory,
            ],
            bytes => Assert.True(bytes > 0));
    }

    [Theory]
    [InlineData("--target_runtime tflite --truncate_64bit_io True", true)]
    [InlineData("--target_runtime tflite --truncate_64bit_io true --truncate_64bit_tensors True", true)]
    [InlineData("--truncate_64bit_io=True --target_runtime tflite", true)]
    [InlineData("--target_runtime tflite --truncate_64bit_io --truncate_64bit_tensors", true)]
    [InlineData("--target_runtime tflite --truncate_64bit_io False", false)]
    [InlineData("--target_runtime tflite --truncate_64bit_io maybe", false)]
    [InlineData("--target_runtime tflite --qairt_version 2.45 --truncate_64bit_io True", true)]
    [InlineData("--target_runtime tflite --qairt_version 2.45.0 --truncate_64bit_io True", true)]
    [InlineData("--target_runtime tflite --qairt_version default --truncate_64bit_io True", true)]
    [InlineData("--target_runtime tflite --qairt_version 2.44.0 --truncate_64bit_io True", false)]
    public async Task Compile_OptionsAsQualcommsModelsWriteThem_AreUnderstood(string options, bool compiles)
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny(OnnxFiles.Int64));
        var job = (await hub.EndAsync(await hub.CompileAsync(model, options, new Device { Name = "Samsung Galaxy S24" }))).CompileJob;
        Assert.True(job.JobState == (compiles ? JobState.Done : JobState.Failed), job.FailureReason);
    }

    [Theory]
    [InlineData("--range_scheme mse_minimizer")]
    [InlineData("--range_scheme min_max --lite_mp percentage=10;override_qtype=int16")]
    [InlineData("")]
    public async Task Quantize_OptionsAsQualcommsModelsWriteThem_AreUnderstood(string options)
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        string dataset = await DatasetAsync(hub);
        var made = await hub.PostAsync("jobs/", new Job
        {
            QuantizeJob = new QuantizeJob
            {
                Model = new Model { ModelId = model }, CalibrationDataset = new Dataset { DatasetId = dataset }, WeightsDtype = QuantizeDtype.Int8, ActivationsDtype = QuantizeDtype.Int8, Options = options,
            },
        });
        var job = (await hub.EndAsync(made.Id)).QuantizeJob;
        Assert.True(job.JobState == JobState.Done, job.FailureReason);
    }

    [Theory]
    [InlineData("/jobs/j5w2gx7p5/")]
    [InlineData("/jobs/j5w2gx7p5")]
    public async Task PageOfAJob_AsClientsPrintIt_SaysThatThereIsNone(string path)
    {
        using var answer = await shared.Hub.SendAsync(HttpMethod.Get, path, authorization: null);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("It has no pages", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(401, (await RawHub.DetailAsync(await shared.Hub.SendAsync(HttpMethod.Get, "/api/v1/jobs/", authorization: null))).Status);
    }

    [Fact]
    public async Task Frameworks_OneIsTheDefault_AndFullNumbersAreFull()
    {
        var list = await shared.Hub.GetAsync("frameworks/", FrameworkList.Parser);
        Assert.Single(list.Frameworks, f => f.ApiTags.Contains("default"));
        Assert.All(list.Frameworks, f => Assert.Matches(@"^\d+\.\d+\.\d+$", f.FullVersion));
    }

    [Fact]
    public async Task Compile_WithoutInputSpecs_TellsTheShapesItCompiledFor()
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        var job = (await hub.EndAsync(await hub.CompileAsync(model, "--target_runtime onnx"))).CompileJob;
        Assert.All([job.TensorTypeList, job.TargetTensorTypeList], list => Assert.Equal([1UL, 3UL, 8UL, 8UL], Assert.Single(list.Types_).TensorType.Shape));
    }

    [Fact]
    public async Task Compile_TypeOtherThanTheModels_Fails()
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny(OnnxFiles.Int64));
        var wrong = new NamedTensorType { Name = "image", TensorType = new TensorType { Dtype = TensorDtype.Float32, Shape = { 1, 3, 8, 8 } } };
        var job = (await hub.EndAsync(await hub.CompileAsync(model, "--target_runtime onnx", null, wrong))).CompileJob;
        Assert.Equal(JobState.Failed, job.JobState);
        Assert.Contains("int64", job.FailureReason, StringComparison.Ordinal);
    }

    /// <summary>What the public client does with every answer to a creation.</summary>
    private static void StopOnStatus(CreateUpdateResponse answer) => Assert.True(answer.Status.Length == 0, $"The client stops here: {answer.Status}");

    private static async Task<string> DatasetAsync(RawHub hub)
    {
        var id = (await hub.PostAsync("datasets/", new Dataset { Name = "d" })).Id;
        var form = await hub.GetAsync($"datasets/{id}/upload_url/?file_size={Bytes.Length}", FileUploadURL.Parser);
        using var parts = new MultipartFormDataContent();
        foreach (var (key, value) in form.Fields)
        {
            parts.Add(new StringContent(value), $"\"{key}\"");
        }

        parts.Add(new ByteArrayContent(Bytes), $"\"{form.FileFieldName}\"", "\"model\"");
        using var sent = await hub.SendAsync(HttpMethod.Post, form.Url, parts, authorization: null);
        await hub.ChangeAsync(HttpMethod.Patch, $"datasets/{id}/", new Dataset { FileUploadComplete = true });
        return id;
    }
}
