using System.Net;
using System.Security.Cryptography;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;
using Google.Protobuf;

namespace EdgeMesh.Tests.Integration.Trust;

/// <summary>Joining and linking over the network: who gets in, and who does not and is told why.</summary>
public sealed class LanJoinTests(LanJoinTests.Started started) : IClassFixture<LanJoinTests.Started>
{
    private LanMesh Mesh => started.Mesh;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Agent_WithATicket_JoinsOverTlsAndRunsAJob()
    {
        await using var agent = await Mesh.JoinAsync("North");
        var id = await IdAsync("North");

        var job = await Mesh.Dashboard.EndedAsync(await Mesh.Dashboard.SubmitAsync(new { kind = "echo", text = "over TLS", policy = "FORCE_DEVICE", deviceId = id }));

        Assert.Equal("over TLS", job.GetProperty("result").GetProperty("text").GetString());
        Assert.Contains($"Linked to https://{Mesh.Address.Authority}", agent.Output, StringComparison.Ordinal);
        Assert.Equal(0, await agent.InterruptAsync(TimeSpan.FromSeconds(20)));

        // It needs no token any more, not even an address.
        await using var again = Mesh.StartAgent("North", null);
        await Mesh.OnlineAsync("North");
        Assert.Equal(id, await IdAsync("North"));
    }

    [Fact]
    public async Task Ticket_UsedAlready_IsRefused()
    {
        var ticket = await Mesh.TicketAsync();
        using TestDevice one = Mesh.NewDevice("reuse-1"), other = Mesh.NewDevice("reuse-2");
        await one.JoinAsync(ticket);
        Assert.Equal("token_spent", (await other.RefusedAsync(ticket)).Code);

        // The one that spent it may ask again: its answer may have been lost.
        await one.JoinAsync(ticket);
        Assert.DoesNotContain((await Mesh.Dashboard.DevicesAsync()), d => d.GetProperty("id").GetString() == other.Key.Id.Value);
    }

    [Fact]
    public async Task Ticket_WithAForgedSecret_IsRefused()
    {
        using var device = Mesh.NewDevice("forged");
        var ticket = await Mesh.TicketAsync() with { Secret = Base32.Encode(RandomNumberGenerator.GetBytes(20)) };
        Assert.Equal("token_invalid", (await device.RefusedAsync(ticket)).Code);
    }

    [Fact]
    public async Task Ticket_OfAnotherCa_GivesNothingAway()
    {
        using var device = Mesh.NewDevice("other-ca");
        var ticket = await Mesh.TicketAsync();
        Assert.Equal("authority_other", (await device.RefusedAsync(ticket with { Authority = KeyPin.Of([7]) })).Code);
        Assert.Equal("orchestrator_other", (await device.RefusedAsync(ticket with { OrchestratorId = Base32.Encode(SHA256.HashData([7])) })).Code);

        // Its secret was never sent, so it is still good.
        await device.JoinAsync(ticket);
    }

    [Fact]
    public async Task Link_WithoutItsOwnGoodCertificate_IsRefusedInWords()
    {
        using TestDevice device = Mesh.NewDevice("certificates"), other = Mesh.NewDevice("certificates-2");
        var membership = await device.JoinAsync(await Mesh.TicketAsync());
        using var own = device.Own(membership);
        using var foreign = device.Foreign();
        using var others = other.Own(await other.JoinAsync(await Mesh.TicketAsync()));

        Assert.Equal("certificate_missing", (await device.DialAsync(Mesh.Address, membership, null)).Code);
        Assert.Equal("certificate_foreign", (await device.DialAsync(Mesh.Address, membership, foreign)).Code);
        Assert.Equal("certificate_mismatch", (await device.DialAsync(Mesh.Address, membership, others)).Code);
        Assert.True((await device.DialAsync(Mesh.Address, membership, own)).Accepted);
    }

