using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Jobs;

/// <summary>Why a job fails, thrown where it is found out. Its message is the job's <c>failure_reason</c>.</summary>
internal sealed class JobFailure(JobFailureType type, string reason, Exception? inner = null) : Exception(reason, inner)
{
    public JobFailure()
        : this(JobFailureType.Unknown, "")
    {
    }

    public JobFailure(string message)
        : this(JobFailureType.Unknown, message)
    {
    }

    public JobFailure(string message, Exception innerException)
        : this(JobFailureType.Unknown, message, innerException)
    {
    }

    public JobFailureType Type => type;
}
