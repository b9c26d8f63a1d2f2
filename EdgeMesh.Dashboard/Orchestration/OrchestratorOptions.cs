using System.ComponentModel.DataAnnotations;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Limits and times of the orchestrator (configuration section <c>EdgeMesh:Orchestrator</c>).</summary>
public sealed class OrchestratorOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "EdgeMesh:Orchestrator";

    /// <summary>Jobs that have not ended; more are refused with 429, the last tenth only to callers that have a tenth. Default 1,000; 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxOpenJobs { get; set; } = 1_000;

    /// <summary>Ended jobs that the history keeps; the oldest ones beyond go, with their files. Default 10,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxStoredJobs { get; set; } = 10_000;

    /// <summary>Attempts a device is given at once; the rest queue here. Default 256; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxInFlightPerDevice { get; set; } = 256;

    /// <summary>
    /// Most attempts that are started a second time on another device because the first takes far longer than predicted, of all that start; one is allowed to begin with. Default 0.05; 0 (never) to 1.
    /// </summary>
    [Range(0, 1)]
    public double HedgedShare { get; set; } = 0.05;

    /// <summary>Tries of a task. Default 3; 1 to 10.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>No beat for so long: suspect. Default 1.5 s; 0.1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SuspectAfter { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>No beat for so long: lost. Default 3 s; 0.1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The direct way to a device that listens is used while its round trip is below so many of the tunnel's. Default 1; 0 (never) to 1,000 (whenever it answers).</summary>
    [Range(0, 1_000)]
    public double DirectUpTo { get; set; } = 1;

    /// <summary>
    /// A device whose link broke is expected back for so long: meanwhile its work goes elsewhere only when that is likely to be sooner. Default 15 s; 0 to 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ReattachFor { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Work that no device can take now (its only candidates start, or are not linked) waits so long. Default 2 min; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan WaitForDevice { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Most characters of output kept of an attempt. Default 4 million; 1,000 to 100 million.</summary>
    [Range(1_000, 100_000_000)]
    public int MaxOutputChars { get; set; } = 4_000_000;

    /// <summary>Most events stored of an attempt: pieces of its output and its files. Letters are joined before they are stored. Default 100,000; 1,000 to 10 million.</summary>
    [Range(1_000, 10_000_000)]
    public int MaxEventsPerAttempt { get; set; } = 100_000;
}
