using System.Text.RegularExpressions;

namespace EdgeMesh.Core.Artifacts;

/// <summary>
/// Where a deployed artifact came from. A device's store keeps it as the model's source, in the words of <see cref="ToString"/>, so that it
/// goes along when the model is relayed to another device.
/// </summary>
/// <param name="Model">AI Hub's id of the compiled model, such as <c>mqd4x0gnq</c>.</param>
/// <param name="Job">AI Hub's id of the compile job, such as <c>jp1q2w3e5</c>.</param>
/// <param name="Emulated">The emulator made it, not the service.</param>
/// <param name="Confirmed">False: it was not confirmed that Qualcomm's service made it. It never counts as Qualcomm's then.</param>
public sealed partial record HubOrigin(string Model, string Job, bool Emulated, bool Confirmed = true)
{
    /// <summary>Qualcomm's service made it, as its answers proved.</summary>
    public bool IsQualcomm => Confirmed && !Emulated;

    /// <summary>As <c>QAI Hub job j…, model m…</c>; after "QAI Hub" stands <c>emulator</c> or <c>unconfirmed</c> where that is so.</summary>
    public override string ToString() => $"QAI Hub{(Emulated ? " emulator" : Confirmed ? "" : " unconfirmed")} job {Job}, model {Model}";

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is something else.</summary>
    public static HubOrigin? Parse(string source) =>
        Words().Match(source) is { Success: true } found ? new HubOrigin(found.Groups["model"].Value, found.Groups["job"].Value, found.Groups["mark"].Value == "emulator", found.Groups["mark"].Value != "unconfirmed") : null;

    [GeneratedRegex("^QAI Hub( (?<mark>emulator|unconfirmed))? job (?<job>[0-9a-z_-]{1,64}), model (?<model>[0-9a-z_-]{1,64})$")]
    private static partial Regex Words();
}
