using System.Net;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>An engine answered with an error status; the message is the engine's own, as <see cref="EngineWords"/> has it.</summary>
public sealed class EngineStatusException : Exception
{
    public EngineStatusException()
    {
    }

    public EngineStatusException(string message)
        : base(message)
    {
    }

    public EngineStatusException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="retryAfter">When it wants to be asked again; null when it does not say.</param>
    public EngineStatusException(HttpStatusCode status, string message, TimeSpan? retryAfter = null)
        : base(message) => (Status, RetryAfter) = (status, retryAfter);

    /// <summary>0 when the error came inside an answer and named none.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The program that answered, as its header <c>Server</c> names it; null when it does not.</summary>
    public string? Server { get; init; }

    /// <summary>When it wants to be asked again; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
