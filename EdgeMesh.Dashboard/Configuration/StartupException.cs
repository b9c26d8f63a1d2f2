namespace EdgeMesh.Dashboard.Configuration;

/// <summary>The dashboard cannot start. The message says why and what to do; the person sees it as it is, without a stack trace.</summary>
public sealed class StartupException : Exception
{
    public StartupException()
    {
    }

    public StartupException(string message)
        : base(message)
    {
    }

    public StartupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The process's exit code: 1, or 2 when the command line is at fault.</summary>
    public int ExitCode { get; init; } = 1;
}
