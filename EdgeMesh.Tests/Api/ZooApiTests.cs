using System.Net;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Api;

/// <summary><c>/api/qaihub/zoo</c>: lists, filters and orders, with every bad input named; no connection to the service is needed.</summary>
public sealed class ZooApiTests : IAsyncLifetime
{
    private const string XElite = "qualcomm-snapdragon-x-elite";
    private static readonly DeviceSnapshot s_laptop = Samples.Device("Surface", 1) with { Profile = Samples.Profile() with { CpuModel = "Snapdragon(R) X Elite - X1E80100" } };
    private ApiFakesHost host = null!;

    private FakeModels Models => (FakeModels)host.App.Services.GetRequiredService<IModels>();

    public async ValueTask InitializeAsync()
    {
        host = await ApiFakesHost.StartAsync();
        host.Fleet.Publish(Samples.Device(), s_laptop);
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task List_SaysReleaseFiguresAddressesAndWhoHasTheChip()
    {
        var (answer, zoo) = await host.SendAsync(HttpMethod.Get, $"/api/qaihub/zoo?search=whisper_base&runtime=precompiled_qnn_onnx&chipset={XElite}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("0.47.0", zoo.GetProperty("release").GetString());
        var build = Assert.Single(Assert.Single(zoo.GetProperty("models").EnumerateArray()).GetProperty("builds").EnumerateArray());
        Assert.EndsWith("/whisper_base-precompiled_qnn_onnx-float-qualcomm_snapdragon_x_elite.zip", build.GetProperty("address").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, build.GetProperty("parts").GetArrayLength());
        Assert.Equal("Surface", build.GetProperty("inMesh")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task List_InMesh_OnlyChipsOfTheMesh()
    {
        var (_, zoo) = await host.SendAsync(HttpMethod.Get, "/api/qaihub/zoo?inMesh=true");
        Assert.All(zoo.GetProperty("models").EnumerateArray().SelectMany(m => m.GetProperty("builds").EnumerateArray()), b => Assert.Equal(XElite, b.GetProperty("chipset").GetString()));
    }

    [Theory]
    [InlineData("runtime=coreml", "runtime")]
    [InlineData("inMesh=maybe", "inMesh")]
    [InlineData("colour=red", "colour")]
    [InlineData("search=a&search=b", "search")]
    public async Task List_WrongFilter_IsA400ThatNamesIt(string query, string field)
    {
        var (answer, problem) = await host.SendAsync(HttpMethod.Get, "/api/qaihub/zoo?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Fetch_GoesTheWayOfEveryModelFromAnAddress()
    {
        var (answer, _) = await FetchAsync("whisper_base", new { runtime = "precompiled_qnn_onnx", precision = "float", chipset = XElite, deviceIds = new[] { s_laptop.Id.Value }, release = "0.62.2" });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var order = Assert.Single(Models.Installed);
        Assert.Equal("whisper_base-precompiled_qnn_onnx-float-qualcomm_snapdragon_x_elite", order.Id);
        var source = Assert.IsType<ModelSource.Url>(order.Source);
        Assert.EndsWith("/releases/v0.62.2/whisper_base-precompiled_qnn_onnx-float-qualcomm_snapdragon_x_elite.zip", source.Address, StringComparison.Ordinal);
        Assert.Equal(ArtifactKind.PrecompiledQnnOnnx, source.Kind);
    }

    [Fact]
    public async Task Fetch_AnotherAddress_IsTaken_UnderTheBuildsName()
    {
        var (answer, _) = await FetchAsync("mobilenet_v2", new { runtime = "onnx", precision = "float", deviceIds = new[] { Ready().Id.Value }, address = "https://example.org/files/net.zip" });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var order = Assert.Single(Models.Installed);
        Assert.Equal(("mobilenet_v2-onnx-float", "https://example.org/files/net.zip"), (order.Id, Assert.IsType<ModelSource.Url>(order.Source).Address));
    }

    [Fact]
    public async Task Fetch_ForAnotherChip_IsRefusedWithBothNames()
    {
        var (answer, problem) = await FetchAsync("whisper_base", new { runtime = "precompiled_qnn_onnx", precision = "float", chipset = "qualcomm-snapdragon-8gen3", deviceIds = new[] { s_laptop.Id.Value } });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("artifact_unfit", problem.GetProperty("code").GetString());
        Assert.Contains("qualcomm-snapdragon-8gen3", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(Models.Installed);
    }

    [Theory]
    [InlineData("""{"runtime":"onnx","precision":"w2a2","deviceIds":[]}""", "body_invalid", "runtime")]
    [InlineData("""{"runtime":"onnx","precision":"float","deviceIds":["x"]}""", "device_unknown", null)]
    [InlineData("""{"runtime":"onnx","precision":"float","deviceIds":[],"release":"newest"}""", "release_invalid", "release")]
    [InlineData("""{"runtime":"onnx","precision":"float","deviceIds":[],"address":"file:///etc/passwd"}""", "address_invalid", "address")]
    [InlineData("""{"runtime":"onnx","precision":"float","deviceIds":[],"colour":"red"}""", "body_invalid", null)]
    public async Task Fetch_WrongBody_IsA400ThatNamesIt(string body, string code, string? field)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/qaihub/zoo/mobilenet_v2/fetch") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        var (answer, problem) = await host.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.True(field is null || problem.GetProperty("field").GetString() == field, problem.ToString());
        Assert.Empty(Models.Installed);
    }

    [Theory]
    [InlineData("GET", "/api/qaihub/zoo/nothing")]
    [InlineData("POST", "/api/qaihub/zoo/nothing/fetch")]
    public async Task UnknownModel_IsA404(string method, string path)
    {
        var (answer, problem) = await host.SendAsync(new HttpMethod(method), path, method == "POST" ? new { } : null);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("zoo_model_unknown", problem.GetProperty("code").GetString());
    }

    private DeviceSnapshot Ready()
    {
        var device = Samples.Device("Desk") with { Runtimes = [new RuntimeInfo("onnx-cpu", "ONNX Runtime", RuntimeState.Ready, null, [], [], AcceleratorKind.CPU)] };
        host.Fleet.Publish(device);
        return device;
    }

    private Task<(HttpResponseMessage Answer, System.Text.Json.JsonElement Body)> FetchAsync(string model, object body) => host.SendAsync(HttpMethod.Post, $"/api/qaihub/zoo/{model}/fetch", body);
}
