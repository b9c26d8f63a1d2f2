using System.Text.RegularExpressions;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Models;

/// <summary>What can go wrong with models, in words: the device, the cause, the remedy.</summary>
internal static partial class ModelProblems
{
    /// <summary>The link ended in the middle: what had come is kept on the device.</summary>
    public const string DeviceLost = "device_lost";

    /// <summary>The agent ended the call without a reason: a fault of it, or of the link.</summary>
    public const string AgentFailed = "agent_failed";

    /// <summary>What was uploaded is not there any more.</summary>
    public const string UploadGone = "upload_unknown";

    public static Problem DeviceUnknown(string id) => new(
        "device_unknown", "There is no such device.", $"No device has the id \"{id}\".", "The Fleet page lists the devices there are.", "deviceIds");

    public static Problem NoDevice() => new("device_missing", "No device was named.", "A model goes to at least one device.", "Choose a device.", "deviceIds");

    public static Problem NotLinked(string device) => new(
        "device_not_linked", $"{device} cannot be reached.", "It is not online now.", "Start its agent, or choose another device.");

    public static Problem UploadUnknown() => new(
        UploadGone, "There is no such upload.", "It was installed already, or was left alone for too long.", "Upload the files again.", "source.upload");

    /// <param name="next">Until the first of them is forgotten.</param>
    public static Problem TooManyUploads(int most, TimeSpan next) => new(
        "uploads_full", "There are too many uploads.", $"{most} are waiting to be installed.", $"Install one of them, or wait: unless it is installed the first is forgotten {RetryAfter.Words(next)}.",
        RetryAfter: RetryAfter.Of(next.TotalMilliseconds));

    public static Problem TooManyFiles(int most) => new("upload_too_large", "The upload has too many files.", $"{most} files are allowed in one.", "Upload a .zip of the model's folder instead.");

    public static Problem UploadTooLarge(long most) => new(
        "upload_too_large", "The upload is too large.", $"{most:N0} bytes are allowed.", "Raise EdgeMesh:Models:MaxUploadBytes in the configuration, or install from a folder on the device.");

    public static Problem UploadFailed(string cause) => new("upload_failed", "The upload did not arrive.", cause, "Free space on the dashboard's disk if it is full, then send it again.");

    public static Problem NameWrong(string name) => new(
        "name_invalid", "This is not the name of a file.", $"\"{FromWire.Text(name)}\" could lead outside a folder or cannot exist on every device.", "Give a plain file name.", "name");

    public static Problem SourceLacksModel(string device, string model) => new(
        "model_unknown", $"{device} does not have {model}.", "Only a model in a device's store can be relayed; built-in ones come with every agent.", "The Models page shows where each model is.", "source.model");

    public static Problem ModelUnknown(string device, string model) => new(
        "model_unknown", $"{device} does not have {model}.", "Its store has no model of this name.", "The Models page shows where each model is.");

    public static Problem DoesNotFit(string device, string model, string why) => new(
        "artifact_does_not_fit", $"{model} does not fit {device}.", why, "Choose a device that it fits, or compile it for this one.", "devices");

    public static Problem ArtifactDamaged(string file) => new(
        "artifact_damaged", $"{file} is damaged.", "Its content does not have the checksum that it had when it was downloaded.", "Download it from AI Hub again, then deploy it.");

    public static Problem ArtifactUnread(string file, string cause) => new("artifact_unread", $"{file} cannot be read.", cause, "Download it from AI Hub again, then deploy it.");

    public static Problem TransferUnknown() => new("transfer_unknown", "There is no such transfer.", "None has this id.", "The Models page lists those under way.");

    public static Problem TransferOver() => new("transfer_over", "It has ended already.", "Nothing is left to cancel.", "Remove the model if it is not wanted.");

    /// <param name="nextSeconds">Until the first of them is there; null when none has said how fast it is.</param>
    public static Problem TooMany(int most, double? nextSeconds) => new(
        "transfers_full", "Too many transfers run.",
        $"{most} may run at once{(nextSeconds is { } left ? $"; the first ends {RetryAfter.Words(RetryAfter.Of(left * 1_000))}" : "")}.", "Wait for one to end, or cancel one.",
        RetryAfter: RetryAfter.Of(nextSeconds * 1_000));

    public static Problem SameTransfer(string device, string model) => new(
        "transfer_running", $"{device} is getting {model} already.", "One transfer of a model to a device runs at a time.", "Wait for it to end, or cancel it.");

    public static Problem Restarted(string device, string model) => new(
        "dashboard_stopped", $"{device} did not get all of {model}.", "The dashboard was stopped meanwhile, and its access token or signed address is never stored. What was fetched is kept on the device.", "Get it again; it goes on where it was.");

    public static Problem Internal(string device, string model) => new(
        "internal", $"{device} did not get {model}.", "It is a fault of EdgeMesh; the dashboard's log has the details.", "Try again; if it happens again, report it with the log.");

    /// <summary>What the device itself said.</summary>
    public static Problem Told(string device, string model, ModelFailure failure) => new(
        Word().Replace(FromWire.Text(failure.Reason, 40), "_$0").TrimStart('_').ToLowerInvariant() is { Length: > 0 } code ? code : "model_failed",
        $"{device} did not get {model}.", Sentence(FromWire.Text(failure.Cause, 500)), FromWire.Text(failure.Remedy, 300));

    /// <summary>What the link to the device said.</summary>
    public static Problem Link(string device, string model, Exception e) => e switch
    {
        RpcException { StatusCode: StatusCode.Unimplemented } => new("agent_too_old", $"{device} has no model store.", "Its agent is of an older version.", "Update the agent on that device."),
        RpcException { StatusCode: not (StatusCode.Unavailable or StatusCode.Cancelled) } => new(
            AgentFailed, $"{device} did not get {model}.", $"Its agent failed ({BrokenLink.Word(e)}).", "Look at the agent's output on that device; if it happens again, report it."),
        _ => new(DeviceLost, $"{device} did not get {model}.", "Its link was lost. What was fetched is kept there.", "Get it again when the device is back; it goes on where it was."),
    };

    // A cause may end in what an address or a system said; the remedy follows it on the same line.
    private static string Sentence(string cause) => cause is [.., '.' or '!' or '?' or '…'] or "" ? cause : cause + ".";

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Word();
}
