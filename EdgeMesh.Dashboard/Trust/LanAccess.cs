using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EdgeMesh.Agent.Files;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>The port for other machines: opened and closed while the dashboard runs; how the switch was left is kept in <c>lan.json</c>.</summary>
internal sealed class LanAccess : ILanAccess, IDisposable
{
    private static readonly TimeSpan SwitchLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private readonly SemaphoreSlim _switching = new(1);
    private readonly Listeners _listeners;
    private readonly MeshAuthority _authority;
    private readonly OwnCertificate _own;
    private readonly IServer _server;
    private readonly IDeeds _deeds;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly bool _fixed;
    private readonly int _port;
    private volatile bool _enabled;

    public LanAccess(Listeners listeners, MeshAuthority authority, OwnCertificate own, IServer server, IOptions<LanOptions> lan, IOptions<DashboardOptions> options, IDeeds deeds, TimeProvider time)
    {
        (_listeners, _authority, _server, _deeds, _time) = (listeners, authority, server, deeds, time);
        _own = own;
        _path = options.Value.LanSettingsPath;
        _fixed = lan.Value.Enabled is not null;
        _port = lan.Value.Port is 0 ? Listeners.FreePort() : lan.Value.Port;
        _enabled = lan.Value.Enabled ?? Read(_path);
    }

    public LanState Current
    {
        get
        {
            LanState state = new(_enabled, _port, _enabled ? [.. LanAddresses.Current().Select(Address)] : [], _authority.ServerPin, _authority.Pin, _fixed);
            if (_own.Current?.TargetCertificate.PublicKey is not { } shown)
            {
                return state;
            }

            var info = shown.ExportSubjectPublicKeyInfo();
            return state with { ServerPin = KeyPin.Of(info), PinHead = Convert.ToBase64String(info[..^shown.EncodedKeyValue.RawData.Length]) };
        }
    }

    public ImmutableArray<Uri> DialAddresses =>
    [
        .. Current.Addresses.Take(8),
        .. _server.Features.Get<IServerAddressesFeature>()?.Addresses.Where(a => a.StartsWith("http:", StringComparison.Ordinal)).Take(2).Select(a => new Uri(a)) ?? [],
    ];

    /// <summary>Opens the port at start when it is to be open; Kestrel reads it right after.</summary>
    public void Begin() => _listeners.SetLan(_enabled ? _port : null);

    public Task<Problem?> SetAsync(bool enabled, CancellationToken cancellationToken) =>
        _deeds.DoAsync(enabled ? AuditActions.LanOpen : AuditActions.LanClose, $"port {_port}", () => SwitchAsync(enabled, cancellationToken));

    private async Task<Problem?> SwitchAsync(bool enabled, CancellationToken cancellationToken)
    {
        if (_fixed)
        {
            return TrustProblems.LanFixed;
        }

        await _switching.WaitAsync(cancellationToken);
        try
        {
            if (enabled == _enabled)
            {
                return null;
            }

            if (enabled && Listeners.Check(_port) is { } problem)
            {
                return problem;
            }

            OwnerOnlyFile.Write(_path, JsonSerializer.Serialize(new Kept(enabled), JsonSerializerOptions.Web));
            _listeners.SetLan(enabled ? _port : null);
            _enabled = enabled;
            await FollowedAsync(enabled, cancellationToken);
            return null;
        }
        finally
        {
            _switching.Release();
        }
    }

    public void Dispose() => _switching.Dispose();

    private static bool Read(string path)
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize<Kept>(File.ReadAllText(path), JsonSerializerOptions.Web)?.Enabled == true;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // Closed is the safe side.
            return false;
        }
    }

    private Uri Address(IPAddress address) => new($"https://{new IPEndPoint(address, _port)}");

    // Kestrel opens and closes by itself; whoever asked sees it done.
    private async Task FollowedAsync(bool open, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < SwitchLimit && await AnswersAsync(cancellationToken) != open)
        {
            await Task.Delay(Pace, _time, cancellationToken);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using TcpClient probe = new();
            await probe.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed record Kept(bool Enabled);
}
