using System.IO.Compression;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Support;
using JobResult = EdgeMesh.QaiHub.Wire.JobResult;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>A job's life, and lists of jobs.</summary>
public sealed class JobTests
{
    private static readonly byte[] s_hdf5 = [0x89, .. "HDF\r\n"u8, 0x1A, (byte)'\n', 0, 0, 0, 0];

    [Fact]
    public async Task Compile_GoesThroughItsStates_AndLeavesAModel()
    {
        await using var hub = await RawHub.StartAsync();
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        string id = await hub.CompileAsync(model, "--target_runtime onnx");
        Assert.Matches("^j[5gp][0-9a-z]{6}[5gp]$", id);

        var seen = await StatesAsync(hub, id);
        Assert.Equal([JobState.Created, JobState.OptimizingModel, JobState.Done], seen);
        var job = await hub.JobAsync(id);
        Assert.Equal(JobFailureType.Success, job.FailureType);
        Assert.True(job.CompileJob.CreationTime.ToDateTimeOffset() < job.CompileJob.StartTime.ToDateTimeOffset());
        Assert.True(job.CompileJob.StartTime.ToDateTimeOffset() < job.CompileJob.CompletionTime.ToDateTimeOffset());
        Assert.Equal("Snapdragon X Elite CRD", Assert.Single(job.CompileJob.Devices.Devices).Name);
        Assert.Equal("11", job.CompileJob.Device.Os);
        Assert.Equal("tiny", job.CompileJob.Name);
        Assert.Contains(job.Notices, n => n.Message.Contains("mulated", StringComparison.Ordinal));

        var made = Assert.Single((await hub.GetAsync($"models/?offset=0&limit=10&producer={id}", ModelList.Parser)).Models);
        Assert.Equal(job.CompileJob.TargetModel, made);
        Assert.Equal(id, made.ProducerId);
        Assert.Equal(ModelType.Onnx, made.ModelType);
        Assert.NotNull((await hub.GetAsync($"jobs/{id}/result/", JobResult.Parser)).CompileJobResult);
    }

    [Fact]
    public async Task OtherJobs_GoThroughTheirStates()
    {
        await using var hub = await RawHub.StartAsync();
        var model = new Model { ModelId = await hub.UploadAsync(OnnxFiles.Tiny()) };
        var data = new Dataset { DatasetId = await DatasetAsync(hub) };
        string compiled = await hub.CompileAsync(model.ModelId, "--target_runtime qnn_dlc");
        var dlc = (await hub.EndAsync(compiled)).CompileJob.TargetModel;

        string profile = await hub.ProfileAsync(model.ModelId);
        Assert.Equal([JobState.Created, JobState.ProvisioningDevice, JobState.MeasuringPerformance, JobState.Done], await StatesAsync(hub, profile));

        string inference = (await hub.PostAsync("jobs/", new Job { InferenceJob = new InferenceJob { Model = model, Dataset = data, Device = RawHub.XElite } })).Id;
        Assert.Equal([JobState.Created, JobState.ProvisioningDevice, JobState.RunningInference, JobState.Done], await StatesAsync(hub, inference));
        var result = (await hub.GetAsync($"jobs/{inference}/result/", JobResult.Parser)).InferenceJobResult;
        var outputs = await hub.DownloadAsync($"datasets/{result.OutputDatasetId}/download_data/");
        Assert.Equal(["boxes Float32 1,4"], Hdf5.Names(outputs));
        Assert.Contains("EDGEMESH-EMULATED-PLACEHOLDER", System.Text.Encoding.Latin1.GetString(outputs), StringComparison.Ordinal);

        string quantize = (await hub.PostAsync("jobs/", new Job { QuantizeJob = new QuantizeJob { Model = model, CalibrationDataset = data, WeightsDtype = QuantizeDtype.Int8 } })).Id;
        Assert.Equal([JobState.Created, JobState.QuantizingModel, JobState.Done], await StatesAsync(hub, quantize));
        Assert.Equal(ModelType.Onnx, (await hub.JobAsync(quantize)).QuantizeJob.TargetModel.ModelType);

        string link = (await hub.PostAsync("jobs/", new Job { LinkJob = new LinkJob { Models = new ModelList { Models = { dlc } } } })).Id;
        Assert.Equal([JobState.Created, JobState.LinkingModels, JobState.Done], await StatesAsync(hub, link));
        Assert.Equal(ModelType.QnnContextBinary, (await hub.JobAsync(link)).LinkJob.TargetModel.ModelType);
    }

