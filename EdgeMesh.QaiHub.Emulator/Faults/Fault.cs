namespace EdgeMesh.QaiHub.Emulator.Faults;

/// <summary>What goes wrong on purpose.</summary>
public enum FaultKind
{
    /// <summary>Answers <see cref="Fault.Status"/> and does nothing else.</summary>
    Status,

    /// <summary>Waits <see cref="Fault.Delay"/>, then answers as always.</summary>
    Slow,

    /// <summary>Ends the connection after <see cref="Fault.AfterBytes"/> of the answer's body.</summary>
    CutOff,

    /// <summary>Ends the connection after reading <see cref="Fault.AfterBytes"/> of the request's body.</summary>
    CutOffUpload,

    /// <summary>Sends only the first half of the body, as if that were all.</summary>
    Truncated,

    /// <summary>Answers as always, with <see cref="Fault.Text"/> as content type.</summary>
    ContentType,

    /// <summary>Sends the client to <see cref="Fault.Text"/>.</summary>
    Redirect,

    /// <summary>A presigned URL is too old.</summary>
    Expired,

    /// <summary>A job that is created stays in its first state for ever.</summary>
    JobStuck,

    /// <summary>A job that is created fails at its end, with <see cref="Fault.Text"/> as reason.</summary>
    JobFails,
}

/// <summary>A fault for the next requests that match.</summary>
public sealed record Fault
{
    /// <summary>Which fault.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>Hits requests whose path has this in it, for example <c>/devices/</c> or <c>/objects/</c>; empty hits all. For jobs: the type, such as <c>compile</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Hits only this method; null hits all.</summary>
    public string? Method { get; init; }

    /// <summary>How many requests it hits, at least 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>100 to 599.</summary>
    public int Status { get; init; } = 500;

    /// <summary>The detail, content type, address or reason; null for a usual one.</summary>
    public string? Text { get; init; }

    /// <summary>Sent as <c>Retry-After</c> with a status; null sends none.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>How long a slow answer takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Bytes that get through before a cut.</summary>
    public long AfterBytes { get; init; }
}
