using System.Net;
using System.Text;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Api;

/// <summary>What is wrong with an address, its parameters or its time is told as a problem with a code and a remedy.</summary>
public sealed class BadAddressTests(BadInputMesh started) : IClassFixture<BadInputMesh>
{
    private MeshHost Mesh => started.Mesh;

    [Theory]
    [InlineData("/api/jobs?limit=0", "limit")]
    [InlineData("/api/jobs?limit=201", "limit")]
    [InlineData("/api/jobs?limit=many", "limit")]
    [InlineData("/api/jobs?limit=5&limit=6", "limit")]
    [InlineData("/api/jobs?state=Done", "state")]
    [InlineData("/api/jobs?kind=Echo", "kind")]
    [InlineData("/api/jobs?device=me", "device")]
    [InlineData("/api/jobs?cursor=17", "cursor")]
    [InlineData("/api/jobs?cursor=%27%20OR%201%3D1", "cursor")]
    public async Task List_BadParameter_IsA400ThatNamesIt(string path, string parameter)
    {
        var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.BadRequest, "parameter_invalid");
        Assert.Equal(parameter, problem.GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public async Task Events_BadLastEventId_IsA400(string last)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{Samples.NewJobId()}/events");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        var (answer, problem) = await Mesh.SendAsync(request);
        BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.BadRequest, "parameter_invalid");
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/rerun")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/artifacts/t1-a.png")]
    public async Task Job_Unknown_IsA404(string method, string rest)
    {
        foreach (var id in (string[])[Samples.NewJobId().Value, "j-1", "..%2F..", new string('a', 5_000)])
        {
            var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Parse(method), $"/api/jobs/{id}{rest}"));
            BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.NotFound, "job_unknown");
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "/drain")]
    [InlineData("POST", "/resume")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    public async Task Device_Unknown_IsA404(string method, string rest)
    {
        foreach (var id in (string[])[Samples.DeviceIdOf("nobody").Value, "x"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Parse(method), $"/api/devices/{id}{rest}");
            request.Content = method == "PATCH" ? new StringContent("""{"name":"x"}""", Encoding.UTF8, "application/json") : null;
            var (answer, problem) = await Mesh.SendAsync(request);
            BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.NotFound, "device_unknown");
        }
    }

    [Theory]
    [InlineData("""{"name":""}""", "name_invalid")]
    [InlineData("""{"name":"   "}""", "name_invalid")]
    [InlineData("""{"name":"a\u0007b"}""", "name_invalid")]
    [InlineData("""{"name":5}""", "body_invalid")]
    [InlineData("""{"name":"x","color":"red"}""", "body_invalid")]
    [InlineData("{}", "body_invalid")]
    [InlineData("[]", "body_invalid")]
    public async Task Name_ThatIsNone_IsA400(string json, string code)
    {
        using var rename = new HttpRequestMessage(HttpMethod.Patch, $"/api/devices/{started.One.Id}") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        var (answer, problem) = await Mesh.SendAsync(rename);
        BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.BadRequest, code);
        Assert.Equal("One", Mesh.Fleet.Current.Find(started.One.Id)!.Name);

        var (made, wrong) = await Mesh.PostAsync("/api/keys", json);
        BadInputMesh.AssertProblem(made, wrong, HttpStatusCode.BadRequest, code);
        Assert.Equal(1, (await Mesh.GetAsync("/api/keys")).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound, "path_unknown")]
    [InlineData("GET", "/api", HttpStatusCode.NotFound, "path_unknown")]
    [InlineData("POST", "/api/jobs/x/y/z", HttpStatusCode.NotFound, "path_unknown")]
    [InlineData("PUT", "/api/jobs", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("DELETE", "/api/devices", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("GET", "/api/plan", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("DELETE", "/api/keys/not-a-guid", HttpStatusCode.NotFound, "path_unknown")]
    public async Task Path_ThatIsNotThere_IsAProblem(string method, string path, HttpStatusCode status, string code)
    {
        var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Parse(method), path));
        BadInputMesh.AssertProblem(answer, problem, status, code);
    }

    [Fact]
    public async Task Job_FinishedOrRunning_RefusesWhatDoesNotFitWithA409()
    {
        started.One.OnRun = run => run.Started();
        var id = await Mesh.SubmitAsync(Samples.Request());
        await Mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        var (running, whyRunning) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/jobs/{id}"));
        BadInputMesh.AssertProblem(running, whyRunning, HttpStatusCode.Conflict, "job_running");
        Assert.NotNull(await Mesh.Jobs.GetAsync(id, TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.Accepted, (await Mesh.PostAsync($"/api/jobs/{id}/cancel")).Answer.StatusCode);
        await Mesh.EndedAsync(id);
        var (finished, whyFinished) = await Mesh.PostAsync($"/api/jobs/{id}/cancel");
        BadInputMesh.AssertProblem(finished, whyFinished, HttpStatusCode.Conflict, "job_finished");

        started.One.OnRun = run => run.Started().Text("again").Succeed();
        var (rerun, made) = await Mesh.PostAsync($"/api/jobs/{id}/rerun");
        Assert.Equal(HttpStatusCode.Accepted, rerun.StatusCode);
        Assert.Equal($"/api/jobs/{made.GetProperty("id").GetString()}", rerun.Headers.Location!.ToString());
        Assert.True(JobId.TryParse(made.GetProperty("id").GetString(), out var second));
        Assert.Equal(id, (await Mesh.EndedAsync(second)).RerunOf);

        foreach (var job in (JobId[])[id, second])
        {
            Assert.Equal(HttpStatusCode.NoContent, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/jobs/{job}"))).Answer.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{job}"))).Answer.StatusCode);
        }
    }
}
