using System.Text.RegularExpressions;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Options;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>What can go wrong with QAI Hub, in words: the cause and the remedy.</summary>
internal static partial class HubProblems
{
    private const int Longest = 600;

    // The service counts over a few minutes and does not say how long.
    private static readonly TimeSpan RateAgain = TimeSpan.FromMinutes(2);

    /// <summary>What the client said, under a title of what did not happen.</summary>
    public static Problem Told(string title, QaiHubException e) => new(
        $"qaihub_{Word().Replace(e.Kind.ToString(), "_$0").TrimStart('_').ToLowerInvariant()}", title, FromWire.Text(e.Cause, Longest), FromWire.Text(e.Remedy, Longest),
        RetryAfter: e.Kind == HubFailure.RateLimited ? RateAgain : null);

    public static Problem NotConnected(string cause) => new(
        "qaihub_not_connected", "There is no connection to Qualcomm AI Hub.", cause, "Enter a token on the QAI Hub page under Connect, or start the dashboard with --qaihub-emulator.");

    public static Problem Emulated() => new(
        "qaihub_emulated", "The emulator is in use.", "The dashboard was started with --qaihub-emulator, so no token or host is used.", "Start it without --qaihub-emulator to connect to the service.");

    public static Problem HostWrong(string host) => new(
        "host_invalid", "This is not the address of a service.", $"\"{FromWire.Text(host, 200)}\" is not an https address.", "Give one such as https://workbench.aihub.qualcomm.com; plain http is for this computer only.", "host");

    public static Problem TokenWrong() => new("token_invalid", "This is not a token.", "A token has 1 to 512 visible characters without spaces.", "Copy it from the account page of Qualcomm AI Hub.", "token");

    public static Problem TokenNeeded(string host) => new(
        "token_needed", "A new service needs its token.", $"The token in use belongs to another address and is not sent to {FromWire.Text(host.TrimEnd('/'), 200)}.", "Enter the token of that service together with its address.", "token");

    public static Problem TokenUnreadable() => new(
        "token_unreadable", "The stored token cannot be read.", "The keys that protect it are gone or were changed.", "Enter the token again at QAI Hub, Connection.");

    public static Problem NotKept(string cause) => new("settings_failed", "The settings could not be kept.", cause, "Free space on the disk of the data directory if it is full, then try again.");

    public static Problem JobUnknown(string id) => new("job_unknown", "There is no such job.", $"The service has no job \"{FromWire.Text(id, 40)}\" that this token may see.", "The QAI Hub page lists the jobs there are.");

    public static Problem ModelUnknown(string id) => new(
        "model_unknown", "There is no such model.", $"The service has no model \"{FromWire.Text(id, 40)}\" that this token may see.", "The QAI Hub page lists the models there are.", "model");

    public static Problem DeviceUnknown(string name) => new(
        "device_unknown", "There is no such device.", $"The service has no device \"{FromWire.Text(name, 120)}\".", "The QAI Hub page lists the devices there are.", "device");

    public static Problem RuntimeUnknown(string runtime) => new(
        "runtime_unknown", "There is no such runtime.", $"\"{FromWire.Text(runtime, 60)}\" cannot be compiled for.", $"Give one of {string.Join(", ", TargetRuntimes.All.Select(r => r.Value))}.", "runtime");

    /// <summary>Why a job has nothing that can be downloaded or deployed.</summary>
    public static Problem NoArtifact(TrackedJob job) => new(
        "artifact_missing", "This job has nothing to download or deploy.", job switch
        {
            { MakesModel: true, State: HubJobState.Failed } => $"{job.Id} failed, so it made no model.",
            { MakesModel: true, State: HubJobState.Done } => $"It is not known what {job.Id} was compiled for.",
            { MakesModel: true } => $"{job.Id} is not done yet.",
            { Kind: HubJobKind.Profile } => $"{job.Id} measures a model and makes none.",
            _ => $"{job.Id} runs a model and makes outputs, not a model{(job.OutputDatasetId is { } outputs ? $": they are in data set {outputs}" : "")}.",
        },
        job.MakesModel ? "Wait until it is done, or look at why it failed." : "Use the compile, quantize or link job that made its model.");

