using EdgeMesh.Dashboard.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>One line an entry, and no flood of one kind (<see cref="LogPace"/>); an exception's stack only when it is a bug (error and above). What ends the start is told by <see cref="CommandLine"/>, so not here.</summary>
internal sealed class CalmConsoleFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "calm";
    private readonly LogPace _pace = new(time);

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

        var (written, leftOut) = _pace.Judge(logEntry.Category, logEntry.EventId);
        if (!written)
        {
            return;
        }

        if (leftOut > 0)
        {
            textWriter.WriteLine($"warn   {leftOut} lines like the next one were left out, as there were more than {LogPace.Most} in a minute.");
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

        // A request that is broken or too slow is its sender's doing: where in our code it was noticed says nothing.
        var isBug = logEntry.LogLevel >= LogLevel.Error && exception is not BadHttpRequestException;
        textWriter.WriteLine(exception is null || isBug ? "" : $" ({exception.Message})");
        if (exception is not null && isBug)
        {
            textWriter.WriteLine(exception.ToString());
        }
    }
}
