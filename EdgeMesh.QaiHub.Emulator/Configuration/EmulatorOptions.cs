using EdgeMesh.QaiHub.Emulator.Jobs;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.QaiHub.Emulator.Configuration;

/// <summary>How an emulator is started.</summary>
public sealed record EmulatorOptions
{
    /// <summary>Where models, data sets, jobs and the token are kept; made when it is not there. Jobs go on after a restart on the same folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The loopback port, 0 to 65535; 0 takes a free one. Presigned URLs given out before a restart work after it only with a fixed port.</summary>
    public int Port { get; init; }

    /// <summary>What clients must send as <c>Authorization: token …</c>, without white space; null takes the one kept in the folder, made at the first start.</summary>
    public string? Token { get; init; }

    /// <summary>How many times faster than <see cref="Times"/> jobs go; above 0, at most 100,000.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>How long a job stays in each state at speed 1.</summary>
    public JobTimes Times { get; init; } = new();

    /// <summary>Serves <c>/emulator/faults/</c>, through which whoever has the token makes requests fail on purpose.</summary>
    public bool FaultsEndpoint { get; init; }

    /// <summary>Largest model or data set in bytes; the service's own limit is 10 GB.</summary>
    public long MaxAssetBytes { get; init; } = 10_000_000_000;

    /// <summary>Size of an upload's parts in bytes, at least 1; the last one may be smaller.</summary>
    public long PartBytes { get; init; } = 1_000_000_000;

    /// <summary>Most bytes that all models and data sets take together.</summary>
    public long MaxTotalBytes { get; init; } = 40_000_000_000;

    /// <summary>Most models, most data sets and most jobs, each counted for itself.</summary>
    public int MaxEntries { get; init; } = 10_000;

    /// <summary>How long a presigned URL works.</summary>
    public TimeSpan PresignedLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The clock that jobs and presigned URLs go by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the web server's log goes; null drops it.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>Throws for a value out of its range, naming it.</summary>
    internal EmulatorOptions Checked()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Folder);
        ArgumentOutOfRangeException.ThrowIfNegative(Port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Port, 65535);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Speed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Speed, 100_000);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PartBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxEntries);
        return Token is { } token && (token.Length == 0 || token.Any(char.IsWhiteSpace))
            ? throw new ArgumentException("A token is not empty and has no white space.", nameof(Token))
            : this;
    }
}
