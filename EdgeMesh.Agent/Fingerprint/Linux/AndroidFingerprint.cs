using System.Globalization;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Recognises Android (Termux, adb shell, a rooted chroot) and reads its system properties. Goes before the other Linux facts.</summary>
public sealed class AndroidFingerprint : IFingerprint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public HostPlatform? Platform => HostPlatform.Linux;

    public async ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        var termux = host.Env("TERMUX_VERSION");
        if (await SignAsync(host, termux, cancellationToken) is not { } sign)
            return;

        var output = await host.RunAsync("/system/bin/getprop", [], Patience, cancellationToken) ?? await host.RunAsync("getprop", [], Patience, cancellationToken);
        var source = output is null ? "/system/build.prop" : "getprop";
        var properties = output is null ? host.ReadPairs("/system/build.prop") : ParseGetprop(output);
        draft.Android = properties;
        draft.AddFact("Android recognised by", sign, sign);

        var release = Property(properties, "ro.build.version.release", "ro.system.build.version.release");
        var os = release is null ? "Android" : $"Android {release}";
        draft.SetOs(string.IsNullOrEmpty(termux) ? os : $"{os} (Termux)", release is null ? sign : source);
        if (!string.IsNullOrEmpty(termux))
            draft.AddFact("Termux", termux, "TERMUX_VERSION");
        draft.SetMachine(MachineName(properties), source);
        draft.AddFact("Security patch", Property(properties, "ro.build.version.security_patch"), source);

        var characteristics = Property(properties, "ro.build.characteristics") ?? "";
        if (properties.Count > 0 && !NotHandheld(characteristics))
            draft.SetFormFactor(FormFactor.Phone, $"{source}: ro.build.characteristics");
    }

    /// <summary>The pairs of <c>[key]: [value]</c> lines; other lines are skipped.</summary>
    public static IReadOnlyDictionary<string, string> ParseGetprop(string output)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var raw in output.Split('\n'))
        {
            var line = raw.Trim();
            var middle = line.IndexOf("]: [", StringComparison.Ordinal);
            if (middle > 1 && line[0] == '[' && line[^1] == ']' && line.Length >= middle + 5)
                properties.TryAdd(line[1..middle], line[(middle + 4)..^1]);
        }

        return properties;
    }

    /// <summary>The first property that is set; null when none is.</summary>
    public static string? Property(IReadOnlyDictionary<string, string> properties, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (properties.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value))
                return value;
        }

        return null;
    }

    private static async Task<string?> SignAsync(IDeviceHost host, string? termux, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(termux))
            return "TERMUX_VERSION";
        if (host.Exists("/system/build.prop"))
            return "/system/build.prop";
        var uname = await host.RunAsync("uname", ["-o"], Patience, cancellationToken);
        return uname?.Trim() == "Android" ? "uname -o" : null;
    }

    private static string? MachineName(IReadOnlyDictionary<string, string> properties)
    {
        var maker = Property(properties, "ro.product.manufacturer", "ro.product.vendor.manufacturer");
        var model = Property(properties, "ro.product.marketname", "ro.config.marketing_name", "ro.product.model", "ro.product.vendor.model");
        if (model is null || maker is null || model.StartsWith(maker, StringComparison.OrdinalIgnoreCase))
            return model;
        return $"{CultureInfo.InvariantCulture.TextInfo.ToTitleCase(maker)} {model}";
    }

    private static bool NotHandheld(string characteristics) =>
        characteristics.Split(',').Any(c => c is "tv" or "watch" or "automotive" or "embedded");
}
