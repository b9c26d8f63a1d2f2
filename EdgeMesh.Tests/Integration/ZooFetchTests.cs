using System.IO.Compression;
using System.Net;
using System.Text.Json;
using EdgeMesh.Tests.Agent.Models.Store;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>Real processes: a model of the zoo from a mirror on loopback to a device's store, and what happens when the mirror lacks it or the device may not go there.</summary>
public sealed class ZooFetchTests
{
    private const string Path = "models/mobilenet_v2/releases/v0.47.0/mobilenet_v2-onnx-float.zip";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Fetch_FromTheMirror_EndsInTheStoreAsOnnx()
    {
        using var directory = new TemporaryDirectory();
        await using var mirror = await FileServer.StartAsync();
        mirror.Put(Path, Zip());
        await using var dashboard = await StartAsync(directory, mirror);
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], allowHosts: mirror.Authority);
        var device = (await dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == "North").GetProperty("id").GetString()!;

        var done = await FetchedAsync(dashboard, device);
        Assert.True(done.GetProperty("state").GetString() == "Succeeded", done.ToString());
        var row = (await dashboard.GetAsync("/api/models")).GetProperty("models").EnumerateArray().Single(m => m.GetProperty("id").GetString() == "mobilenet_v2-onnx-float");
        var place = Assert.Single(row.GetProperty("devices").EnumerateArray());
        Assert.Equal("onnx", place.GetProperty("kind").GetString());
        Assert.EndsWith(Path, place.GetProperty("source").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_WhatTheReleaseLacks_FailsInWords()
    {
        using var directory = new TemporaryDirectory();
        await using var mirror = await FileServer.StartAsync();
        await using var dashboard = await StartAsync(directory, mirror);
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], allowHosts: mirror.Authority);
        var device = (await dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == "North").GetProperty("id").GetString()!;

        var failed = await FetchedAsync(dashboard, device);
        Assert.Equal("Failed", failed.GetProperty("state").GetString());
        Assert.NotEmpty(failed.GetProperty("error").GetProperty("remedy").GetString()!);
    }

    [Fact]
    public async Task Fetch_PrivateAddress_IsNeverOpened()
    {
        using var directory = new TemporaryDirectory();
        await using var mirror = await FileServer.StartAsync();
        mirror.Put(Path, Zip());
        await using var dashboard = await StartAsync(directory, mirror);
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"]);
        var device = (await dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == "North").GetProperty("id").GetString()!;

        var failed = await FetchedAsync(dashboard, device);
        Assert.Equal("refused_address", failed.GetProperty("error").GetProperty("code").GetString());
        Assert.Empty(mirror.Seen);
    }

    private static Task<DashboardProcess> StartAsync(TemporaryDirectory directory, FileServer mirror) => DashboardProcess.StartAsync(
        directory["data"], new Dictionary<string, string> { ["EdgeMesh__QaiHub__ZooAddress"] = mirror.Address.ToString() }, more: "--no-embedded-device");

    private static byte[] Zip()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var model = zip.CreateEntry("mobilenet_v2-onnx-float/model.onnx").Open();
            model.Write(File.ReadAllBytes(System.IO.Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "QaiHub", "Fixtures", "digits.onnx")));
        }

        return bytes.ToArray();
    }

    private static async Task<JsonElement> FetchedAsync(DashboardProcess dashboard, string device)
    {
        var (status, begun) = await dashboard.PostAsync("/api/qaihub/zoo/mobilenet_v2/fetch", new { runtime = "onnx", precision = "float", deviceIds = new[] { device } });
        Assert.True(status == HttpStatusCode.Accepted, $"{status}: {begun}");
        var id = begun[0].GetProperty("id").GetString()!;
        JsonElement transfer = default;
        await Until.TrueAsync(
            "the transfer to end",
            async () =>
            {
                transfer = (await dashboard.GetAsync("/api/models/transfers")).EnumerateArray().Single(t => t.GetProperty("id").GetString() == id);
                return transfer.GetProperty("state").GetString() is not ("Waiting" or "Running");
            },
            Long);
        return transfer;
    }
}
