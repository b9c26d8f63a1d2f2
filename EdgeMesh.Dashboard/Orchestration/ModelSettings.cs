using System.Text.Json;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Preferred models in a JSON file of the data directory, written by this process only and whole or not at all.</summary>
public sealed partial class ModelSettings : IModelSettings, IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly SemaphoreSlim _writing = new(1);
    private readonly IDeeds _deeds;
    private readonly string _path;
    private volatile ModelPreferences _current;

    public ModelSettings(DashboardOptions options, IDeeds deeds, ILogger<ModelSettings> logger)
    {
        _deeds = deeds;
        _path = options.ModelSettingsPath;
        _current = Read(_path, logger);
    }

    public ModelPreferences Current => _current;

    public Task<Problem?> SaveAsync(ModelPreferences preferences, CancellationToken cancellationToken) =>
        _deeds.DoAsync(AuditActions.ModelPreferences, "", () => KeepAsync(preferences, cancellationToken));

    private async Task<Problem?> KeepAsync(ModelPreferences preferences, CancellationToken cancellationToken)
    {
        if (ModelPreferencesValidator.Validate(preferences) is { } wrong)
        {
            return wrong;
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            var draft = _path + ".new";
            await File.WriteAllTextAsync(draft, JsonSerializer.Serialize(preferences, Json), cancellationToken);
            File.Move(draft, _path, overwrite: true);
            _current = preferences;
            return null;
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    // A file that someone broke by hand does not keep the dashboard from starting; the next change replaces it.
    private static ModelPreferences Read(string path, ILogger logger)
    {
        if (!File.Exists(path))
        {
            return ModelPreferences.Default;
        }

        try
        {
            var read = JsonSerializer.Deserialize<ModelPreferences>(File.ReadAllText(path), Json);
            if (read is { Chat.IsDefault: false, Summarize.IsDefault: false, Code.IsDefault: false, Image.IsDefault: false } && ModelPreferencesValidator.Validate(read) is null)
            {
                return read;
            }

            LogNotUsed(logger, path, "it does not have the four lists of patterns");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            LogNotUsed(logger, path, e.Message);
        }

        return ModelPreferences.Default;
    }

    [LoggerMessage(3011, LogLevel.Warning, "{Path} is not used, the usual models are preferred: {Reason}")]
    private static partial void LogNotUsed(ILogger logger, string path, string reason);
}
