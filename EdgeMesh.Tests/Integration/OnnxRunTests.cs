using System.Net;
using System.Text.Json;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>A real dashboard as a person uses it over the API: an ONNX file is uploaded, listed, planned, run and measured.</summary>
public sealed class OnnxRunTests
{
    [Fact]
    public async Task Upload_PlainOnnx_IsListedPlannedAndMeasured()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        using var body = new ByteArrayContent(TinyModel.Add());
        var upload = await dashboard.UploadModelAsync("adder.onnx", body);
        var device = (await dashboard.DevicesAsync()).Single();
        var (name, id) = (device.GetProperty("name").GetString()!, device.GetProperty("id").GetString());

        var (installed, _) = await dashboard.PostAsync("/api/models/install", new { deviceIds = new[] { id }, source = new { kind = "upload", upload } });
        Assert.Equal(HttpStatusCode.Accepted, installed);
        await dashboard.DeviceAsync(name, d => d.GetProperty("runtimes").EnumerateArray().Any(r =>
            r.GetProperty("id").GetString() == "onnx-cpu" && r.GetProperty("models").EnumerateArray().Any(m => m.GetProperty("id").GetString() == "adder" && m.GetProperty("skills").GetArrayLength() == 0)));

        var request = new { kind = "onnx", model = "adder", policy = "FORCE_DEVICE", deviceId = id, options = new { iterations = 12, inputs = new[] { new { name = "a", shape = new[] { 3, 4 } }, new { name = "b", shape = new[] { 2, 4 } } } } };
        var (planned, plan) = await dashboard.PostAsync("/api/plan", request);
        Assert.Equal((HttpStatusCode.OK, "ONNX_RUN"), (planned, plan.GetProperty("stages")[0].GetProperty("tasks")[0].GetProperty("kind").GetString()));
        var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "onnx", model = "adder", policy = "FORCE_DEVICE", deviceId = id, options = new { iterations = 12 } }), TimeSpan.FromSeconds(60));

        Assert.True(job.GetProperty("state").GetString() == "Succeeded", job.ToString());
        var attempt = job.GetProperty("tasks")[0].GetProperty("attempts")[0];
        Assert.Equal("CPU", attempt.GetProperty("accelerator").GetString());
        var measured = attempt.GetProperty("receipt").GetProperty("measurement");
        Assert.Equal(12, measured.GetProperty("iterations").GetInt32());
        Assert.True(measured.GetProperty("p50Ms").GetDouble() > 0 && measured.GetProperty("firstLoadMs").GetDouble() > 0);
        Assert.Equal("""[{"provider":"CPUExecutionProvider","nodes":1}]""", measured.GetProperty("shares").GetRawText());
        Assert.Equal("""[{"name":"sum","type":"float32","shape":[1,4],"origin":""}]""", measured.GetProperty("outputs").GetRawText());

        var failed = await dashboard.EndedAsync(await dashboard.SubmitAsync(request), TimeSpan.FromSeconds(60));
        Assert.Equal("badinput", failed.GetProperty("error").GetProperty("code").GetString());

        var (unknown, refusal) = await dashboard.PostAsync("/api/jobs", new { kind = "onnx", model = "nothing" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "model_unknown"), (unknown, refusal.GetProperty("code").GetString()));
        Assert.Contains("adder", refusal.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await dashboard.PostAsync("/api/jobs", new { kind = "onnx" })).Status);
    }
}
