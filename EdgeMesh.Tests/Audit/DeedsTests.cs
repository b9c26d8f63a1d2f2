using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Audit;

/// <summary>Every deed that the audit log knows is done as people and programs do it, and found in the log with who, what and from where. A deed without a way to do it here fails.</summary>
public sealed class DeedsTests(DeedsTests.Mesh mesh) : IClassFixture<DeedsTests.Mesh>
{
    private const string NoKey = "nobody";

    /// <summary>How each deed is done: returns what the line must name, in order.</summary>
    private static readonly Dictionary<string, Func<Mesh, Task<string[]>>> s_ways = new()
    {
        [AuditActions.KeyCreate] = async m =>
        {
            await m.SendAsync("POST", "/api/keys", new { name = "phone", scopes = new[] { "read" } });
            return ["phone", "read"];
        },
        [AuditActions.KeyDelete] = async m =>
        {
            var (id, _) = await m.NewKeyAsync("old phone");
            await m.SendAsync("DELETE", $"/api/keys/{id}");
            return ["old phone"];
        },
        [AuditActions.SignIn] = async m =>
        {
            await m.SignInAsync(m.Secret);
            return ["A program"];
        },
        [AuditActions.SignOut] = async m =>
        {
            await m.SignInAsync(m.Secret);
            var session = (await m.SendAsync("GET", "/api/sessions")).GetProperty("items")[0].GetProperty("id").GetString();
            await m.SendAsync("DELETE", $"/api/sessions/{session}");
            return ["A program"];
        },
        [AuditActions.SignInRefused] = async m =>
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await m.SignInAsync("wrong"));
            return [];
        },
        [AuditActions.KeyRefused] = async m =>
        {
            using var wrong = m.Host.NewClient("em_wrong");
            Assert.Equal(HttpStatusCode.Unauthorized, (await m.Host.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/devices"), wrong)).Answer.StatusCode);
            return [];
        },
        [AuditActions.TokenCreate] = async m =>
        {
            await m.SendAsync("POST", "/api/join-tokens");
            return ["good for 15 minutes"];
        },
        [AuditActions.TokenRevoke] = async m =>
        {
            var tokens = m.Of<IJoinTokens>();
            await m.SendAsync("POST", "/api/join-tokens");
            var id = (await tokens.ListAsync(Test))[0].Id;
            // Only the page of settings does it.
            Assert.True(await m.AsPageAsync(() => tokens.RevokeAsync(id, Test)));
            return [$"{id}"];
        },
        [AuditActions.DeviceApprove] = async m =>
        {
            await m.SendAsync("POST", $"/api/join-requests/{m.Waiting("Attic").Value}/approve");
            return ["Attic"];
        },
        [AuditActions.DeviceRefuse] = async m =>
        {
            await m.SendAsync("POST", $"/api/join-requests/{m.Waiting("Cellar").Value}/refuse");
            return ["Cellar"];
        },
        [AuditActions.DeviceForget] = async m =>
        {
            var gone = await m.Host.JoinAsync("Gone");
            await m.SendAsync("DELETE", $"/api/devices/{gone.Id.Value}");
            return ["Gone"];
        },
        [AuditActions.DeviceRename] = async m =>
        {
            var old = await m.Host.JoinAsync("Old name");
            await m.SendAsync("PATCH", $"/api/devices/{old.Id.Value}", new { name = "New name" });
            return ["Old name", "New name"];
        },
        [AuditActions.DeviceDrain] = async m =>
        {
            var names = await m.OfDeviceAsync("POST", "drain");

            // The next deed may need the device.
            await m.OfDeviceAsync("POST", "resume");
            return names;
        },
        [AuditActions.DeviceResume] = m => m.OfDeviceAsync("POST", "resume"),
        [AuditActions.EngineAllow] = m => m.OfDeviceAsync("PUT", "engines/ollama?uid=7&allow=true", "ollama of uid 7"),
        [AuditActions.EngineForbid] = m => m.OfDeviceAsync("PUT", "engines/ollama?uid=7&allow=false", "ollama of uid 7"),
        [AuditActions.LanOpen] = async m =>
        {
            await m.SendAsync("POST", "/api/lan/open");
            return ["port"];
        },
        [AuditActions.LanClose] = async m =>
        {
            await m.SendAsync("POST", "/api/lan/close");
            return ["port"];
        },
        [AuditActions.AuthorityRotate] = async m =>
        {
            var old = (await m.SendAsync("GET", "/api/lan")).GetProperty("caFingerprint").GetString()!;
            await m.SendAsync("POST", "/api/lan/authority/replace");
            return [old];
        },
        [AuditActions.ModelPreferences] = async m =>
        {
            await m.SendAsync("PUT", "/api/settings/models", await m.SendAsync("GET", "/api/settings/models"));
            return [];
        },
        [AuditActions.QaiHubSettings] = async m =>
        {
            // A port that nothing listens on: what is written down is the change, not its success.
            await m.SendAsync("PUT", "/api/qaihub/settings", new { host = "http://127.0.0.1:9", token = "secret" });
            return ["http://127.0.0.1:9"];
        },
        [AuditActions.ModelInstall] = async m =>
        {
            await m.SendAsync("POST", "/api/models/install", new { deviceIds = new[] { m.Device.Id.Value }, source = new { kind = "ollama", model = "tiny" } });
            return ["tiny", m.Device.Name];
        },
        [AuditActions.ModelRemove] = async m =>
        {
            await m.SendAsync("DELETE", $"/api/models/{m.Device.Id.Value}/tiny");
            return ["tiny", m.Device.Name];
        },
        [AuditActions.JobDelete] = async m =>
        {
            var job = await m.Host.SubmitAsync(new JobRequest(JobKind.Echo, "hello", JobPolicy.ForceDevice, m.Device.Id, null, null, new EchoOptions()));
            await m.Host.EndedAsync(job);
            await m.SendAsync("DELETE", $"/api/jobs/{job}");
            return [job.Value];
        },
    };

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<string> Deeds { get; } = [.. typeof(AuditActions).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!)];

    [Fact]
    public void EveryDeed_HasWords_AndAWayToDoItHere()
    {
        var deeds = Deeds.Select(d => d.Data).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(deeds, AuditActions.All);
        Assert.Equal(deeds, s_ways.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Deeds))]
    public async Task Deed_Done_IsInTheLogWithWhoWhatAndWhere(string deed)
    {
        var log = mesh.Of<IAudit>();
        AuditQuery ofThis = new(null, null, deed, 200, null);
        var before = (await log.ReadAsync(ofThis, Test)).Items.FirstOrDefault()?.Sequence ?? 0;

        var names = await s_ways[deed](mesh);

        var line = Assert.Single((await log.ReadAsync(ofThis, Test)).Items, l => l.Sequence > before && l.Actor is Mesh.Who or NoKey);
        var isRefusal = deed is AuditActions.SignInRefused or AuditActions.KeyRefused;
        Assert.Equal((isRefusal ? NoKey : Mesh.Who, isRefusal), (line.Actor, line.Refusal.Length > 0));
        Assert.Equal(deed == AuditActions.TokenRevoke ? Mesh.PageAddress : "this computer", line.From);
        Assert.All(names, n => Assert.Contains(n, line.Target, StringComparison.Ordinal));
        Assert.InRange(line.At, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task Deed_WhileALinkEnds_IsWrittenAsItWas()
    {
        var gone = await mesh.Host.JoinAsync("Ends");
        gone.Broken = new ObjectDisposedException("channel");
        var before = (await mesh.SendAsync("GET", "/api/lan")).GetProperty("caFingerprint").GetString()!;
        Assert.NotEqual(before, (await mesh.SendAsync("POST", "/api/lan/authority/replace")).GetProperty("caFingerprint").GetString());
        var line = (await mesh.Of<IAudit>().ReadAsync(new AuditQuery(null, Mesh.Who, AuditActions.AuthorityRotate, 1, null), Test)).Items[0];
        Assert.Equal((before, ""), (line.Target, line.Refusal));
        Assert.Equal("device_unreachable", (await mesh.Host.Fleet.ProveAsync(gone.Id, Test))?.Code);
    }

    [Theory]
    [InlineData("127.0.0.1", "this computer")]
    [InlineData("::1", "this computer")]
    [InlineData("::ffff:127.0.0.1", "this computer")]
    [InlineData("::ffff:10.0.0.9", "10.0.0.9")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData(null, "")]
    public void Where_IsTheAddress_OrThisComputer(string? address, string shown) => Assert.Equal(shown, Actor.Shown(address is null ? null : IPAddress.Parse(address)));

    /// <summary>One dashboard with a device for all deeds, and somebody who is not its owner.</summary>
    public sealed class Mesh : IAsyncLifetime
    {
        public const string Who = "auditor";
        public const string PageAddress = "10.1.2.3";
        private HttpClient? _client;

        internal MeshHost Host { get; private set; } = null!;

        internal FakeDevice Device { get; private set; } = null!;

        internal string Secret { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Host = await MeshHost.StartWithPagesAsync(("EdgeMesh:Lan:Port", "0"));
            Device = await Host.JoinAsync("Kitchen");
            Secret = (await NewKeyAsync(Who)).Secret;
            _client = Host.NewClient(Secret);
        }

        public async ValueTask DisposeAsync()
        {
            _client?.Dispose();
            await Host.DisposeAsync();
        }

        internal T Of<T>()
            where T : notnull => Host.Services.GetRequiredService<T>();

        internal async Task<(Guid Id, string Secret)> NewKeyAsync(string name)
        {
            var made = await Of<IApiKeys>().CreateAsync(name, Scopes.Admin, null, TestContext.Current.CancellationToken);
            return (made.Key.Id, made.Secret);
        }

        /// <summary>Sends as the one who is watched; it has to succeed.</summary>
        internal async Task<JsonElement> SendAsync(string method, string path, object? body = null)
        {
            using HttpRequestMessage request = new(HttpMethod.Parse(method), path) { Content = body is null ? null : JsonContent.Create(body) };
            var (answer, json) = await Host.SendAsync(request, _client);
            Assert.True(answer.IsSuccessStatusCode, string.Create(CultureInfo.InvariantCulture, $"{method} {path}: {answer.StatusCode} {json}"));
            return json;
        }

        internal async Task<string[]> OfDeviceAsync(string method, string deed, params string[] names)
        {
            await SendAsync(method, $"/api/devices/{Device.Id.Value}/{deed}");
            return [Device.Name, Device.Id.Short, .. names];
        }

        internal async Task<HttpStatusCode> SignInAsync(string secret)
        {
            using var stranger = Host.NewClient(null);
            using HttpRequestMessage request = new(HttpMethod.Get, $"/login?t={secret}");
            return (await Host.SendAsync(request, stranger)).Answer.StatusCode;
        }

        /// <summary>Acts as a page of somebody else's browser does.</summary>
        internal Task<T> AsPageAsync<T>(Func<Task<T>> act) => Task.Run(() =>
        {
            Actors.Enter(new Actor(Who, Guid.NewGuid(), PageAddress, Scopes.Admin));
            return act();
        });

        /// <summary>A device that waits for a person.</summary>
        internal DeviceId Waiting(string name)
        {
            var id = Samples.DeviceIdOf(name);
            CodeClaim promise = new(JoinCode.Commitment([]), default);
            var answer = Of<JoinRequests>().Ask(
                new JoinRequest(id, name, "", "0.1", default), [1], IPAddress.Parse("10.0.0.8"), promise, () => new CodeConversation(promise.Commitment, [1], "mesh", KeyPin.Of([1])), out _);
            Assert.Equal(JoinRequests.Answer.Waiting, answer);
            return id;
        }
    }
}
