using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.ComfyUi;

/// <summary>Where a finished picture is, for <c>/view</c>.</summary>
internal sealed record ComfyFile(string Name, string Folder, string Type)
{
    public string Query => $"view?filename={Uri.EscapeDataString(Name)}&subfolder={Uri.EscapeDataString(Folder)}&type={Uri.EscapeDataString(Type)}";
}

/// <summary>Reads ComfyUI's record of an ended prompt. It is written at the end whatever happened: also when everything came from its cache and nothing was executed.</summary>
internal static class ComfyResult
{
    /// <summary>The pictures of a prompt, those to keep first; null while it has not ended.</summary>
    /// <exception cref="TaskFailedException">It ended without a picture.</exception>
    public static ImmutableArray<ComfyFile>? Read(JsonElement history, string prompt)
    {
        var record = history.At(prompt);
        record = record.ValueKind == JsonValueKind.Undefined && history.At("outputs").ValueKind != JsonValueKind.Undefined ? history : record;
        if (record.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        ImmutableArray<ComfyFile> files =
        [
            .. record.At("outputs").Properties().SelectMany(node => node.Value.At("images").Items()).Select(File).OfType<ComfyFile>().OrderBy(f => f.Type == "output" ? 0 : 1),
        ];
        return !files.IsEmpty ? files : throw (Failure(record.At("status")) ?? new TaskFailedException(ReasonCode.BadOutput, "ComfyUI finished without an image."));
    }

    /// <summary>Why an execution failed, from the data of its error message.</summary>
    public static TaskFailedException Failed(JsonElement data)
    {
        var words = data.At("exception_message").Text() is { } said && !string.IsNullOrWhiteSpace(said) ? EngineWords.Clean(said) : "no reason given";
        var type = data.At("exception_type").Text() ?? "";
        return EngineErrors.FromWordsOrElse($"{words} {(type.Contains("OutOfMemory", StringComparison.OrdinalIgnoreCase) ? "(out of memory)" : "")}".TrimEnd(), "ComfyUI", "this model");
    }

    /// <summary>Someone stopped it there.</summary>
    public static TaskFailedException Interrupted() => new(ReasonCode.Refused, "Someone interrupted it in ComfyUI.");

    private static TaskFailedException? Failure(JsonElement status)
    {
        foreach (var message in status.At("messages").Items())
        {
            var parts = message.Items().ToList();
            switch (parts.Count > 1 ? parts[0].Text() : null)
            {
                case "execution_error":
                    return Failed(parts[1]);
                case "execution_interrupted":
                    return Interrupted();
            }
        }

        return status.At("status_str").Text() == "error" ? Failed(default) : null;
    }

    private static ComfyFile? File(JsonElement image) => image.At("filename").Text() is { Length: > 0 } name
        ? new ComfyFile(name, image.At("subfolder").Text() ?? "", image.At("type").Text() ?? "output")
        : null;
}
