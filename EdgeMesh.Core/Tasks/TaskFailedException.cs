using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Tasks;

/// <summary>An expected failure with its reason code and cause in words.</summary>
public sealed class TaskFailedException : Exception
{
    public TaskFailedException()
        : this(ReasonCode.Internal, "")
    {
    }

    public TaskFailedException(string message)
        : this(ReasonCode.Internal, message)
    {
    }

    public TaskFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public TaskFailedException(ReasonCode reason, string cause)
        : base(cause) => Reason = reason;

    public ReasonCode Reason { get; }
}
