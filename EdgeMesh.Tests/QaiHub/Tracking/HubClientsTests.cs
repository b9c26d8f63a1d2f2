using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.QaiHub.Tracking;

/// <summary>How the connection is follows from every answer and every failure, not only from a look at it.</summary>
public sealed class HubClientsTests : IDisposable
{
    private static readonly QaiHubException Silence = new(HubFailure.TimedOut, "hub.example was silent for 28 seconds.", "Try again later.");
    private readonly TrackerMesh mesh = new();

    private FakeHubClient Hub => mesh.Hub;

    private HubConnection Connection => mesh.Board.Current.Connection!;

    public void Dispose() => mesh.Dispose();

    [Fact]
    public async Task Answer_AfterAFailedLook_MeansConnected()
    {
        mesh.Start();
        Hub.Status = Failed();
        await mesh.Clients.CheckAsync(TrackerMesh.Cancelled);
        Assert.False(Connection.Status.Connected);
        Assert.True(mesh.Board.Current.IsConfigured);

        _ = mesh.Clients.Client;
        Hub.Heard!(HubSource.Service);
        Assert.True(Connection.Status.Connected);
        Assert.Null(Connection.Trouble);
        Assert.Equal((HubSource.Service, mesh.Time.GetUtcNow()), (mesh.Board.Current.Source, Connection.AnsweredAt));
    }

    [Fact]
    public async Task Failure_AfterAGoodLook_IsSaidAndMended()
    {
        mesh.Start();
        Hub.Status = new HubStatus(HubSource.Service, true, new HubUser(1, "Ada", "ada@example.org"),
            [.. new[] { "configuration", "host", "clock", "version", "token" }.Select(n => new HubCheck(n, true, "Well.", null))]);
        await mesh.Clients.CheckAsync(TrackerMesh.Cancelled);
        mesh.Time.Advance(TimeSpan.FromMinutes(26));
        Hub.Failure = Silence;
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        Assert.False(Connection.Status.Connected);
        Assert.Equal(("host", Silence.Cause), (Connection.Trouble!.Name, Connection.Trouble.Detail));
        Assert.Single(Connection.Status.Checks, c => c is { Ok: false, Skipped: false });
        Assert.True(mesh.Board.Current.IsConfigured);
        Assert.Equal(HubSource.Service, mesh.Board.Current.Source);

        Hub.Failure = null;
        Hub.Heard!(HubSource.Service);
        Assert.True(Connection.Status.Connected);
        Assert.All(Connection.Status.Checks, c => Assert.True(c.Ok));
    }

    [Fact]
    public async Task Look_ThatFails_KeepsWhatWasKnownOfTheSource()
    {
        mesh.Start();
        _ = mesh.Clients.Client;
        Hub.Heard!(HubSource.Emulator);
        Hub.Status = Failed();
        await mesh.Clients.CheckAsync(TrackerMesh.Cancelled);
        Assert.Equal((false, true), (Connection.Status.Connected, mesh.Board.Current.IsEmulated));
    }

    [Fact]
    public void Answer_OfAnEarlierConfiguration_SaysNothing()
    {
        mesh.Start();
        _ = mesh.Clients.Client;
        var old = Hub.Heard!;
        mesh.Clients.Forget();
        old(HubSource.Service);
        Assert.Null(mesh.Board.Current.Connection);
    }

    [Theory]
    [InlineData(HubSource.Emulator)]
    [InlineData(HubSource.Unknown)]
    [InlineData(HubSource.Service)]
    public async Task Jobs_AndTheirFigures_CarryTheSourceOfTheAnswers_WhateverALookFound(HubSource source)
    {
        // The look at the connection failed: nothing is known from it.
        (Hub.Source, Hub.Status) = (source, Failed());
        Hub.Set("jp", JobState.Done, JobType.Profile, model: "m1");
        mesh.Start();
        await mesh.Clients.CheckAsync(TrackerMesh.Cancelled);
        await mesh.Book!.ChangeAsync("jp", _ => new TrackedJob("jp", HubJobKind.Profile, HubJobState.Created, Samples.Now) { Here = true, Runtime = "onnx", Device = "Board", Os = "1" }, TrackerMesh.Cancelled);
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        Assert.Equal(source, mesh.Board.Current.Jobs.Find("jp")!.Source);
        var latency = Assert.Single(mesh.Latencies.All);
        Assert.Equal((source == HubSource.Emulator, source == HubSource.Service), (latency.Emulated, latency.IsQualcomm));
    }

    [Fact]
    public async Task Job_OfAnEmulator_StaysOneWhateverIsHeardLater()
    {
        Hub.Source = HubSource.Emulator;
        Hub.Set("ja", JobState.OptimizingModel);
        await mesh.Start().PollAsync(TrackerMesh.Cancelled);
        Hub.Source = HubSource.Service;
        Hub.Set("ja", JobState.Done, target: "mq1");
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        Assert.Equal(HubSource.Emulator, mesh.Board.Current.Jobs.Find("ja")!.Source);
    }

    private static HubStatus Failed() => new(HubSource.Unknown, false, null, [new HubCheck("configuration", true, "Found.", null), new HubCheck("host", false, Silence.Cause, Silence.Remedy), HubCheck.Unchecked("token", "the host does not answer.")]);
}
