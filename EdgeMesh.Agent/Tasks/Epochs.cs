using System.Globalization;
using EdgeMesh.Agent.Files;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Tasks;

/// <summary>The highest epoch that each orchestrator named: its newest start, as far as this device knows, and whether an older one still gives orders. Thread-safe.</summary>
public sealed class Epochs
{
    private static readonly TimeSpan HeardFor = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _highest;
    private readonly Dictionary<string, long> _olderHeard = [];
    private readonly TimeProvider _time;
    private readonly string? _file;

    /// <param name="directory">Where they outlive the agent; null: nowhere.</param>
    public Epochs(TimeProvider time, string? directory = null)
    {
        _time = time;
        _file = directory is null ? null : Path.Combine(directory, "epochs");
        _highest = Read(_file);
    }

    /// <summary>Why an order of this epoch is not followed, in words; null when it may be.</summary>
    /// <param name="epoch">0 (not told) is always followed.</param>
    public string? Refuse(string caller, long epoch)
    {
        if (epoch == 0)
        {
            return null;
        }

        lock (_gate)
        {
            var highest = _highest.GetValueOrDefault(caller, long.MinValue);
            if (epoch > highest)
            {
                _highest[caller] = epoch;
                Keep();
            }

            if (epoch >= highest)
            {
                return null;
            }

            _olderHeard[caller] = _time.GetTimestamp();
            return $"This order comes from an earlier start of the dashboard (epoch {epoch}, the newest known here is {highest}), so it is not followed. If two dashboards run on copies of one data directory, stop one of them.";
        }
    }

    /// <summary>Which other start of an orchestrator this device hears besides the one with this epoch. That one is known from then on.</summary>
    /// <param name="epoch">0: not told.</param>
    public StartHeard Other(string caller, long epoch)
    {
        if (Refuse(caller, epoch) is not null)
        {
            return StartHeard.Newer;
        }

        lock (_gate)
        {
            return epoch != 0 && _olderHeard.TryGetValue(caller, out var at) && _time.GetElapsedTime(at) < HeardFor ? StartHeard.Older : StartHeard.None;
        }
    }

    // A line for each: the number, a blank, the orchestrator. A line that is none was written by nobody of ours.
    private static Dictionary<string, long> Read(string? file)
    {
        Dictionary<string, long> read = [];
        try
        {
            foreach (var line in file is not null && File.Exists(file) ? File.ReadLines(file) : [])
            {
                if (line.Split(' ', 2) is [var number, var caller] && long.TryParse(number, CultureInfo.InvariantCulture, out var epoch))
                {
                    read[caller] = epoch;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Known anew with the next order.
        }

        return read;
    }

    private void Keep()
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            OwnerOnlyFile.Write(_file, string.Concat(_highest.Select(e => $"{e.Value.ToString(CultureInfo.InvariantCulture)} {e.Key}\n")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Kept in memory; a later start of the dashboard is written again.
        }
    }
}
