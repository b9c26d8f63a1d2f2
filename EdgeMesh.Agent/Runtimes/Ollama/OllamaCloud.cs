using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>
/// Models that Ollama lists although another computer runs them. They take no task: a text that was given to a device of the mesh leaves it only when a person says so, and nobody can
/// say so for one job yet.
/// </summary>
internal static class OllamaCloud
{
    /// <summary>Ollama's usual port.</summary>
    public const int Port = 11434;

    private const string UsualHost = "ollama.com";

    /// <summary>The server that runs a model, by an entry of <c>/api/tags</c> or an answer of <c>/api/show</c>; null when this device does.</summary>
    public static string? HostOf(JsonElement model) =>
        model.At("remote_host").Text() is { Length: > 0 } host ? Uri.TryCreate(host, UriKind.Absolute, out var address) && address.Host.Length > 0 ? address.Host : UsualHost
        : model.At("remote_model").Text() is { Length: > 0 } ? UsualHost
        : null;

    /// <summary>The same by a name, whose tag is <c>cloud</c> or ends with <c>-cloud</c>; versions of Ollama without the fields only tell by it.</summary>
    public static string? HostOf(string name) =>
        name.LastIndexOf(':') is >= 0 and var colon && name.AsSpan(colon + 1) is var tag &&
        (tag.Equals("cloud", StringComparison.OrdinalIgnoreCase) || tag.EndsWith("-cloud", StringComparison.OrdinalIgnoreCase)) ? UsualHost : null;

    /// <summary>It as it is listed.</summary>
    public static ModelInfo Model(string name, string host) => new(name, [], CannotRun: Why(host));

    /// <summary>Why it takes no task.</summary>
    public static string Why(string host) => $"It runs not on this device but on {host}, and a text given to this device must not leave it. Choose a model without \u201ccloud\u201d in its tag.";
}
