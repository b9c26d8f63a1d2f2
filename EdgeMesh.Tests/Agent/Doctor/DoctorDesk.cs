using System.Net;
using System.Net.Sockets;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Doctor;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Doctor;

/// <summary>A real dashboard with its TLS port, and devices to examine.</summary>
public sealed class DoctorDesk : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private int _devices;

    public DashboardProcess Dashboard { get; private set; } = null!;

    /// <summary>Its TLS port by loopback.</summary>
    public Uri Tls { get; private set; } = null!;

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask InitializeAsync()
    {
        var port = FreePort();
        Dashboard = await DashboardProcess.StartAsync(_directory["dashboard"], 0, "--no-embedded-device", "--lan", "--lan-port", $"{port}");
        Tls = new Uri($"https://127.0.0.1:{port}");
    }

    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>A new device's data directory.</summary>
    public string NewDevice() => _directory[$"device{Interlocked.Increment(ref _devices)}"];

    public async Task<JoinTicket> TicketAsync() =>
        JoinTicket.TryParse(await Dashboard.JoinTokenAsync(), out var ticket, out var problem) ? ticket with { Addresses = [Tls] } : throw new InvalidOperationException(problem.Detail);

    /// <summary>A device that has joined over TLS.</summary>
    public async Task<string> JoinedAsync()
    {
        var data = NewDevice();
        Assert.Equal("agent_stopped", (await ExamineAsync(Dial(await TicketAsync()), data)).Cause?.Code);
        return data;
    }

    public static DialOptions Dial(JoinTicket ticket) => new(ticket.Addresses, ticket.Secret, ticket, ticket.OrchestratorId);

    /// <summary>What the doctor says of a device.</summary>
    public static async Task<Diagnosis> ExamineAsync(DialOptions? dial, string data, TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        var facts = await new DoctorProbe(new AgentOptions(data, "Patient", [], null), new DeviceCertificateStore(data), clock).GatherAsync(dial, TestContext.Current.CancellationToken);
        return Diagnosis.Of(facts, clock.GetUtcNow());
    }
}
