using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Doctor;

public sealed class DoctorTests
{
    private static readonly User Ada = new() { Id = 7, FirstName = "Ada", LastName = "L", Email = "ada@example.com" };
    private static readonly string[] Names = ["configuration", "host", "clock", "version", "token"];

    [Fact]
    public async Task Check_AllWell_AllIsOk()
    {
        await using var hub = new Hub(_ => RawHttpServer.Message(Ada, headers: "Date: Tue, 24 Nov 2026 12:00:30 GMT\r\n"));
        var status = await CheckAsync(hub);
        // It is no address of Qualcomm's, so nobody says that it is Qualcomm who answers.
        Assert.Equal((HubSource.Unknown, true, "Ada L"), (status.Source, status.Connected, status.User!.Name));
        Assert.Equal(Names, status.Checks.Select(c => c.Name));
        Assert.All(status.Checks, c => Assert.True(c is { Ok: true, Remedy: null }, c.ToString()));
        Assert.DoesNotContain(Hub.Token, string.Join(' ', status.Checks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_Emulator_SaysSo()
    {
        await using var hub = new Hub(_ => RawHttpServer.Message(Ada, headers: $"{EmulatorMark.Header}: {EmulatorMark.Value}\r\n"));
        var status = await CheckAsync(hub);
        Assert.Equal(HubSource.Emulator, status.Source);
        Assert.Contains("emulator", status.Checks[1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "token", "refused the API token")]
    [InlineData(403, "token", "may not")]
    [InlineData(426, "version", "newer client")]
    [InlineData(302, "host", "sends us to")]
    [InlineData(500, "host", "500")]
    public async Task Check_Refused_NamesTheOneThatIsWrong(int status, string name, string words)
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(status));
        var found = await CheckAsync(hub);
        Assert.False(found.Connected);
        var wrong = found.Checks.First(c => !c.Ok);
        Assert.Equal(name, wrong.Name);
        Assert.Equal([name], found.Checks.Where(c => !c.Ok && !c.Skipped).Select(c => c.Name));
        Assert.Contains(words, wrong.Detail, StringComparison.Ordinal);
        Assert.NotNull(wrong.Remedy);
        Assert.Single(hub.Requests);

        // One cross for one cause; what could not be looked at is neither well nor wrong.
        Assert.Single(found.Checks, c => c is { Ok: false, Skipped: false });
        Assert.All(found.Checks.Where(c => c.Skipped), c => Assert.True(c is { Ok: false, Remedy: null }, c.ToString()));
    }

    [Fact]
    public async Task Check_ForeignHost_IsTheHost()
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(200, "<html>", "Content-Type: text/html\r\n"));
        Assert.Equal([("host", false), ("token", true)], (await CheckAsync(hub)).Checks.Where(c => !c.Ok).Select(c => (c.Name, c.Skipped)));
    }

    [Fact]
    public async Task Check_ClockOff_SaysByHowMuch()
    {
        await using var hub = new Hub(_ => RawHttpServer.Message(Ada, headers: "Date: Tue, 24 Nov 2026 09:00:00 GMT\r\n"));
        var clock = (await CheckAsync(hub)).Checks[2];
        Assert.False(clock.Ok);
        Assert.Contains("3 hours ahead", clock.Detail, StringComparison.Ordinal);
        Assert.Contains("clock", clock.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ConnectionCut_LeavesTheRestUnchecked()
    {
        await using var hub = new Hub(_ => null);
        var checks = (await CheckAsync(hub)).Checks;
        Assert.Equal(Names, checks.Select(c => c.Name));
        Assert.Equal([true, false, false, false, false], checks.Select(c => c.Ok));
        Assert.All(checks[2..], c => Assert.StartsWith("Not checked yet", c.Detail, StringComparison.Ordinal));
        Assert.Equal([false, false, true, true, true], checks.Select(c => c.Skipped));
    }

    [Fact]
    public async Task Check_NoConfiguration_SendsNothing()
    {
        await using var hub = new Hub(_ => null);
        var status = await hub.Doctor.CheckAsync(new ConfigFinder(_ => null, "/nowhere").Find(), Hub.Cancelled);
        Assert.Equal(Names, status.Checks.Select(c => c.Name));
        Assert.All(status.Checks, c => Assert.False(c.Ok));
        Assert.Equal(["configuration"], status.Checks.Where(c => !c.Skipped).Select(c => c.Name));
        Assert.Contains("client.ini", status.Checks[0].Remedy, StringComparison.Ordinal);
        Assert.Empty(hub.Requests);
    }

    private static Task<HubStatus> CheckAsync(Hub hub) => hub.Doctor.CheckAsync(new ConfigSearch(hub.Config, null, []), Hub.Cancelled);
}
