using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace EdgeMesh.Tests.Support;

/// <summary>The real dashboard, started as a user would from its build, with a client that holds its admin key.</summary>
public sealed class DashboardProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly Mesh.LabHost? _host;

    private DashboardProcess(ChildProcess process, string dataDirectory, Uri loginUrl, Mesh.LabHost? host)
    {
        _process = process;
        _host = host;
        DataDirectory = dataDirectory;
        LoginUrl = loginUrl;
        Address = new Uri(loginUrl.GetLeftPart(UriPartial.Authority));
        AdminKey = File.ReadAllText(Path.Combine(dataDirectory, "admin.key")).Trim();
        Client = NewClient(AdminKey);
    }

    public string DataDirectory { get; }

    public Uri LoginUrl { get; }

    public Uri Address { get; }

    public string AdminKey { get; }

    /// <summary>With the admin key.</summary>
    public HttpClient Client { get; }

    public ChildProcess Process => _process;

    /// <summary>Starts it and waits until it is ready. <paramref name="port"/> 0 picks a free one.</summary>
    public static Task<DashboardProcess> StartAsync(string dataDirectory, int port = 0, params string[] more) => StartOnAsync(null, dataDirectory, port, more);

    /// <summary>The same, with settings in its environment.</summary>
    public static Task<DashboardProcess> StartAsync(string dataDirectory, Dictionary<string, string> environment, int port = 0, params string[] more) =>
        StartOnAsync(null, dataDirectory, port, environment, more);

    /// <inheritdoc cref="StartAsync(string, Dictionary{string, string}, int, string[])"/>
    public static Task<DashboardProcess> StartAsync(string dataDirectory, int port, Dictionary<string, string> environment, params string[] more) =>
        StartOnAsync(null, dataDirectory, port, environment, more);

    /// <summary>The same on a host of a network lab; its client speaks from there.</summary>
    public static Task<DashboardProcess> StartOnAsync(Mesh.LabHost? host, string dataDirectory, int port = 0, params string[] more) => StartOnAsync(host, dataDirectory, port, [], more);

    /// <summary>The same, with a limit of open files; null: as it is.</summary>
    public static Task<DashboardProcess> StartOnAsync(Mesh.LabHost host, string dataDirectory, int? files, params string[] more) => StartOnAsync(host, dataDirectory, 0, [], more, files);

    /// <summary>The same, on a host and with settings in its environment.</summary>
    public static async Task<DashboardProcess> StartOnAsync(
        Mesh.LabHost? host, string dataDirectory, int port, Dictionary<string, string> environment, string[] more, int? files = null)
    {
        var process = ChildProcess.Start(
            BuiltPrograms.Dashboard,
            ["--urls", $"http://127.0.0.1:{port}", "--data", dataDirectory, .. more],
            // Detailed errors: what fails in a page is told to the page, and so to the test.
            new Dictionary<string, string>(environment) { ["DOTNET_ENVIRONMENT"] = "Production", ["ASPNETCORE_DETAILEDERRORS"] = "true" },
            [.. host?.Prefix ?? [], .. files is null ? (string[])[] : ["prlimit", $"--nofile={files}", "--"]]);
        try
        {
            var line = await process.LineAsync(l => l.Contains("/login?t=", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
            var dashboard = new DashboardProcess(process, dataDirectory, new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()), host);
            await Until.TrueAsync(
                "GET /readyz to say 200",
                async () => (await dashboard.Client.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode == HttpStatusCode.OK,
                TimeSpan.FromSeconds(60));
            return dashboard;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client with this key, or anonymous.</summary>
    public HttpClient NewClient(string? key)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (_host is not null)
        {
            handler.ConnectCallback = async (context, cancellationToken) => await _host.ConnectAsync(context.DnsEndPoint, cancellationToken);
        }

        var client = new HttpClient(handler) { BaseAddress = Address };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    public async Task<JsonElement> GetAsync(string path) =>
        await Client.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    /// <summary>Posts JSON and reads the JSON answer, whatever its status.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, object? body = null)
    {
        using var answer = body is null
            ? await Client.PostAsync(new Uri(path, UriKind.Relative), null, TestContext.Current.CancellationToken)
            : await Client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>Uploads a file of a model and returns the upload's id.</summary>
    public async Task<string> UploadModelAsync(string name, HttpContent file)
    {
        using var answer = await Client.PostAsync(new Uri($"/api/models/uploads?name={name}", UriKind.Relative), file, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text).GetProperty("upload").GetString()!;
    }

    /// <summary>Submits a job and returns its id.</summary>
    public async Task<string> SubmitAsync(object request)
    {
        var (status, body) = await PostAsync("/api/jobs", request);
        Assert.True(status == HttpStatusCode.Accepted, $"{status}: {body}");
        return body.GetProperty("id").GetString()!;
    }

    /// <summary>The job once it has ended.</summary>
    public async Task<JsonElement> EndedAsync(string id, TimeSpan? deadline = null)
    {
        JsonElement job = default;
        await Until.TrueAsync(
            $"job {id} to end",
            async () =>
            {
                job = await GetAsync($"/api/jobs/{id}");
                return job.GetProperty("state").GetString() is not ("Queued" or "Running");
            },
            deadline);
        return job;
    }

    public async Task<JsonElement[]> DevicesAsync() => [.. (await GetAsync("/api/devices")).EnumerateArray()];

    /// <summary>Waits until the named device fits.</summary>
    public Task DeviceAsync(string name, Func<JsonElement, bool> fits, TimeSpan? deadline = null) =>
        Until.TrueAsync(
            $"device {name} to fit",
            async () => (await DevicesAsync()).Any(d => d.GetProperty("name").GetString() == name && fits(d)),
            deadline);

    /// <summary>A fresh join token.</summary>
    public async Task<string> JoinTokenAsync()
    {
        var (status, body) = await PostAsync("/api/join-tokens");
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, $"{status}: {body}");
        return body.GetProperty("token").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }
}
