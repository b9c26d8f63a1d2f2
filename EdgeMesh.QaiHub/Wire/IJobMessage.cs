using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Wire;

/// <summary>What the messages of all five kinds of jobs have; protoc writes the members.</summary>
internal interface IJobMessage
{
    string Name { get; }

    string Options { get; }

    JobState JobState { get; }

    string FailureReason { get; }

    User User { get; }

    Timestamp CreationTime { get; }

    Timestamp QueuedTime { get; }

    Timestamp StartTime { get; }

    Timestamp CompletionTime { get; }

    Timestamp LastUpdatedTime { get; }
}

/// <summary>What the five kinds of summaries have.</summary>
internal interface IJobSummaryMessage
{
    string JobId { get; }

    string Name { get; }

    JobState JobState { get; }

    User User { get; }

    Timestamp CreationTime { get; }

    Timestamp StartTime { get; }

    Timestamp CompletionTime { get; }

    Timestamp LastUpdatedTime { get; }
}

public sealed partial class CompileJob : IJobMessage;

public sealed partial class ProfileJob : IJobMessage;

public sealed partial class InferenceJob : IJobMessage;

public sealed partial class QuantizeJob : IJobMessage;

public sealed partial class LinkJob : IJobMessage;

public sealed partial class CompileJobSummary : IJobSummaryMessage;

public sealed partial class ProfileJobSummary : IJobSummaryMessage;

public sealed partial class InferenceJobSummary : IJobSummaryMessage;

public sealed partial class QuantizeJobSummary : IJobSummaryMessage;

public sealed partial class LinkJobSummary : IJobSummaryMessage;
