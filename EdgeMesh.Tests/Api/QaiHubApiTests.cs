using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Api;

/// <summary><c>/api/qaihub</c> over a fake of what is inside: shapes, filters, and every bad input as a problem that names it.</summary>
public sealed class QaiHubApiTests : IAsyncLifetime
{
    private static readonly HubDevice s_phone = new("Samsung Galaxy S24", "14",
        ["chipset:qualcomm-snapdragon-8gen3", "chipset:sm8650", "format:phone", "framework:onnx", "framework:qnn", "hexagon:v75", "htp-supports-fp16:true", "os:android", "vendor:samsung"], "Snapdragon 8 Gen 3");

    private static readonly HubDevice s_board = new("RB3 Gen 2", "1.6", ["chipset:qualcomm-qcs6490", "format:iot", "framework:tflite", "hexagon:v68", "os:qc_linux", "vendor:qualcomm"], "QCS6490");
    private ApiFakesHost host = null!;

    private FakeQaiHub Hub => host.App.Services.GetRequiredService<FakeQaiHub>();

    public async ValueTask InitializeAsync()
    {
        host = await ApiFakesHost.StartAsync();
        Hub.Publish(HubSnapshot.Empty with { Catalogue = new HubCatalogue([s_phone, s_board], Samples.Now, null) });
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Status_HasSourceUserAndChecksWithRemedies()
    {
        var status = await GetAsync("/api/qaihub/status");
        Assert.Equal(["source", "connected", "user", "checks"], status.EnumerateObject().Select(p => p.Name));
        Assert.Equal("service", status.GetProperty("source").GetString());
        Assert.False(status.GetProperty("connected").GetBoolean());
        var check = Assert.Single(status.GetProperty("checks").EnumerateArray());
        Assert.Equal(["name", "ok", "detail", "remedy", "skipped"], check.EnumerateObject().Select(p => p.Name));

        Hub.Publish(Hub.Current with { Connection = new HubConnection(new HubStatus(HubSource.Emulator, true, new HubUser(1, "Ada", "ada@example.org"), []), "http://127.0.0.1:1", Samples.Now) });
        status = await GetAsync("/api/qaihub/status");
        Assert.Equal("emulator", status.GetProperty("source").GetString());
        Assert.Equal("Ada", status.GetProperty("user").GetString());
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("?search=GALAXY%20s24", 1)]
    [InlineData("?search=sm8650", 1)]
    [InlineData("?search=format", 0)]
    [InlineData("?vendor=Samsung&os=ANDROID", 1)]
    [InlineData("?os=Android%2014", 1)]
    [InlineData("?os=14", 1)]
    [InlineData("?chipset=8GEN3", 1)]
    [InlineData("?format=IoT", 1)]
    [InlineData("?hexagon=V75", 1)]
    [InlineData("?hexagon=v68%2B", 2)]
    [InlineData("?hexagon=v73%2B", 1)]
    [InlineData("?framework=TFLITE", 1)]
    [InlineData("?fp16=true", 1)]
    [InlineData("?fp16=False", 1)]
    [InlineData("?vendor=samsung&format=iot", 0)]
    public async Task Devices_Filtered_WhateverTheCase(string query, int count)
    {
        var devices = await GetAsync("/api/qaihub/devices" + query);
        Assert.Equal(JsonValueKind.Array, devices.ValueKind);
        Assert.Equal(count, devices.GetArrayLength());
    }

    [Fact]
    public async Task Devices_SearchedFor_BestMatchFirst()
    {
        Hub.Publish(Hub.Current with { Catalogue = new HubCatalogue([.. DeviceCatalogue.All.Select(d => CatalogRecords.Of(d.ToWire()))], Samples.Now, null) });
        var devices = await GetAsync("/api/qaihub/devices?search=x+elite");
        Assert.Equal("Snapdragon X Elite CRD", devices[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("fp16=maybe", "fp16")]
    [InlineData("hexagon=new", "hexagon")]
    [InlineData("colour=red", "colour")]
    [InlineData("os=1&os=2", "os")]
    public async Task Devices_WrongFilter_IsA400ThatNamesIt(string query, string field) => await AssertProblemAsync(HttpMethod.Get, "/api/qaihub/devices?" + query, null, HttpStatusCode.BadRequest, "parameter_invalid", field);

    [Fact]
    public async Task Devices_NotConnected_IsA409WithTheRemedy()
    {
        Hub.Publish(HubSnapshot.Empty);
        Hub.Refusal = HubProblems.NotConnected("No API token was found.");
        await AssertProblemAsync(HttpMethod.Get, "/api/qaihub/devices", null, HttpStatusCode.Conflict, "qaihub_not_connected", null);
    }

    [Theory]
    [InlineData("""{"kind":"bake","model":"m","device":"d"}""", "body_invalid", "kind")]
    [InlineData("""{"kind":"compile","device":"d"}""", "body_invalid", "model")]
    [InlineData("""{"kind":"compile","model":"m"}""", "body_invalid", "device")]
    [InlineData("""{"kind":"compile","model":"m","device":"d","inputs":[{"name":"x","shape":[1,-1],"type":"float32"}]}""", "body_invalid", "inputs")]
    [InlineData("""{"kind":"compile","model":"m","device":"d","inputs":[{"name":"x","shape":[1],"type":"float99"}]}""", "body_invalid", "inputs")]
    [InlineData("""{"kind":"compile","model":"m","device":"d","inputs":[null]}""", "body_invalid", "inputs")]
    [InlineData("""{"kind":"compile","model":"m","device":"d","colour":"red"}""", "body_invalid", null)]
    [InlineData("""{"kind":"compile",""", "json_malformed", null)]
    [InlineData("", "body_missing", null)]
    public async Task Jobs_WrongBody_IsA400AndNothingIsSent(string json, string code, string? field)
    {
        await AssertProblemAsync(HttpMethod.Post, "/api/qaihub/jobs", json, HttpStatusCode.BadRequest, code, field);
        Assert.Empty(Hub.Submitted);
    }

    [Fact]
    public async Task Jobs_Compile_IsSentAsAsked()
    {
        var (answer, body) = await SendAsync(HttpMethod.Post, "/api/qaihub/jobs",
            """{"kind":"compile","model":"mmabc","device":"Samsung Galaxy S24","os":"14","runtime":"onnx","inputs":[{"name":"x","shape":[1,3],"type":"uint8"}],"profile":true,"profileOptions":"--compute_unit npu"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("/api/qaihub/jobs/j5w2gx7p5", answer.Headers.Location!.ToString());
        Assert.Equal("j5w2gx7p5", body.GetProperty("id").GetString());
        Assert.True(Hub.Submitted.TryDequeue(out var order));
        var compile = Assert.IsType<CompileOrder>(order);
        Assert.Equal(("onnx", "--compute_unit npu", "1, 3"), (compile.Runtime, compile.ThenProfile, compile.Inputs.Single().ShapeText));
    }

    [Theory]
    [InlineData("qaihub_token_refused", HttpStatusCode.Conflict)]
    [InlineData("qaihub_rate_limited", HttpStatusCode.TooManyRequests)]
    [InlineData("qaihub_unreachable", HttpStatusCode.BadGateway)]
    [InlineData("qaihub_damaged_answer", HttpStatusCode.BadGateway)]
    [InlineData("qaihub_check_failed", HttpStatusCode.BadRequest)]
    public async Task Jobs_ServiceRefuses_KeepsCauseAndRemedy(string code, HttpStatusCode status)
    {
        Hub.Refusal = new Problem(code, "The job was not taken.", "The cause.", "The remedy.");
        await AssertProblemAsync(HttpMethod.Post, "/api/qaihub/jobs", """{"kind":"profile","model":"m","device":"d"}""", status, code, null);
    }

    [Theory]
    [InlineData("state=asleep", "state")]
    [InlineData("kind=bake", "kind")]
    [InlineData("kind=1", "kind")]
    [InlineData("cursor=-1", "cursor")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=501", "limit")]
    [InlineData("everyone=perhaps", "everyone")]
    public async Task Jobs_WrongFilter_IsA400(string query, string field) => await AssertProblemAsync(HttpMethod.Get, "/api/qaihub/jobs?" + query, null, HttpStatusCode.BadRequest, "parameter_invalid", field);

    [Fact]
    public async Task Jobs_List_FiltersAndShowsWhyItFailed()
    {
        Track(
            new TrackedJob("jaaa", HubJobKind.Compile, HubJobState.Failed, Samples.Now) { Name = "one", Failure = "Model input 'image' has dynamic shapes.", Remedy = "Give every input a fixed shape." },
            new TrackedJob("jbbb", HubJobKind.Profile, HubJobState.Measuring, Samples.Now) { Name = "two" });
        var failed = Assert.Single((await GetAsync("/api/qaihub/jobs?state=failed")).GetProperty("items").EnumerateArray());
        Assert.Equal("Give every input a fixed shape.", failed.GetProperty("error").GetProperty("remedy").GetString());
        Assert.Equal("jbbb", (await GetAsync("/api/qaihub/jobs?state=running&kind=PROFILE")).GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal(2, (await GetAsync("/api/qaihub/jobs")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Jobs_List_AsksTheServiceAndHasPages()
    {
        Track([.. Enumerable.Range(0, 7).Select(i => new TrackedJob($"j{i}", HubJobKind.Compile, HubJobState.Done, Samples.Now.AddMinutes(-i)))]);
        Hub.Publish(Hub.Current with { Jobs = Hub.Current.Jobs with { Total = 7 } });
        var (ids, cursor) = (new List<string>(), "0");
        for (var page = 0; page < 3; page++)
        {
            var body = await GetAsync($"/api/qaihub/jobs?limit=3&cursor={cursor}");
            ids.AddRange(body.GetProperty("items").EnumerateArray().Select(j => j.GetProperty("id").GetString()!));
            cursor = body.GetProperty("nextCursor").GetString();
        }

        Assert.Null(cursor);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"j{i}"), ids);
        Assert.Contains("refresh", Hub.Commands);
        Assert.DoesNotContain("older", Hub.Commands);

        // There are more at the service than are known here.
        Hub.Publish(Hub.Current with { Jobs = Hub.Current.Jobs with { Total = 500 } });
        Assert.NotNull((await GetAsync("/api/qaihub/jobs?limit=3&cursor=6")).GetProperty("nextCursor").GetString());
        Assert.Contains("older", Hub.Commands);
    }

    [Fact]
    public async Task Jobs_OfEveryone_AreListedWithTheirOwners()
    {
        Hub.Everybody = [new TrackedJob("jother", HubJobKind.Compile, HubJobState.Done, Samples.Now) { Owner = "grace@example.org", IsOfOther = true }];
        var job = Assert.Single((await GetAsync("/api/qaihub/jobs?everyone=true")).GetProperty("items").EnumerateArray());
        Assert.Equal(("jother", "grace@example.org"), (job.GetProperty("id").GetString(), job.GetProperty("owner").GetString()));
    }

    [Theory]
    [InlineData(HubSource.Emulator, "emulator")]
    [InlineData(HubSource.Service, "service")]
    [InlineData(HubSource.Unknown, "unknown")]
    public async Task Jobs_SayWhoSaidIt(HubSource source, string word)
    {
        Track(new TrackedJob("jaaa", HubJobKind.Compile, HubJobState.Done, Samples.Now) { Source = source });
        Assert.Equal(word, (await GetAsync("/api/qaihub/jobs/jaaa")).GetProperty("source").GetString());
    }

    [Fact]
    public async Task Jobs_WaitingForAPlace_SayWhyAndUntilWhen()
    {
        Track(new TrackedJob("wait1", HubJobKind.Compile, HubJobState.WaitingForPlace, Samples.Now) { Wait = new HubWait("Too many jobs.", Samples.Now.AddSeconds(20)) });
        var job = Assert.Single((await GetAsync("/api/qaihub/jobs?state=waiting")).GetProperty("items").EnumerateArray());
        Assert.Equal(("WaitingForPlace", "Too many jobs."), (job.GetProperty("state").GetString(), job.GetProperty("waiting").GetProperty("detail").GetString()));
        Assert.Empty((await GetAsync("/api/qaihub/jobs?state=running")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Log_IsTheFileUnderItsName_OrSaysWhatThereIs()
    {
        Hub.Artifact = "the log"u8.ToArray();
        using var answer = await host.Client.GetAsync(new Uri("/api/qaihub/jobs/jaaa/logs/hub", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("the log", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains("jaaa.hub.log", answer.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        await AssertProblemAsync(HttpMethod.Get, "/api/qaihub/jobs/jaaa/logs/secret", null, HttpStatusCode.BadRequest, "parameter_invalid", "log");
        Hub.Artifact = null;
        await AssertProblemAsync(HttpMethod.Get, "/api/qaihub/jobs/jaaa/logs/device", null, HttpStatusCode.NotFound, "log_missing", null);
    }

    [Fact]
    public async Task Job_Unknown_IsA404() => await AssertProblemAsync(HttpMethod.Get, "/api/qaihub/jobs/jnone", null, HttpStatusCode.NotFound, "job_unknown", null);

    [Fact]
    public async Task Artifact_IsTheFileUnderItsName()
    {
        Hub.Artifact = "PK the bytes"u8.ToArray();
        using var answer = await host.Client.GetAsync(new Uri("/api/qaihub/jobs/jaaa/artifact", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(Hub.Artifact, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("model.onnx.zip", answer.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Artifact_Gone_IsA410() => await AssertProblemAsync(HttpMethod.Get, "/api/qaihub/jobs/jaaa/artifact", null, HttpStatusCode.Gone, "artifact_removed", null);

    [Fact]
    public async Task Deploy_WrongDevice_IsA400AndStartsNothing()
    {
        await AssertProblemAsync(HttpMethod.Post, "/api/qaihub/jobs/jaaa/deploy", """{"deviceIds":["the phone"]}""", HttpStatusCode.BadRequest, "device_unknown", "deviceIds");
        Assert.DoesNotContain(Hub.Commands, c => c.StartsWith("deploy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deploy_ToADevice_IsAccepted()
    {
        var device = host.Fleet.Current.Devices[0].Id;
        var (answer, _) = await SendAsync(HttpMethod.Post, "/api/qaihub/jobs/jaaa/deploy", $$"""{"deviceIds":["{{device}}"]}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Contains($"deploy jaaa {device}", Hub.Commands);
    }

    [Fact]
    public async Task Places_SayWhy()
    {
        Track(new TrackedJob("jaaa", HubJobKind.Compile, HubJobState.Done, Samples.Now));
        Hub.Fits = [new ArtifactPlace(host.Fleet.Current.Devices[0].Id, "Studio", 0, true, new ArtifactFit(false, false, "Compiled for another chip."))];
        var place = Assert.Single((await GetAsync("/api/qaihub/jobs/jaaa/devices")).EnumerateArray());
        Assert.Equal("Compiled for another chip.", place.GetProperty("reason").GetString());
        Assert.False(place.GetProperty("fits").GetBoolean());
    }

    [Fact]
    public async Task Settings_TokenIsTakenAndNeverGivenOut()
    {
        const string Token = "a-secret-token-of-ada";
        var (answer, body) = await SendAsync(HttpMethod.Put, "/api/qaihub/settings", $$"""{"token":"{{Token}}"}""");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(Hub.Saved.TryDequeue(out var wish));
        Assert.Equal((Token, null), (wish.Token, wish.Host));
        Assert.DoesNotContain(Token, body.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, wish.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, (await GetAsync("/api/qaihub/settings")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_Refused_NamesTheField()
    {
        Hub.Refusal = HubProblems.HostWrong("ftp://x");
        await AssertProblemAsync(HttpMethod.Put, "/api/qaihub/settings", """{"host":"ftp://x"}""", HttpStatusCode.BadRequest, "host_invalid", "host");
        await AssertProblemAsync(HttpMethod.Put, "/api/qaihub/settings", """{"password":"x"}""", HttpStatusCode.BadRequest, "body_invalid", null);
    }

    [Fact]
    public async Task Upload_IsStreamedThenSent()
    {
        using var content = new ByteArrayContent([1, 2, 3]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/qaihub/models/uploads?name=a.onnx") { Content = content };
        var (answer, body) = await host.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(3, body.GetProperty("bytes").GetInt64());
        (answer, body) = await SendAsync(HttpMethod.Post, "/api/qaihub/models", """{"upload":"up1","name":"mine"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("Running", body.GetProperty("state").GetString());
        Assert.Contains("send up1 mine", Hub.Commands);
    }

    [Theory]
    [InlineData("resume")]
    [InlineData("cancel")]
    public async Task Transfer_Unknown_IsA404(string what)
    {
        Hub.Refusal = HubProblems.TransferUnknown();
        await AssertProblemAsync(HttpMethod.Post, $"/api/qaihub/transfers/none/{what}", null, HttpStatusCode.NotFound, "transfer_unknown", null);
    }

    private void Track(params TrackedJob[] jobs) => Hub.Publish(Hub.Current with { Jobs = new HubJobList([.. jobs], Samples.Now, null) });

    private async Task<JsonElement> GetAsync(string path)
    {
        var (answer, body) = await host.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return body;
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json) =>
        host.SendAsync(new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") });

    private async Task AssertProblemAsync(HttpMethod method, string path, string? json, HttpStatusCode status, string code, string? field)
    {
        var (answer, body) = await SendAsync(method, path, json);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.NotEmpty(body.GetProperty("remedy").GetString()!);
        if (field is not null)
        {
            Assert.Equal(field, body.GetProperty("field").GetString());
        }
    }
}
