using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration.Trust;

/// <summary>Certificates end, are renewed, and their CA is replaced, while work goes on.</summary>
public sealed class CertificateLifeTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Certificate_AtHalfItsLife_IsRenewedWithoutTheLinkNoticing()
    {
        await using var mesh = await LanMesh.StartAsync(("EdgeMesh:Lan:DeviceCertificateLasts", "00:00:10"));
        await using var agent = await mesh.JoinAsync("Short");
        DeviceCertificateStore store = new(mesh["Short"]);
        var first = store.All().Single().Certificate;

        await Until.TrueAsync("a second certificate", () => !store.All().Single().Certificate.AsSpan().SequenceEqual(first));

        Assert.DoesNotContain("broke", agent.Output, StringComparison.Ordinal);
        Assert.Single(agent.Output.Split('\n'), l => l.StartsWith("Linked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificate_EndedWhileTheDeviceSlept_IsRenewedAndTheDeviceIsBack()
    {
        await using var mesh = await LanMesh.StartAsync(("EdgeMesh:Lan:DeviceCertificateLasts", "00:00:10"));
        using (var device = mesh.NewDevice("Sleeper"))
        {
            var membership = await device.JoinAsync(await mesh.TicketAsync());
            using var own = device.Own(membership);
            await Until.TrueAsync("it to end", () => own.NotAfter.ToUniversalTime() < TimeProvider.System.GetUtcNow());
            Assert.Equal("certificate_expired", (await device.DialAsync(mesh.Address, membership, own)).Code);

            // Its clock stands still, so it does not know.
            device.Store.Save(membership with { RenewAt = TimeProvider.System.GetUtcNow().AddDays(1) });
        }

        await using var agent = mesh.StartAgent("Sleeper", null);
        await mesh.OnlineAsync("Sleeper");
    }

    [Fact]
    public async Task Authority_ReplacedWhileJobsRun_LosesNoneAndOldAndNewDevicesLink()
    {
        await using var mesh = await LanMesh.StartAsync();
        await using var agent = await mesh.JoinAsync("Old");
        using var sleeper = mesh.NewDevice("Sleeper");
        var asleep = await sleeper.JoinAsync(await mesh.TicketAsync());
        var oldTicket = await mesh.TicketAsync();
        DeviceCertificateStore store = new(mesh["Old"]);
        var before = store.All().Single();

        List<string> jobs = [];
        for (var i = 0; i < 20; i++)
        {
            jobs.Add(await mesh.Dashboard.SubmitAsync(new { kind = "echo", text = $"{i}", options = new { count = 20 } }));
            if (i == 10)
            {
                var (status, lan) = await mesh.Dashboard.PostAsync("/api/lan/authority/replace");
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.NotEqual(before.Pins().Single().Value, lan.GetProperty("caFingerprint").GetString());
            }
        }

        foreach (var id in jobs)
        {
            var job = await mesh.Dashboard.EndedAsync(id);
            Assert.Equal("Succeeded", job.GetProperty("state").GetString());
            Assert.All(job.GetProperty("tasks").EnumerateArray(), t => Assert.Equal(1, t.GetProperty("attempts").GetArrayLength()));
        }

        // The linked device was asked to renew: its certificate is of the new CA, and the link never broke.
        await Until.TrueAsync("a certificate of the new CA", () => store.All().Single().Pins().Length == 2 && Issuer(store.All().Single()) != Issuer(before));
        Assert.DoesNotContain("broke", agent.Output, StringComparison.Ordinal);

        // Who knows only the old CA links with its old certificate, renews, and joins with an old ticket.
        using (var own = sleeper.Own(asleep))
        {
            Assert.True((await sleeper.DialAsync(mesh.Address, asleep, own)).Accepted);
        }

        var renewed = Assert.IsType<EnrolResult.Enrolled>(await sleeper.Enroller.RenewAsync(mesh.Address, asleep, Test)).Membership;
        Assert.Equal(Issuer(store.All().Single()), Issuer(renewed));
        using TestDevice late = mesh.NewDevice("Late"), young = mesh.NewDevice("Young");
        await late.JoinAsync(oldTicket);
        var ticket = await mesh.TicketAsync();
        Assert.NotEqual(oldTicket.Authority, ticket.Authority);
        var newest = await young.JoinAsync(ticket);
        using var youngs = young.Own(newest);
        Assert.True((await young.DialAsync(mesh.Address, newest, youngs)).Accepted);
    }

    [Fact]
    public async Task Dashboard_ReplacedByAnotherAtTheSameAddress_IsNotTrusted()
    {
        await using var mine = await LanMesh.StartAsync();
        await using var other = await LanMesh.StartAsync();
        using var device = mine.NewDevice("Loyal");
        var membership = await device.JoinAsync(await mine.TicketAsync());

        var refused = Assert.IsType<EnrolResult.Refused>(await device.Enroller.RenewAsync(other.Address, membership, Test));
        Assert.Equal("server_not_trusted", refused.Problem.Code);
        using var own = device.Own(membership);
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => device.DialAsync(other.Address, membership, own));
    }

    private static string Issuer(MeshMembership membership)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(membership.Certificate);
        return certificate.Issuer;
    }
}