    [Fact]
    public async Task Enrolment_Replayed_IsRefused()
    {
        using var device = Mesh.NewDevice("replay");
        using var roots = (await device.JoinAsync(await Mesh.TicketAsync())).Roots();
        using HttpClient http = new(MeshTls.CreateHandler(roots.Items)) { BaseAddress = Mesh.Address };
        http.DefaultRequestHeaders.Host = $"{MeshNames.Server}:{Mesh.Address.Port}";
        var request = await SignedAsync(http, device.Key);

        Assert.Equal(EnrolReply.Types.Outcome.Enrolled, (await PostAsync(http, request)).Outcome);
        Assert.Equal("replayed", (await PostAsync(http, request)).Code);

        // Neither a nonce of one's own making, nor somebody else's signature.
        var made = await SignedAsync(http, device.Key, _ => RandomNumberGenerator.GetBytes(40));
        Assert.Equal("replayed", (await PostAsync(http, made)).Code);
        using var other = Mesh.NewDevice("replay-2");
        var borrowed = await SignedAsync(http, device.Key);
        borrowed.SigningRequest = ByteString.CopyFrom(other.Key.CreateSigningRequest());
        Assert.Equal("bad_signature", (await PostAsync(http, borrowed)).Code);
    }

    [Theory]
    [InlineData("application/x-protobuf", 100)]
    [InlineData("application/x-protobuf", 100_000)]
    [InlineData("application/json", 10)]
    public async Task Enrolment_Nonsense_IsABadRequest(string contentType, int length)
    {
        using HttpClient http = new(MeshTls.CreateUntrustingHandler()) { BaseAddress = Mesh.Address };
        using ByteArrayContent content = new([.. Enumerable.Repeat((byte)0xff, length)]);
        content.Headers.ContentType = new(contentType);
        using var answer = await http.PostAsync(new Uri("/agent/enrol", UriKind.Relative), content, Test);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Forget_LinkedDevice_CutsItAndItMayNeitherLinkNorRenew()
    {
        await using var agent = await Mesh.JoinAsync("Forgotten");
        var id = await IdAsync("Forgotten");
        using var gone = await Mesh.Dashboard.Client.DeleteAsync(new Uri($"/api/devices/{id}", UriKind.Relative), Test);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);

        await agent.LineAsync(l => l.Contains("broke", StringComparison.Ordinal));
        await agent.LineAsync(l => l.Contains("was forgotten", StringComparison.Ordinal));
        await agent.KillAsync();
        using TestDevice device = new(Mesh["Forgotten"], "Forgotten");
        var membership = Assert.Single(device.Store.All());
        using var own = device.Own(membership);
        Assert.Equal("unknown_device", (await device.DialAsync(Mesh.Address, membership, own)).Code);
        var renewal = await device.Enroller.RenewAsync(Mesh.Address, membership, Test);
        Assert.Equal("unknown_device", Assert.IsType<EnrolResult.Refused>(renewal).Problem.Code);
        Assert.Empty((await Mesh.Dashboard.GetAsync("/api/join-requests")).GetProperty("items").EnumerateArray());

        // A new ticket makes it the same device again.
        await device.JoinAsync(await Mesh.TicketAsync());
        Assert.Equal(id, await IdAsync("Forgotten"));
    }

