using System.Text;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Artifacts;

/// <summary>Which chip a device has, and which artifacts may go there. Pure; the marks "in my mesh" and the deployment ask the same.</summary>
public static class ChipsetMatch
{
    /// <summary>Id of the runtime that runs on Qualcomm's NPU.</summary>
    private const string Qnn = "onnx-qnn";

    /// <summary>Ids of the agent's own ONNX runtimes begin with this.</summary>
    private const string Onnx = "onnx-";

    /// <summary>The device's chip as its processor name and device tree tell it; null when they name none that is known.</summary>
    public static Chipset? Of(DeviceProfile? profile)
    {
        if (profile is null)
        {
            return null;
        }

        var said = Words(string.Join(" | ", profile.Facts.Where(f => f.Name == "Device tree").Select(f => f.Value).Prepend(profile.CpuModel)));

        // The longest sign says most: a Snapdragon 8 Elite Gen 5 is no Snapdragon 8 Elite.
        return Chipsets.All.SelectMany(c => c.Signs.Select(s => (Chipset: c, Sign: s)))
            .Where(s => said.Contains($" {s.Sign} ", StringComparison.Ordinal)).OrderByDescending(s => s.Sign.Length).FirstOrDefault().Chipset;
    }

    /// <summary>Whether the device has the chip of a target: by one of its names, or by its number together with its Hexagon version.</summary>
    public static bool Has(DeviceProfile? profile, ChipsetTarget target) => Of(profile) is { } own && Same(own, target);

    /// <summary>Whether an artifact fits a device, and why or why not.</summary>
    public static ArtifactFit Fit(ArtifactFacts artifact, DeviceSnapshot device) => artifact.Kind switch
    {
        ArtifactKind.TfLite => new(false, false, "No engine in the mesh runs LiteRT models: download it, or compile it for another runtime."),
        ArtifactKind.Onnx => Plain(device),
        _ => Compiled(artifact, device),
    };

    private static ArtifactFit Plain(DeviceSnapshot device) =>
        device.Runtimes.Any(r => Is(r, Onnx) && r.State == RuntimeState.Ready) ? new(true, true, "A plain ONNX model: ONNX Runtime there runs it.")
        : device.Runtimes.FirstOrDefault(r => Is(r, Onnx)) is { } runtime ? new(true, false, $"A plain ONNX model; {runtime.Name} there is not ready: {runtime.Reason}")
        : new(false, false, "It has no ONNX Runtime. Update its agent.");

    private static ArtifactFit Compiled(ArtifactFacts artifact, DeviceSnapshot device)
    {
        if (Of(device.Profile) is not { } own)
        {
            return new(false, false, $"Compiled for {artifact.Target}; the chip of this device is {(device.Profile is null ? "not known yet" : $"none that AI Hub compiles for ({Shown(device.Profile)})")}.");
        }

        if (!Same(own, artifact.Target))
        {
            return new(false, false, $"Compiled for {artifact.Target}; this device has a {own.Name}{(own.Hexagon is null ? "" : $" (Hexagon {own.Hexagon})")}.");
        }

        var has = $"Compiled for this device's chip, {own.Name}";
        return artifact.Kind != ArtifactKind.PrecompiledQnnOnnx ? new(true, false, $"{has}. It is kept there for Qualcomm's own tools: ONNX Runtime does not load this format.")
            : device.Runtimes.FirstOrDefault(r => Is(r, Qnn)) is not { } qnn ? new(true, false, $"{has}. It is kept there until its agent has QNN.")
            : qnn.State == RuntimeState.Ready ? new(true, true, $"{has}, and QNN there is proven.")
            : new(true, false, $"{has}; QNN there is not ready: {qnn.Reason}");
    }

    private static bool Same(Chipset own, ChipsetTarget target) =>
        (!target.Chipsets.IsDefaultOrEmpty && own.HubNames.Intersect(target.Chipsets, StringComparer.OrdinalIgnoreCase).Any())
        || (target.SocModel is { } soc && own.SocModel == soc && target.Hexagon is { } hexagon && hexagon == own.Hexagon);

    private static bool Is(RuntimeInfo runtime, string id) => runtime.Id.StartsWith(id, StringComparison.Ordinal);

    private static string Shown(DeviceProfile profile) => profile.CpuModel.Length > 0 ? profile.CpuModel : profile.Architecture;

    /// <summary>Words in lower case between single spaces; trade marks are left out, a plus sign is a word, a bar parts what does not belong together.</summary>
    private static string Words(string text)
    {
        var words = new StringBuilder(" ");
        foreach (var c in text.Replace("(R)", "", StringComparison.OrdinalIgnoreCase).Replace("(TM)", "", StringComparison.OrdinalIgnoreCase).ToLowerInvariant())
        {
            words.Append(c switch { '+' => " plus ", '|' or ',' => " | ", _ when char.IsAsciiLetterOrDigit(c) => $"{c}", _ => " " });
        }

        return string.Join(' ', words.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Prepend("").Append(""));
    }
}
