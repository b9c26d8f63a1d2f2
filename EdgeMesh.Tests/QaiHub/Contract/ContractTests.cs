using System.IO.Compression;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Emulator.Faults;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.QaiHub.Emulator;
using EdgeMesh.Tests.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Contract;

/// <summary>Client and emulator hold the same contract.</summary>
public sealed class ContractTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loop_UploadCompileProfileDownload_Works()
    {
        await using var hub = await EmulatedHub.StartAsync(partBytes: 100);
        var (client, device) = (hub.Client, await hub.DeviceAsync());
        var progress = new Seen<UploadProgress>();
        var model = await hub.UploadAsync(OnnxFiles.Tiny(), progress: progress);
        Assert.Equal(OnnxFiles.Tiny().Length, progress.Items[^1].BytesSent);
        var inputs = ModelPackage.Open(hub.Directory["tiny.onnx"]).Onnx!.Inputs;
        Assert.Empty(CompileChecks.Check(device, inputs, [], OptionLine.Parse("--target_runtime onnx")));

        var states = new Seen<HubJob>();
        var compiled = await client.Jobs.WaitAsync(await client.Jobs.CreateAsync(new CompileRequest(model, device, inputs, "try", "--target_runtime onnx"), cancellationToken: Cancelled), states, cancellationToken: Cancelled);
        Assert.Equal((JobState.Done, JobType.Compile, "try"), (compiled.State, compiled.Type, compiled.Name));
        Assert.Equal(inputs, compiled.Inputs);

        // Its project is nowhere in a job: the service is asked for those of one.
        var projects = await client.Catalog.GetProjectsAsync(Cancelled);
        Assert.Equal(["Emulated project", "Empty project"], projects.Select(p => p.Name));
        foreach (var (project, jobs) in projects.Zip([1, 0]))
        {
            Assert.Equal(jobs, (await client.Jobs.ListSummariesAsync(new JobQuery(Project: project.Id), Cancelled)).Items.Length);
        }

        await Assert.ThrowsAsync<QaiHubException>(() => client.Jobs.ListAsync(new JobQuery(Project: "pgone"), Cancelled));

        // A service of before projects does not have the list.
        hub.Fail(FaultKind.Status, "/projects/", status: 404);
        Assert.Empty(await client.Catalog.GetProjectsAsync(Cancelled));

        var profileId = await client.Jobs.CreateAsync(new ProfileRequest(compiled.TargetModel!.Id, device), cancellationToken: Cancelled);
        var profiled = await client.Jobs.WaitAsync(profileId, cancellationToken: Cancelled);
        var profile = HubProfile.Of((await client.Jobs.GetResultAsync(profileId, Cancelled)).Message);
        Assert.Equal(JobState.Done, profiled.State);
        Assert.True(profile.Inference > TimeSpan.Zero);
        Assert.Equal(1, profile.Units.Sum(u => u.Share), 6);

        var file = await client.Jobs.GetCompiledModelAsync(compiled.Id, Cancelled);
        var saved = await client.Downloads.SaveAsync(file, hub.Directory["out.zip"], new DownloadCheck(Content: FileContent.Onnx), cancellationToken: Cancelled);
        using var zip = ZipFile.OpenRead(saved.Path);
        Assert.Equal(OnnxFiles.Tiny().Length, Assert.Single(zip.Entries).Length);

        await client.Jobs.RenameAsync(compiled.Id, "renamed", Cancelled);
        var page = await client.Jobs.ListSummariesAsync(new JobQuery(Type: JobType.Compile, States: [JobState.Done]), Cancelled);
        Assert.Equal((compiled.Id, "renamed", 1L), (Assert.Single(page.Items).Id, page.Items[0].Name, page.Total));
        Assert.Equal(2, (await client.Jobs.ListAsync(new JobQuery(), Cancelled)).Items.Length);
        Assert.Equal(compiled.TargetModel.Id, Assert.Single((await client.Models.ListAsync(0, 10, compiled.Id, Cancelled)).Items).Id);
        var log = await client.Downloads.SaveAsync(await client.Jobs.GetArtifactAsync(profileId, JobArtifactType.DeviceLog, cancellationToken: Cancelled), hub.Directory["log"], cancellationToken: Cancelled);
        Assert.NotEqual(0, log.Bytes);
    }

    [Theory]
    [InlineData(TargetRuntime.QnnDlc)]
    [InlineData(TargetRuntime.QnnContextBinary)]
    [InlineData(TargetRuntime.PrecompiledQnnOnnx)]
    [InlineData(TargetRuntime.Tflite)]
    public async Task Download_OfOtherTargets_FitsWhatIsKnownOfThem(TargetRuntime runtime)
    {
        await using var hub = await EmulatedHub.StartAsync();
        var (info, client) = (TargetRuntimes.Of(runtime), hub.Client);
        var request = new CompileRequest(await hub.UploadAsync(OnnxFiles.Tiny()), await hub.DeviceAsync(), [], "", $"--target_runtime {info.Value}");
        var job = await client.Jobs.WaitAsync(await client.Jobs.CreateAsync(request, cancellationToken: Cancelled), cancellationToken: Cancelled);
        Assert.Equal(runtime, TargetRuntimes.OfOptions(job.Options)!.Runtime);
        var file = await client.Jobs.GetCompiledModelAsync(job.Id, Cancelled);
        Assert.EndsWith(info.Ending, file.Name, StringComparison.Ordinal);
        Assert.NotEqual(0, (await client.Downloads.SaveAsync(file, hub.Directory["out"], new DownloadCheck(Content: info.Content), cancellationToken: Cancelled)).Bytes);
    }

    [Fact]
    public async Task Devices_WithFilters_AreThoseThatFit()
    {
        await using var hub = await EmulatedHub.StartAsync();
        var all = await hub.Client.Catalog.GetDevicesAsync(cancellationToken: Cancelled);
        Assert.InRange(all.Length, 70, 1_000);
        var windows = await hub.Client.Catalog.GetDevicesAsync(new DeviceQuery(Attributes: "os:windows"), Cancelled);
        Assert.Equal(all.Where(d => d.OsFamily == "windows").Select(d => d.ToString()).Order(), windows.Select(d => d.ToString()).Order());
        var interval = await hub.Client.Catalog.GetDevicesAsync(new DeviceQuery(Os: "[13,14)", Attributes: "os:android"), Cancelled);
        Assert.All(interval, d => Assert.StartsWith("13", d.Os, StringComparison.Ordinal));
        Assert.NotEmpty(interval);
        Assert.Equal(HubFailure.DeviceNotAvailable, (await Hub.FailureAsync(hub.DeviceAsync("Nokia 3310"))).Kind);
        Assert.NotEmpty(await hub.Client.Catalog.GetFrameworksAsync(Cancelled));
    }

    [Fact]
    public async Task Doctor_RightAndWrongToken_SaysSo()
    {
        await using var hub = await EmulatedHub.StartAsync();
        var good = await hub.Factory.CreateDoctor().CheckAsync(new ConfigSearch(hub.Config, null, []), Cancelled);
        Assert.Equal((HubSource.Emulator, true), (good.Source, good.Connected));
        var bad = await hub.Factory.CreateDoctor().CheckAsync(new ConfigSearch(hub.Config with { Token = "wrong" }, null, []), Cancelled);
        Assert.Equal(["token"], bad.Checks.Where(c => !c.Ok).Select(c => c.Name));
    }

    [Fact]
    public async Task Dataset_UploadedAndFetched_IsTheSame()
    {
        await using var hub = await EmulatedHub.StartAsync();
        byte[] content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)i)];
        var id = await hub.Client.Datasets.UploadAsync(hub.File("data.h5", content), "inputs", cancellationToken: Cancelled);
        Assert.True((await hub.Client.Datasets.GetAsync(id, Cancelled)).Uploaded);
        Assert.Equal(id, Assert.Single((await hub.Client.Datasets.ListAsync(0, 10, Cancelled)).Items).Id);
        var saved = await hub.Client.Downloads.SaveAsync(await hub.Client.Datasets.GetFileAsync(id, Cancelled), hub.Directory["out"], cancellationToken: Cancelled);
        Assert.Equal(content, await File.ReadAllBytesAsync(saved.Path, Cancelled));
    }

    [Fact]
    public async Task Upload_AddressExpires_IsThereInTheEnd()
    {
        await using var hub = await EmulatedHub.StartAsync(partBytes: 1_000);
        hub.Fail(FaultKind.Expired, "/objects/");
        hub.Fail(FaultKind.CutOffUpload, "/objects/", afterBytes: 10);
        hub.Fail(FaultKind.Status, "/objects/", status: 503);
        var content = OnnxFiles.Tiny(OnnxFiles.Float32, [1, 3, 8, 8]).Concat(new byte[5_000]).ToArray();
        var id = await hub.UploadAsync(content);
        var saved = await hub.Client.Downloads.SaveAsync(await hub.Client.Models.GetFileAsync(id, Cancelled), hub.Directory["out"], cancellationToken: Cancelled);
        Assert.Equal(content, await File.ReadAllBytesAsync(saved.Path, Cancelled));
    }

    [Fact]
    public async Task Download_CutOff_GoesOnWhereItWas()
    {
        await using var hub = await EmulatedHub.StartAsync();
        var content = new byte[2_000_000];
        new Random(3).NextBytes(content);
        var file = await hub.Client.Models.GetFileAsync(await hub.UploadAsync(content), Cancelled);
        hub.Fail(FaultKind.CutOff, "/objects/", afterBytes: 700_000, count: 2);
        var saved = await hub.Client.Downloads.SaveAsync(file, hub.Directory["out"], cancellationToken: Cancelled);
        Assert.Equal(content, await File.ReadAllBytesAsync(saved.Path, Cancelled));
    }

    [Fact]
    public async Task Jobs_BusyService_AreCreatedInTheEnd()
    {
        await using var hub = await EmulatedHub.StartAsync();
        var model = await hub.UploadAsync(OnnxFiles.Tiny());
        hub.Fail(FaultKind.Status, "/jobs/", status: 429, count: 3, method: "POST");
        hub.Fail(FaultKind.Status, "/jobs/", status: 502, count: 2, method: "POST");
        Assert.Matches("^j[5gp][0-9a-z]{6}[5gp]$", await hub.Client.Jobs.CreateAsync(new ProfileRequest(model, await hub.DeviceAsync()), cancellationToken: Cancelled));
        Assert.Equal(1, (await hub.Client.Jobs.ListSummariesAsync(new JobQuery(), Cancelled)).Total);
    }

    [Fact]
    public async Task Jobs_ThatFailOrNeverEnd_AreNamed()
    {
        await using var hub = await EmulatedHub.StartAsync();
        var (model, device) = (await hub.UploadAsync(OnnxFiles.Tiny()), await hub.DeviceAsync());
        hub.Fail(FaultKind.JobFails, "compile", "Model input 'image' has dynamic shapes. Please use a static shape.");
        hub.Fail(FaultKind.JobStuck, "compile");
        var request = new CompileRequest(model, device, [], "", "--target_runtime onnx");
        var failed = await hub.Client.Jobs.WaitAsync(await hub.Client.Jobs.CreateAsync(request, cancellationToken: Cancelled), cancellationToken: Cancelled);
        Assert.Contains("fixed shape", FailureRemedies.Of(failed), StringComparison.Ordinal);
        Assert.Equal(HubFailure.NotReady, (await Hub.FailureAsync(hub.Client.Jobs.GetResultAsync(failed.Id, Cancelled))).Kind);
        var stuck = await hub.Client.Jobs.CreateAsync(request, cancellationToken: Cancelled);
        Assert.Equal(HubFailure.JobDeadline, (await Hub.FailureAsync(hub.Client.Jobs.WaitAsync(stuck, deadline: TimeSpan.FromMilliseconds(100), cancellationToken: Cancelled))).Kind);
    }

    [Theory]
    [InlineData(FaultKind.Truncated, null, HubFailure.DamagedAnswer)]
    [InlineData(FaultKind.ContentType, "text/html", HubFailure.ForeignAnswer)]
    [InlineData(FaultKind.Redirect, "https://elsewhere.invalid/", HubFailure.Redirected)]
    public async Task Answers_ThatAreWrong_AreNamed(FaultKind kind, string? text, HubFailure failure)
    {
        await using var hub = await EmulatedHub.StartAsync();
        hub.Fail(kind, "/devices/", text);
        Assert.Equal(failure, (await Hub.FailureAsync(hub.Client.Catalog.GetDevicesAsync(cancellationToken: Cancelled))).Kind);
    }

    [Theory]
    [InlineData(401, HubFailure.TokenRefused)]
    [InlineData(403, HubFailure.Forbidden)]
    [InlineData(409, HubFailure.Conflict)]
    [InlineData(413, HubFailure.TooLarge)]
    [InlineData(426, HubFailure.ClientTooOld)]
    public async Task Refusals_OfAnySort_AreNamed(int status, HubFailure failure)
    {
        await using var hub = await EmulatedHub.StartAsync();
        hub.Fail(FaultKind.Status, "/models/", status: status);
        Assert.Equal(failure, (await Hub.FailureAsync(hub.Client.Models.ListAsync(0, 10, cancellationToken: Cancelled))).Kind);
    }
}
