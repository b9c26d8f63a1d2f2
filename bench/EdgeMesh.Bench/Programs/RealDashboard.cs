using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Bench.Programs;

/// <summary>The built dashboard as a process of its own, with a client that holds its admin key.</summary>
internal sealed class RealDashboard : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private string _asker;
    private string? _next;

    private RealDashboard(ProgramProcess process, Uri loginUrl, string dataDirectory)
    {
        Process = process;
        LoginUrl = loginUrl;
        Client = new HttpClient { BaseAddress = new Uri(loginUrl.GetLeftPart(UriPartial.Authority)) };
        _asker = File.ReadAllText(Path.Combine(dataDirectory, "admin.key")).Trim();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _asker);
    }

    public ProgramProcess Process { get; }

    public Uri LoginUrl { get; }

    public Uri Address => Client.BaseAddress!;

    public HttpClient Client { get; }

    /// <summary>From starting <c>dotnet</c> until <c>/readyz</c> said 200.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    public static async Task<RealDashboard> StartAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var process = ProgramProcess.Start(BuiltPrograms.Dashboard, "--urls", "http://127.0.0.1:0", "--data", dataDirectory);
        try
        {
            var line = await process.LineAsync("/login?t=", cancellationToken);
            var dashboard = new RealDashboard(process, new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()), dataDirectory);
            while (!await dashboard.IsReadyAsync(cancellationToken))
            {
                await Task.Delay(Step, TimeProvider.System, cancellationToken);
            }

            dashboard.ReadyAfter = Stopwatch.GetElapsedTime(start);
            return dashboard;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>A fresh join token; as somebody else (a key of its own) when the dashboard says that this key asked for too many.</summary>
    public async Task<string> JoinTokenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            _next ??= await NewKeyAsync(cancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/join-tokens", UriKind.Relative));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _asker);
            using var answer = await Client.SendAsync(request, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
            {
                answer.EnsureSuccessStatusCode();
                return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("token").GetString()!;
            }

            (_asker, _next) = (_next, null);
        }
    }

    /// <summary>Waits until the named device is in this state.</summary>
    public async Task StateAsync(string name, string state, CancellationToken cancellationToken)
    {
        while (!(await Client.GetFromJsonAsync<JsonElement>(new Uri("/api/devices", UriKind.Relative), cancellationToken)).EnumerateArray()
            .Any(d => d.GetProperty("name").GetString() == name && d.GetProperty("state").GetString() == state))
        {
            await Task.Delay(Step, TimeProvider.System, cancellationToken);
        }
    }

    public async Task<int> OnlineDevicesAsync(CancellationToken cancellationToken) =>
        (await Client.GetFromJsonAsync<JsonElement>(new Uri("/api/devices", UriKind.Relative), cancellationToken))
        .EnumerateArray().Count(d => d.GetProperty("state").GetString() == "Online");

    /// <summary>Runs an echo job on every device and returns how many of its tasks succeeded.</summary>
    public async Task<int> EchoEverywhereAsync(CancellationToken cancellationToken)
    {
        using var answer = await Client.PostAsJsonAsync("/api/jobs", new { kind = "echo", text = "hello" }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        while (true)
        {
            var job = await Client.GetFromJsonAsync<JsonElement>(answer.Headers.Location, cancellationToken);
            if (job.GetProperty("state").GetString() is not ("Queued" or "Running"))
            {
                return job.GetProperty("tasks").EnumerateArray().Count(t => t.GetProperty("state").GetString() == "Succeeded");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }

    // Made while this key may still ask for secrets.
    private async Task<string> NewKeyAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/keys", UriKind.Relative)) { Content = JsonContent.Create(new { name = $"bench {Guid.NewGuid():N}", scopes = (string[])["read", "run", "admin"] }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _asker);
        using var answer = await Client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("secret").GetString()!;
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var answer = await Client.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
        return answer.StatusCode == HttpStatusCode.OK;
    }
}
