using System.Globalization;
using EdgeMesh.Agent.Files;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>
/// A number that grows with each start of this dashboard; orders carry it, and a device refuses those of an older start: a copy of the data directory that was started
/// before cannot disturb what runs. Kept in <c>orchestrator/epoch</c>; never below the clock's milliseconds, so that a lost file does not set it back.
/// </summary>
public sealed class OrchestratorEpoch
{
    private readonly TimeProvider _time;
    private readonly long _started;

    public OrchestratorEpoch(DashboardOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (_time, _started) = (time, time.GetTimestamp());
        var folder = Path.Combine(options.DataDirectory, "orchestrator");
        var path = Path.Combine(folder, "epoch");
        OwnerOnlyFile.CreateDirectory(folder);
        Value = Math.Max(Last(path) + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
        OwnerOnlyFile.Write(path, Value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Since this start.</summary>
    public TimeSpan Up => _time.GetElapsedTime(_started);

    /// <summary>Of this start; above 0.</summary>
    public long Value { get; }

    private static long Last(string path)
    {
        try
        {
            return long.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last < long.MaxValue / 2 ? last : 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0;
        }
    }
}
