using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Dashboard.Trust;
using EdgeMesh.Tests.Fakes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Enrolment;

/// <summary>A join token works once, for a while, for one device.</summary>
public sealed class JoinTokensTests
{
    private static readonly byte[] Key = [1];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_TwoDevicesAtOnce_JoinsExactlyOne()
    {
        await using var mesh = await MeshHost.StartAsync();
        var tokens = Tokens(mesh, TimeProvider.System);
        var made = await tokens.CreateAsync("a test", Test);
        var registry = mesh.Services.GetRequiredService<IDeviceRegistry>();
        await using var changes = tokens.Subscribe();
        Assert.Equal(1, changes.Snapshot);

        var joined = await Task.WhenAll(((string[])["North", "South", "East"]).Select(name =>
            registry.AddAsync(Samples.DeviceIdOf(name), Key, name, LinkKind.Tunnel, made.Id, Test)));

        Assert.Single(joined, true);
        Assert.Equal(1, await mesh.SqlAsync("SELECT COUNT(*) FROM Devices"));
        Assert.Equal("token_spent", (await tokens.FindAsync(made.Token, Test)).Refusal!.Code);
        Assert.NotNull((await tokens.ListAsync(Test)).Single().SpentBy);
        await foreach (var told in changes.Changes(Test))
        {
            Assert.Equal(2, told);
            break;
        }
    }

    [Fact]
    public async Task Token_ExpiredRevokedUnknownOrNone_IsRefusedInWords()
    {
        FakeTimeProvider time = new(Samples.Now);
        await using var mesh = await MeshHost.StartAsync();
        var tokens = Tokens(mesh, time);
        var (old, revoked) = (await tokens.CreateAsync("a test", Test), await tokens.CreateAsync("a test", Test));
        Assert.True(await tokens.RevokeAsync(revoked.Id, Test));
        Assert.False(await tokens.RevokeAsync(revoked.Id, Test));
        Assert.Equal(old.Id, (await tokens.FindAsync(old.Token, Test)).Id);
        time.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal("token_expired", (await tokens.FindAsync(old.Token, Test)).Refusal!.Code);
        Assert.Equal("token_invalid", (await tokens.FindAsync(revoked.Token, Test)).Refusal!.Code);
        Assert.Equal("token_invalid", (await tokens.FindAsync("nonsense", Test)).Refusal!.Code);
        Assert.Equal("unknown_device", (await tokens.FindAsync("", Test)).Refusal!.Code);
    }

    [Fact]
    public async Task Device_ForgottenAndJoinedAgain_IsTheSameDeviceWithoutADuplicate()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        await mesh.Fleet.ForgetAsync(one.Id, Test);
        var registry = mesh.Services.GetRequiredService<IDeviceRegistry>();
        Assert.False(await registry.IsKnownAsync(one.Id, Test));

        await mesh.JoinAsync("One");

        Assert.True(await registry.IsKnownAsync(one.Id, Test));
        Assert.Equal(one.Id, Assert.Single(mesh.Fleet.Current.Devices).Id);
        Assert.Equal(1, await mesh.SqlAsync("SELECT COUNT(*) FROM Devices"));
    }

    private static JoinTokens Tokens(MeshHost mesh, TimeProvider time) => new(
        mesh.Services.GetRequiredService<IDbContextFactory<MeshDbContext>>(), mesh.Services.GetRequiredService<ILanAccess>(), mesh.Services.GetRequiredService<OrchestratorKey>(),
        mesh.Services.GetRequiredService<DashboardOptions>(), mesh.Services.GetRequiredService<JoinTokenChanges>(), mesh.Services.GetRequiredService<IDeeds>(), time);
}