    public static Problem Gone() => new(
        "artifact_removed", "The file is gone.", "It was removed to make room for newer ones, or was never downloaded.", "Download it again; the limit is EdgeMesh:QaiHub:MaxTotalBytes in the configuration.");

    public static Problem NoLog(string id, string which) => new(
        "log_missing", "There is no such log.", $"The service has no {which} of {FromWire.Text(id, 40)}.", "Logs are there when a job has ended; those of a device only where one was used.");

    public static Problem LogFailed(string cause) => new("log_failed", "The log could not be kept for a moment.", cause, "Free space on the dashboard's disk if it is full, then try again.");

    public static Problem WaitInterrupted() => new(
        "dashboard_stopped", "It was not submitted.", "The dashboard was stopped while it waited for a place at the service.", "Submit it again.");

    public static Problem TooManyWait(int most) => new(
        "qaihub_waits_full", "Too many jobs wait for a place.", $"{most} jobs wait already for a place at Qualcomm AI Hub, and no more are kept waiting.", "Submit it again when some of them were taken.", RetryAfter: RateAgain);

    public static Problem DatasetUnknown(string id) => new(
        "dataset_unknown", "There is no such data set.", $"The service has no data set \"{FromWire.Text(id, 40)}\" that this token may see.", "Data sets are kept for 30 days; upload it again.", "dataset");

    public static Problem UploadUnknown() => new("upload_unknown", "There is no such upload.", "It was sent already, or was begun before the dashboard was started.", "Choose the files again.", "upload");

    /// <param name="next">Until the first of them is forgotten.</param>
    public static Problem TooManyUploads(int most, TimeSpan next) => new(
        "uploads_full", "There are too many uploads.", $"{most} have arrived, and nothing was made of them.", $"Send one of them to the service, or wait: unless it is used the first is forgotten {RetryAfter.Words(next)}.", "upload",
        RetryAfter.Of(next.TotalMilliseconds));

    public static Problem UploadTooLarge(long most) => new("upload_too_large", "The upload is too large.", $"{most:N0} bytes are allowed; the service takes no more than 10 GB.", "Make the model smaller, for example by storing its weights in 16 bits.");

    public static Problem UploadFailed(string cause) => new("upload_failed", "The upload did not arrive.", cause, "Free space on the dashboard's disk if it is full, then send it again.");

    public static Problem UploadInterrupted() => new("dashboard_stopped", "The upload was interrupted.", "The dashboard was stopped meanwhile. What the service has is kept there for a while.", "Resume it; it goes on where it was.");

    public static Problem NameWrong(string name) => new("name_invalid", "This is not the name of a file.", $"\"{FromWire.Text(name, 120)}\" could lead outside a folder or cannot exist on every device.", "Give a plain file name.", "name");

    public static Problem NotAModel(string cause) => new(
        "model_invalid", "This is not a model that the service takes.", cause, "Give an .onnx file with the files of its weights, a .zip of its folder, a TorchScript file (.pt) or a .tflite file.", "name");

    public static Problem TransferUnknown() => new("transfer_unknown", "There is no such transfer.", "It ended a while ago.", "Look at the list of models.");

    public static Problem CannotResume() => new("resume_impossible", "It cannot go on.", "It is running, has ended well, or its file is gone.", "Choose the files again.");

    public static Problem Internal(string title) => new("internal", title, "It is a fault of EdgeMesh; the dashboard's log has the details.", "Try again; if it happens again, report it with the log.");

    public static Problem ZooModelUnknown(string id) => new(
        "zoo_model_unknown", "There is no such model in the zoo.", $"\"{FromWire.Text(id, 60)}\" is none of its models.", "Look at the list of the zoo for its models.");

    public static Problem NoDevice() => new("device_missing", "No device was named.", "An artifact goes to at least one device.", "Choose a device of the mesh.", "deviceIds");

    public static Problem DoesNotFit(string device, string reason) => new(
        "artifact_unfit", $"{device} cannot take this artifact.", reason, "Choose another device, or compile for its chipset.", "deviceIds");

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Word();
}
