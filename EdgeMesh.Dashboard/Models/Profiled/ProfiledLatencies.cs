using System.Text.Json;
using EdgeMesh.Core;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Models.Profiled;

/// <summary>Profile results in a JSON file of the data directory, written by this process only and whole or not at all.</summary>
public sealed partial class ProfiledLatencies : IProfiledLatencies, IDisposable
{
    private const int Most = 500;
    private const double LongestMs = 24 * 3_600_000;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ILogger<ProfiledLatencies> _logger;
    private readonly string _path;
    private ImmutableArray<ProfiledLatency> _all;

    public ProfiledLatencies(DashboardOptions options, ILogger<ProfiledLatencies> logger)
    {
        (_path, _logger) = (Path.Combine(options.DataDirectory, "profiled.json"), logger);
        _all = Read();
    }

    public ImmutableArray<ProfiledLatency> All => _all;

    public async Task RecordAsync(ProfiledLatency latency, CancellationToken cancellationToken)
    {
        if (latency.LatencyMs is not (> 0 and < LongestMs))
        {
            return;
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            var sane = latency with { FirstLoadMs = Time(latency.FirstLoadMs), WarmLoadMs = Time(latency.WarmLoadMs) };
            _all = [.. _all.Where(l => l.Job != latency.Job).Append(sane).OrderByDescending(l => l.At).Take(Most)];
            var draft = _path + ".new";
            await File.WriteAllBytesAsync(draft, JsonSerializer.SerializeToUtf8Bytes(_all, CoreJson.Options), cancellationToken);
            File.Move(draft, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is known until the dashboard stops, and AI Hub has it for ever.
            LogNotWritten(_logger, _path, e.Message);
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    private static double? Time(double? ms) => ms is > 0 and < LongestMs ? ms : null;

    private ImmutableArray<ProfiledLatency> Read()
    {
        try
        {
            return File.Exists(_path) ? JsonSerializer.Deserialize<ImmutableArray<ProfiledLatency>>(File.ReadAllBytes(_path), CoreJson.Options) is { IsDefault: false } read ? read : [] : [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            LogNotRead(_logger, _path, e.Message);
            return [];
        }
    }

    [LoggerMessage(EventId = 530, Level = LogLevel.Warning, Message = "{Path} is not used, no latency of AI Hub is known until one is seen again: {Reason}")]
    private static partial void LogNotRead(ILogger logger, string path, string reason);

    [LoggerMessage(EventId = 531, Level = LogLevel.Warning, Message = "{Path} could not be written: {Reason}")]
    private static partial void LogNotWritten(ILogger logger, string path, string reason);
}
