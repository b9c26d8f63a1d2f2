using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>One line an entry; an exception's stack only when it is a bug (error and above). What ends the start is told by <see cref="CommandLine"/>, so not here.</summary>
internal sealed class CalmConsoleFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "calm";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var exception = logEntry.Exception;
        if (exception is StartupException or AddressInUseException || exception?.InnerException is AddressInUseException)
        {
            return;
        }

        // When a start fails, what had begun is cancelled: that is no failure of its own.
        if (exception is OperationCanceledException && logEntry.Category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal))
        {
            return;
        }

        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug  ",
            LogLevel.Information => "info   ",
            LogLevel.Warning => "warn   ",
            _ => "error  ",
        });
        textWriter.Write(logEntry.Formatter(logEntry.State, null));
        if (logEntry.LogLevel < LogLevel.Information || logEntry.LogLevel >= LogLevel.Error)
        {
            textWriter.Write($"  [{logEntry.Category}]");
        }

        textWriter.WriteLine(exception is null || logEntry.LogLevel >= LogLevel.Error ? "" : $" ({exception.Message})");
        if (exception is not null && logEntry.LogLevel >= LogLevel.Error)
        {
            textWriter.WriteLine(exception.ToString());
        }
    }
}
