using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeMesh.Tests.Browser;

/// <summary>Programs without a key that ask a dashboard for everything that it writes a line about, many times: wrong keys, links and forms, foreign names, bodies that break off or never come.</summary>
internal sealed class Strangers(Uri dashboard) : IDisposable
{
    private const int Times = 90;
    private const int SlowBodies = 70;
    private readonly List<TcpClient> _slow = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 16 }) { BaseAddress = dashboard };

    private static readonly Func<HttpRequestMessage>[] s_requests =
    [
        () => new(HttpMethod.Get, "/api/jobs") { Headers = { { "Authorization", "Bearer em_wrong" } } },
        () => new(HttpMethod.Get, "/api/devices"),
        () => new(HttpMethod.Get, "/login?t=wrong"),
        () => new(HttpMethod.Post, "/login") { Content = new FormUrlEncodedContent([new("token", "wrong")]), Headers = { { "Sec-Fetch-Site", "same-origin" } } },
        () => new(HttpMethod.Get, "/login") { Headers = { Host = "attacker.example" } },
        () => new(HttpMethod.Post, "/api/jobs") { Content = new StringContent("{}"), Headers = { { "Origin", "http://attacker.example" } } },
        () => new(HttpMethod.Get, "/agent/enrol"),
        () => new(HttpMethod.Get, "/no/such/page"),
    ];

    /// <summary>Connections that promise a body and send none of it: cut off after some seconds, meanwhile other things can be tried.</summary>
    public void BeginSlowBodies() => _slow.AddRange(Enumerable.Range(0, SlowBodies).Select(_ => Send("POST /login HTTP/1.1", 5_000)));

    /// <summary>Asks, and waits until the slow bodies were cut off.</summary>
    /// <returns>How many requests there were in all.</returns>
    public async Task<int> AskAsync(CancellationToken cancellationToken)
    {
        foreach (var request in s_requests)
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, Times), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (_, cancel) =>
            {
                using var asked = request();
                using var answer = await _client.SendAsync(asked, cancel);
                Assert.InRange(answer.StatusCode, HttpStatusCode.OK, HttpStatusCode.InternalServerError - 1);
            });
        }

        for (var i = 0; i < Times; i++)
        {
            // Broken off in the middle of its body.
            Send("POST /login HTTP/1.1", 5_000).Dispose();
        }

        var rest = new byte[4_096];
        foreach (var slow in _slow)
        {
            while (await slow.GetStream().ReadAsync(rest, cancellationToken) > 0)
            {
            }
        }

        return ((s_requests.Length + 1) * Times) + SlowBodies;
    }

    public void Dispose()
    {
        _slow.ForEach(s => s.Dispose());
        _client.Dispose();
    }

    private TcpClient Send(string request, int length)
    {
        var client = new TcpClient(dashboard.Host, dashboard.Port);
        client.GetStream().Write(Encoding.ASCII.GetBytes($"{request}\r\nHost: {dashboard.Authority}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\ntoken=a"));
        return client;
    }
}
