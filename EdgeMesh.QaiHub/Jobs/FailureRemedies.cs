using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>What a person can do about a job that the service let fail.</summary>
public static class FailureRemedies
{
    /// <summary>Parts of the service's words, the telling ones first.</summary>
    private static readonly ImmutableArray<(string Words, string Remedy)> Known =
    [
        ("has dynamic shapes", "Give every input a fixed shape on the compile form."),
        ("floating-point type which is not supported", "This chip's NPU has no floating point: add --quantize_full_type int8 and --quantize_io, or choose a device with fp16."),
        ("--quantize_full_type option is not supported", "Leave out --quantize_full_type, or choose a target other than onnx."),
        ("unrecognized arguments", "Leave out the option it names; this version of the service does not know it."),
        ("64-bit", "Add --truncate_64bit_io, and --truncate_64bit_tensors for values inside the model."),
        ("int64", "Add --truncate_64bit_io, and --truncate_64bit_tensors for values inside the model."),
        ("is not available", "Choose another device or OS version of the catalogue."),
        ("target device matching", "Choose another device or OS version of the catalogue."),
        ("out of memory", "The model is too large for this device: quantise it, or choose a device with more memory."),
        ("timed out", "The model ran too long: lower --max_profiler_iterations, or make it smaller."),
    ];

    /// <summary>The remedy of a failed job; null when the job did not fail.</summary>
    public static string? Of(HubJob job) => job.State == JobState.Failed ? Of(job.FailureReason ?? "", job.FailureType) : null;

    /// <summary>The remedy for the service's words and its kind of failure.</summary>
    public static string Of(string reason, JobFailureType type) =>
        Known.FirstOrDefault(k => reason.Contains(k.Words, StringComparison.OrdinalIgnoreCase)).Remedy ?? Of(type);

    private static string Of(JobFailureType type) => type switch
    {
        JobFailureType.Unsupported => "The model uses something that the target does not have: try another target, or change that part of the model.",
        JobFailureType.RuntimeDeviceOom => "The model is too large for this device: quantise it, or choose a device with more memory.",
        JobFailureType.RuntimeTimeout => "The model ran too long: lower --max_profiler_iterations, or make it smaller.",
        JobFailureType.RuntimeOutOfDisk => "The device's disk is full: try again, or make the model smaller.",
        JobFailureType.InvalidInputs => "The inputs do not fit the model: check their names, shapes and types.",
        JobFailureType.InvalidArgument => "An option is not accepted: check the options.",
        JobFailureType.ModelCorrupt or JobFailureType.ModelInvalid => "The service cannot read the model: export it again and upload it anew.",
        JobFailureType.QnnVersionMismatch or JobFailureType.DspVersionMismatch => "Compiled with another version of Qualcomm's libraries than the device has: compile it again with the same --qairt_version.",
        JobFailureType.CloudThrottled or JobFailureType.RuntimeInternalServiceBusy => "The service is busy: try again in some minutes.",
        JobFailureType.RuntimeCrash => "The model made the device's runtime crash: look at the device's log, and try another target.",
        _ => "Look at the job's log at the service; if it says nothing, try again once.",
    };
}