    [Fact]
    public async Task Agent_WithoutAToken_WaitsUntilSomebodyApproves()
    {
        await using var agent = Mesh.StartAgent("Visitor", null, Mesh.Address);
        var waits = await agent.LineAsync(l => l.Contains("Waiting to be approved", StringComparison.Ordinal) && l.Contains("code", StringComparison.Ordinal));
        var request = await Until.NotNullAsync<object>("the code", async () =>
            (await Mesh.Dashboard.GetAsync("/api/join-requests")).GetProperty("items").EnumerateArray()
                .Where(r => r.GetProperty("name").GetString() == "Visitor" && r.GetProperty("code").GetString() is not null).Cast<object>().FirstOrDefault()) is System.Text.Json.JsonElement found ? found : default;
        Assert.Contains($"the code {request.GetProperty("code").GetString()} too", waits, StringComparison.Ordinal);
        Assert.Contains(request.GetProperty("key").GetString()!, waits, StringComparison.Ordinal);
        Assert.DoesNotContain(await Mesh.Dashboard.DevicesAsync(), d => d.GetProperty("name").GetString() == "Visitor");

        Assert.Equal(HttpStatusCode.NoContent, (await Mesh.Dashboard.PostAsync($"/api/join-requests/{request.GetProperty("id")}/approve")).Status);

        await Mesh.OnlineAsync("Visitor");
        Assert.Equal(request.GetProperty("id").GetString(), await IdAsync("Visitor"));
        Assert.Equal(HttpStatusCode.NotFound, (await Mesh.Dashboard.PostAsync($"/api/join-requests/{request.GetProperty("id")}/approve")).Status);
    }

    [Fact]
    public async Task Agent_Refused_IsTold()
    {
        using var device = Mesh.NewDevice("Unwanted");
        Assert.IsType<EnrolResult.Pending>(await device.Enroller.AskToJoinAsync(Mesh.Address, null, Test));
        Assert.Equal(HttpStatusCode.NoContent, (await Mesh.Dashboard.PostAsync($"/api/join-requests/{device.Key.Id}/refuse")).Status);
        var refused = Assert.IsType<EnrolResult.Refused>(await device.Enroller.AskToJoinAsync(Mesh.Address, null, Test));
        Assert.Equal("join_refused", refused.Problem.Code);
        Assert.True(refused.Final);
    }

    [Fact]
    public async Task Identity_UsedTwice_IsRefusedWithTheReasonOnBothSides()
    {
        await using var first = await Mesh.JoinAsync("Twin");
        CopyDirectory(Mesh["Twin"], Mesh["Twin-copy"]);

        await using var second = Mesh.StartAgent("Twin", null, data: Mesh["Twin-copy"]);

        await second.LineAsync(l => l.Contains("linked already, from ", StringComparison.Ordinal) && l.Contains("--data", StringComparison.Ordinal));
        await Mesh.Dashboard.DeviceAsync("Twin", d => d.GetProperty("stateReason").GetString()?.Contains("same key: one at ", StringComparison.Ordinal) == true);
        Assert.Equal("Online", (await Mesh.Dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == "Twin").GetProperty("state").GetString());
    }

    private static async Task<EnrolRequest> SignedAsync(HttpClient http, DeviceKey key, Func<byte[], byte[]>? change = null)
    {
        var challenge = EnrolChallenge.Parser.ParseFrom(await http.GetByteArrayAsync(new Uri("/agent/enrol", UriKind.Relative), Test));
        var nonce = change is null ? challenge.Nonce.ToByteArray() : change(challenge.Nonce.ToByteArray());
        var request = key.CreateSigningRequest();
        return new EnrolRequest
        {
            ProtocolVersion = LinkProtocol.Version,
            Nonce = ByteString.CopyFrom(nonce),
            SigningRequest = ByteString.CopyFrom(request),
            Signature = ByteString.CopyFrom(key.Sign(EnrolSignature.Message(nonce, challenge.OrchestratorId, request, ""))),
            Renewal = true,
        };
    }

    private static async Task<EnrolReply> PostAsync(HttpClient http, EnrolRequest request)
    {
        using ByteArrayContent content = new(request.ToByteArray());
        content.Headers.ContentType = new("application/x-protobuf");
        using var answer = await http.PostAsync(new Uri("/agent/enrol", UriKind.Relative), content, Test);
        return EnrolReply.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync(Test));
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private async Task<string> IdAsync(string name) =>
        (await Mesh.Dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == name).GetProperty("id").GetString()!;

    /// <summary>One dashboard for the class.</summary>
    public sealed class Started : IAsyncLifetime
    {
        public LanMesh Mesh { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Mesh = await LanMesh.StartAsync();

        public ValueTask DisposeAsync() => Mesh.DisposeAsync();
    }
}