    [Fact]
    public async Task AnAimetModel_IsCompiledAndMeasured()
    {
        await using var hub = await RawHub.StartAsync();
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in (ReadOnlySpan<(string, byte[])>)[("net.aimet/net.onnx", OnnxFiles.Tiny()), ("net.aimet/net.encodings", [.. "{}"u8])])
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        var model = await hub.UploadAsync(file.ToArray(), "net", ModelType.AimetOnnx, directory: true);
        var compiled = await hub.EndAsync(await hub.CompileAsync(model, "--target_runtime qnn_dlc"));
        Assert.Equal((JobState.Done, ModelType.QnnDlc), (new JobMessage(compiled).State, compiled.CompileJob.TargetModel.ModelType));
        Assert.Equal(JobState.Done, new JobMessage(await hub.EndAsync(await hub.ProfileAsync(compiled.CompileJob.TargetModel.ModelId))).State);
    }

    [Fact]
    public async Task ADataSetThatIsNoHdf5_FailsEveryJobThatWantsIt()
    {
        await using var hub = await RawHub.StartAsync();
        var model = new Model { ModelId = await hub.UploadAsync(OnnxFiles.Tiny()) };
        foreach (byte[] bytes in (byte[][])[[1], [.. "EDGEMESH-EMULATED-PLACEHOLDER"u8], [.. new byte[100], .. s_hdf5]])
        {
            var data = new Dataset { DatasetId = await DatasetAsync(hub, bytes) };
            Job[] jobs =
            [
                new Job { InferenceJob = new InferenceJob { Model = model, Dataset = data, Device = RawHub.XElite } },
                new Job { QuantizeJob = new QuantizeJob { Model = model, CalibrationDataset = data, WeightsDtype = QuantizeDtype.Int8 } },
                new Job { CompileJob = new CompileJob { Model = model, CalibrationDataset = data, Devices = new DeviceList { Devices = { RawHub.XElite } }, Options = "--target_runtime onnx" } },
            ];
            foreach (var job in jobs)
            {
                Assert.Contains("is not a valid HDF5 file", new JobMessage(await hub.EndAsync((await hub.PostAsync("jobs/", job)).Id)).FailureReason, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task ADataSetAfterABlockForTheUser_IsTaken()
    {
        await using var hub = await RawHub.StartAsync();
        var model = new Model { ModelId = await hub.UploadAsync(OnnxFiles.Tiny()) };
        var data = new Dataset { DatasetId = await DatasetAsync(hub, [.. new byte[1024], .. s_hdf5]) };
        string id = (await hub.PostAsync("jobs/", new Job { QuantizeJob = new QuantizeJob { Model = model, CalibrationDataset = data, WeightsDtype = QuantizeDtype.Int8 } })).Id;
        Assert.Equal(JobState.Done, new JobMessage(await hub.EndAsync(id)).State);
    }

    [Fact]
    public async Task Result_BeforeTheEnd_Is404()
    {
        await using var hub = await RawHub.StartAsync();
        string id = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()));
        Assert.Equal(404, (await hub.RefusedAsync(HttpMethod.Get, $"jobs/{id}/result/")).Status);
        Assert.Equal(404, (await hub.RefusedAsync(HttpMethod.Get, $"jobs/{id}/download_compiled_model/")).Status);
        Assert.Equal(404, (await hub.RefusedAsync(HttpMethod.Get, $"jobs/{id}/device_runs/latest/artifacts/5/")).Status);
    }

    [Fact]
    public async Task Jobs_GoOnAcrossARestart()
    {
        await using var hub = await RawHub.StartAsync();
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        string id = await hub.CompileAsync(model, "--target_runtime onnx");
        await hub.RestartAsync();
        Assert.Equal(JobState.Done, (await hub.EndAsync(id)).CompileJob.JobState);
        await hub.RestartAsync();
        Assert.NotEmpty(await hub.DownloadAsync($"jobs/{id}/download_compiled_model/"));
        Assert.NotNull((await hub.GetAsync($"jobs/{id}/result/", JobResult.Parser)).CompileJobResult);
    }

    [Fact]
    public async Task Summaries_AreFilteredAndPaged()
    {
        await using var hub = await RawHub.StartAsync();
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        string first = await hub.ProfileAsync(model);
        await hub.EndAsync(first);
        string second = await hub.CompileAsync(model);
        hub.Time.Advance(TimeSpan.FromMilliseconds(1));
        string third = await hub.ProfileAsync(model);

        Assert.Equal([third, second, first], await IdsAsync(hub, ""));
        Assert.Equal([second], await IdsAsync(hub, "offset=1&limit=1"));
        Assert.Equal([third, first], await IdsAsync(hub, "type=profile"));
        Assert.Equal([first], await IdsAsync(hub, "state=10,30"));
        Assert.Equal([third, second], await IdsAsync(hub, "state=1"));
        Assert.Empty(await IdsAsync(hub, "creator=somebody@else.invalid"));
        Assert.Equal(3, (await IdsAsync(hub, "creator=emulated.user@emulator.invalid")).Count);

        var list = await hub.GetAsync("job_summaries/?offset=0&limit=1&type=profile&state=10", JobSummaryList.Parser);
        var summary = Assert.Single(list.JobSummaries).ProfileJobSummary;
        Assert.Equal(("Snapdragon X Elite CRD", "11", JobState.Done), (summary.DeviceName, summary.DeviceOsVersion, summary.JobState));
        Assert.True(summary.ExecutionTime > 0 && summary.ExecutionPeakMemory.Upper > 0);
        Assert.Equal(3UL, (await hub.GetAsync("jobs/?offset=0&limit=1", JobList.Parser)).TotalQueryCount);
    }

    [Fact]
    public async Task Rename_ChangesTheName_AlsoOfAJobThatGoesOn()
    {
        await using var hub = await RawHub.StartAsync();
        string id = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()));
        await hub.ChangeAsync(HttpMethod.Patch, $"jobs/{id}/", new JobPublicUpdate { Name = "other" });
        Assert.Equal("other", (await hub.EndAsync(id)).CompileJob.Name);
    }

    [Fact]
    public async Task Create_ForNoSuchDevice_Is404WithTheServicesWords()
    {
        await using var hub = await RawHub.StartAsync();
        var model = new Model { ModelId = await hub.UploadAsync(OnnxFiles.Tiny()) };
        var nowhere = new Device { Name = "Pixel 99" };
        Job[] jobs =
        [
            new() { CompileJob = new CompileJob { Model = model, Devices = new DeviceList { Devices = { nowhere } } } },
            new() { CompileJob = new CompileJob { Model = model, Device = RawHub.XElite } },
            new() { ProfileJob = new ProfileJob { Model = model, Device = nowhere } },
            new() { ProfileJob = new ProfileJob { Model = model } },
        ];
        foreach (var job in jobs)
        {
            Assert.Equal((404, "Unable to find a target device matching the specified constraints."), await hub.RefusedAsync(HttpMethod.Post, "jobs/", job));
        }
    }

    [Fact]
    public async Task Create_WithoutAnUploadedModel_IsRefused()
    {
        await using var hub = await RawHub.StartAsync();
        string empty = (await hub.PostAsync("models/", new Model { ModelType = ModelType.Onnx })).Id;
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Post, "jobs/", new Job { ProfileJob = new ProfileJob { Model = new Model { ModelId = empty }, Device = RawHub.XElite } })).Status);
        Assert.Equal(404, (await hub.RefusedAsync(HttpMethod.Post, "jobs/", new Job { ProfileJob = new ProfileJob { Device = RawHub.XElite } })).Status);
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Post, "jobs/", new Job())).Status);
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Post, "jobs/", new Job { LinkJob = new LinkJob() })).Status);
    }

    [Fact]
    public async Task Job_WhoseModelIsGone_FailsAndHindersNobody()
    {
        await using var hub = await RawHub.StartAsync();
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        string id = await hub.CompileAsync(model, "--target_runtime onnx");
        File.Delete(Path.Combine(hub.Folder, "assets", model));
        var job = await hub.EndAsync(id);
        Assert.Equal(JobState.Failed, job.CompileJob.JobState);
        Assert.NotEmpty(job.CompileJob.FailureReason);
    }

    [Fact]
    public async Task Cancel_IsNotThere()
    {
        await using var hub = await RawHub.StartAsync();
        string id = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()));
        using var response = await hub.SendAsync(HttpMethod.Delete, $"jobs/{id}/");
        Assert.False(response.IsSuccessStatusCode);
    }

    [Fact]
    public void Phases_ScaleWithSpeed_AndVaryByIdOnly()
    {
        var times = new JobTimes();
        var slow = JobPhases.Of(JobType.Profile, "jgabc123p", times, 1);
        var fast = JobPhases.Of(JobType.Profile, "jgabc123p", times, 10);
        Assert.Equal(slow, JobPhases.Of(JobType.Profile, "jgabc123p", times, 1));
        Assert.All(slow.Zip(fast), p => Assert.Equal(p.First.Lasts.TotalSeconds, p.Second.Lasts.TotalSeconds * 10, 1e-3));
        Assert.InRange(slow[1].Lasts / times.ProvisioningDevice, 0.75, 1.25);
        Assert.Equal((JobState.Created, TimeSpan.Zero), JobPhases.At(slow, TimeSpan.Zero));
        Assert.Null(JobPhases.At(slow, TimeSpan.FromHours(1)).State);
    }

    [Fact]
    public async Task SharedAccess_KeepsAddresses()
    {
        await using var hub = await RawHub.StartAsync();
        string id = await hub.UploadAsync(OnnxFiles.Tiny());
        using (var change = await hub.SendAsync(HttpMethod.Patch, $"models/{id}/shared_access/", RawHub.Body(new EdgeMesh.QaiHub.Emulator.Api.Wire.SharedAccessChange { AddEmail = { "a@b.invalid", "c@d.invalid" } })))
        {
            Assert.True(change.IsSuccessStatusCode);
        }

        Assert.Equal(["a@b.invalid", "c@d.invalid"], (await hub.GetAsync($"models/{id}/shared_access/", EdgeMesh.QaiHub.Emulator.Api.Wire.SharedAccess.Parser)).Email);
        using (var delete = await hub.SendAsync(HttpMethod.Delete, $"models/{id}/shared_access/"))
        {
            Assert.True(delete.IsSuccessStatusCode);
        }

        Assert.Empty((await hub.GetAsync($"models/{id}/shared_access/", EdgeMesh.QaiHub.Emulator.Api.Wire.SharedAccess.Parser)).Email);
    }

    private static async Task<string> DatasetAsync(RawHub hub, byte[]? bytes = null)
    {
        bytes ??= s_hdf5;
        string id = (await hub.PostAsync("datasets/", new Dataset { Name = "inputs" })).Id;
        var url = await hub.GetAsync($"datasets/{id}/upload_url/?file_size={bytes.Length}", FileUploadURL.Parser);
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in url.Fields)
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new ByteArrayContent(bytes), url.FileFieldName, "model");
        using var response = await hub.SendAsync(HttpMethod.Post, url.Url, form, authorization: null);
        Assert.True(response.IsSuccessStatusCode);
        await hub.ChangeAsync(HttpMethod.Patch, $"datasets/{id}/", new Dataset { FileUploadComplete = true });
        return id;
    }

    /// <summary>The states that a poll every two seconds sees.</summary>
    private static async Task<List<JobState>> StatesAsync(RawHub hub, string id)
    {
        var seen = new List<JobState>();
        while (seen.Count == 0 || seen[^1] is not (JobState.Done or JobState.Failed))
        {
            var state = new JobMessage(await hub.JobAsync(id)).State;
            if (seen.Count == 0 || seen[^1] != state)
            {
                seen.Add(state);
            }

            hub.Time.Advance(TimeSpan.FromSeconds(2));
        }

        return seen;
    }

    private static async Task<List<string>> IdsAsync(RawHub hub, string query) =>
        [.. (await hub.GetAsync($"jobs/?{query}", JobList.Parser)).Jobs.Select(j => new JobMessage(j).Id)];
}
