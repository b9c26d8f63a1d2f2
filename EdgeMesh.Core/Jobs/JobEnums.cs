using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Jobs;

/// <summary>What a person asked for. The form says it; nothing guesses it from words.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobKind>))]
public enum JobKind
{
    [JsonStringEnumMemberName("summarize")] Summarize,
    [JsonStringEnumMemberName("chat")] Chat,
    [JsonStringEnumMemberName("code")] Code,
    [JsonStringEnumMemberName("image")] Image,
    [JsonStringEnumMemberName("sysinfo")] Sysinfo,
    [JsonStringEnumMemberName("echo")] Echo,
    [JsonStringEnumMemberName("onnx")] Onnx,
}

[JsonConverter(typeof(JsonStringEnumConverter<TaskKind>))]
public enum TaskKind
{
    [JsonStringEnumMemberName("SYSINFO")] Sysinfo,
    [JsonStringEnumMemberName("ECHO")] Echo,
    [JsonStringEnumMemberName("LLM_GENERATE")] LlmGenerate,
    [JsonStringEnumMemberName("IMAGE_GENERATE")] ImageGenerate,
    [JsonStringEnumMemberName("ONNX_RUN")] OnnxRun,
}

/// <summary>How a device is chosen.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobPolicy>))]
public enum JobPolicy
{
    [JsonStringEnumMemberName("BEST_AVAILABLE")] BestAvailable,
    [JsonStringEnumMemberName("PREFER_LOCAL")] PreferLocal,
    [JsonStringEnumMemberName("PREFER_REMOTE")] PreferRemote,
    [JsonStringEnumMemberName("REQUIRE_NPU")] RequireNpu,
    [JsonStringEnumMemberName("REQUIRE_GPU")] RequireGpu,
    [JsonStringEnumMemberName("FORCE_DEVICE")] ForceDevice,
    [JsonStringEnumMemberName("LOW_POWER")] LowPower,
}

[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Waits: for a device, or for its turn on one.</summary>
    Queued,

    /// <summary>A device has begun.</summary>
    Running,
    Succeeded,
    PartiallySucceeded,
    Failed,
    Cancelled,
}

[JsonConverter(typeof(JsonStringEnumConverter<TaskState>))]
public enum TaskState
{
    Waiting,
    Queued,
    Running,
    Succeeded,
    PartiallySucceeded,
    Failed,
    Cancelled,
}

[JsonConverter(typeof(JsonStringEnumConverter<AttemptState>))]
public enum AttemptState
{
    Placed,
    Running,
    Succeeded,
    Failed,
    Cancelled,
    Superseded,
}

/// <summary>Why an attempt failed. <see cref="ReasonCodes"/> says for each whether it is retried, where, and what a person can do.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReasonCode>))]
public enum ReasonCode
{
    Busy,
    OutOfMemory,
    NotReady,
    RuntimeDown,

    /// <summary>The engine wants a key that the agent does not have.</summary>
    KeyRequired,

    /// <summary>The engine is there and answered with an error.</summary>
    EngineError,
    ModelMissing,
    Unsupported,
    BadInput,
    BadOutput,

    /// <summary>The engine did not go on with a text that another device had begun: it is written anew.</summary>
    CannotContinue,

    /// <summary>The model ended while it was still thinking, or without an answer behind its thoughts.</summary>
    OnlyThought,

    /// <summary>The model asked for a tool, and EdgeMesh offers none.</summary>
    AskedForTool,

    /// <summary>The model will not answer this; <see cref="Refused"/> is a device that will not.</summary>
    ModelRefused,
    Timeout,
    Lost,
    Cancelled,
    Refused,
    Internal,
}
