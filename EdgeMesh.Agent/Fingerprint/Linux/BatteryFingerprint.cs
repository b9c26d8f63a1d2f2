using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Whether there is a battery, and what it is made of.</summary>
public sealed class BatteryFingerprint : IFingerprint
{
    public HostPlatform? Platform => HostPlatform.Linux;

    public async ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        if (PowerSupply.Find(host).Battery is { } battery)
        {
            var maker = string.Join(' ', new[] { host.ReadLine($"{battery}/manufacturer"), host.ReadLine($"{battery}/model_name") }.OfType<string>());
            var kind = host.ReadLine($"{battery}/technology") is { } technology and not "Unknown" ? $"{maker} ({technology})" : maker;
            draft.SetBattery(string.IsNullOrWhiteSpace(kind) ? "present" : kind, battery);
        }
        else if (draft.Android is not null && await TermuxBattery.ReadAsync(host, cancellationToken) is not null)
        {
            draft.SetBattery("present", TermuxBattery.Program);
        }
    }
}
