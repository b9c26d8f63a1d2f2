using Microsoft.Extensions.Configuration;

namespace EdgeMesh.QaiHub.Config;

/// <summary>
/// Looks for the configuration, first found first used: the host's settings, a named profile (<c>~/.qai_hub/PROFILE.ini</c>), the file that <c>QAIHUB_CLIENT_INI</c>
/// names, the token in <c>QAI_HUB_API_TOKEN</c> (with the default address, or that in <c>QAI_HUB_API_URL</c>), <c>~/.qai_hub/client.ini</c>. One that is found and is not
/// usable ends the search: going on would use another account than was meant.
/// </summary>
/// <param name="variable">Reads an environment variable; null when it is not set.</param>
/// <param name="home">The user's home folder.</param>
public sealed class ConfigFinder(Func<string, string?> variable, string home)
{
    private const int MostBytes = 64 * 1024;
    private static readonly string[] Required = ["api_token", "api_url", "web_url"];

    /// <summary>This process's environment and user.</summary>
    public ConfigFinder()
        : this(Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))
    {
    }

    /// <summary>Searches; reads at most one file.</summary>
    /// <param name="settings">What the host keeps, or null.</param>
    /// <param name="profile">A profile that was asked for, or null.</param>
    public ConfigSearch Find(QaiHubConfig? settings = null, string? profile = null)
    {
        var looked = ImmutableArray.CreateBuilder<string>();
        try
        {
            var config = Settings(settings, looked) ?? Profile(profile, looked) ?? Named(looked) ?? Token(looked) ?? Ini(Path.Combine(home, ".qai_hub", "client.ini"), looked);
            return config is not null
                ? new ConfigSearch(config, null, looked.ToImmutable())
                : new ConfigSearch(null, new QaiHubException(HubFailure.NotConfigured, "No API token was found.",
                    $"Enter it under Connect on the QAI Hub page, or set QAI_HUB_API_TOKEN, or write {Path.Combine(home, ".qai_hub", "client.ini")}."), looked.ToImmutable());
        }
        catch (QaiHubException e)
        {
            return new ConfigSearch(null, e, looked.ToImmutable());
        }
    }

    private static QaiHubConfig? Settings(QaiHubConfig? settings, ImmutableArray<string>.Builder looked)
    {
        looked.Add(settings is null ? "Settings: nothing" : "Settings: found");
        if (settings is not null)
        {
            ConfigRules.Check(settings);
        }

        return settings;
    }

    private QaiHubConfig? Profile(string? profile, ImmutableArray<string>.Builder looked) =>
        profile is null ? null
        : profile.Length == 0 || profile.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || profile.Contains("..", StringComparison.Ordinal)
            ? throw ConfigRules.Bad($"Profile \"{PlainLine.Of(profile)}\"", "is not a name")
        : Ini(Path.Combine(home, ".qai_hub", $"{profile}.ini"), looked)
            ?? throw ConfigRules.Bad(Path.Combine(home, ".qai_hub", $"{profile}.ini"), "does not exist");

    private QaiHubConfig? Named(ImmutableArray<string>.Builder looked)
    {
        if (variable("QAIHUB_CLIENT_INI") is not { Length: > 0 } path)
        {
            looked.Add("QAIHUB_CLIENT_INI: not set");
            return null;
        }

        return Ini(path, looked) ?? throw ConfigRules.Bad($"{path} (QAIHUB_CLIENT_INI)", "does not exist");
    }

    private QaiHubConfig? Token(ImmutableArray<string>.Builder looked)
    {
        var token = variable("QAI_HUB_API_TOKEN");
        looked.Add(token is { Length: > 0 } ? "QAI_HUB_API_TOKEN: found" : "QAI_HUB_API_TOKEN: not set");
        return token is { Length: > 0 } ? ConfigRules.Make(variable("QAI_HUB_API_URL") ?? QaiHubConfig.DefaultUrl.AbsoluteUri, "", token, "QAI_HUB_API_TOKEN") : null;
    }

    private static QaiHubConfig? Ini(string path, ImmutableArray<string>.Builder looked)
    {
        if (!File.Exists(path))
        {
            looked.Add($"{path}: does not exist");
            return null;
        }

        looked.Add($"{path}: found");
        var api = Read(path).GetSection("api");
        var missing = Required.Where(k => string.IsNullOrWhiteSpace(api[k])).ToList();
        return missing.Count == 0
            ? ConfigRules.Make(api["api_url"]!, api["web_url"]!, api["api_token"]!, path)
            : throw ConfigRules.Bad(path, $"lacks {string.Join(" and ", missing)} in its section [api]");
    }

    private static IConfigurationRoot Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return stream.Length > MostBytes
                ? throw ConfigRules.Bad(path, "is too large for a configuration")
                : new ConfigurationBuilder().AddIniStream(stream).Build();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ConfigRules.Bad(path, "cannot be read; check its permissions");
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            throw ConfigRules.Bad(path, "is not an ini file"); // the parser's own words would show the line, and the token may stand in it
        }
    }
}
