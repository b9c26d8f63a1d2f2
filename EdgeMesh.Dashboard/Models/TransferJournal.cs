using System.Text.Json;
using EdgeMesh.Dashboard.Hosting;

namespace EdgeMesh.Dashboard.Models;

/// <summary>The transfers that run, on disk, so that the next start can say honestly which ones its predecessor left unfinished. No secrets: those are not in a transfer.</summary>
public sealed partial class TransferJournal(DashboardOptions options, ILogger<TransferJournal> logger)
{
    private readonly string _file = Path.Combine(options.DataDirectory, "transfers.json");

    /// <summary>The transfers that ran when the dashboard stopped, as ended.</summary>
    public ImmutableArray<ModelTransfer> Interrupted(DateTimeOffset now)
    {
        try
        {
            var left = File.Exists(_file) ? JsonSerializer.Deserialize<ImmutableArray<Entry>>(File.ReadAllBytes(_file)) : [];
            return [.. left.Select(e => new ModelTransfer(
                e.Id, new DeviceId(e.Device), e.DeviceName, e.Model, e.Source, TransferState.Failed, null, 0, null, null, null, ModelProblems.Restarted(e.DeviceName, e.Model), e.StartedAt, now))];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            Log.NotRead(logger, e.Message);
            return [];
        }
    }

    public void Write(ImmutableArray<ModelTransfer> transfers)
    {
        try
        {
            var running = transfers.Where(t => !t.IsOver).Select(t => new Entry(t.Id, t.Device.Value, t.DeviceName, t.Model, t.Source, t.StartedAt));
            var temporary = _file + ".new";
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(running.ToList()));
            File.Move(temporary, _file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotWritten(logger, e.Message);
        }
    }

    private sealed record Entry(string Id, string Device, string DeviceName, string Model, string Source, DateTimeOffset StartedAt);

    private static partial class Log
    {
        [LoggerMessage(EventId = 520, Level = LogLevel.Warning, Message = "The list of running model transfers could not be read: {Cause}")]
        public static partial void NotRead(ILogger logger, string cause);

        [LoggerMessage(EventId = 521, Level = LogLevel.Warning, Message = "The list of running model transfers could not be written: {Cause}")]
        public static partial void NotWritten(ILogger logger, string cause);
    }
}
