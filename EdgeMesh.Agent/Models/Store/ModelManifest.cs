using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>What runs a model.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelKind>))]
public enum ModelKind
{
    /// <summary>An ONNX decoder with its tokenizer (Hugging Face Optimum layout).</summary>
    [JsonStringEnumMemberName("text-onnx")] TextOnnx,

    /// <summary>The Stable Diffusion layout in ONNX.</summary>
    [JsonStringEnumMemberName("image-onnx")] ImageOnnx,

    /// <summary>Any other ONNX model.</summary>
    [JsonStringEnumMemberName("onnx")] Onnx,

    /// <summary>An ONNX file around a binary compiled for one NPU.</summary>
    [JsonStringEnumMemberName("epcontext")] EpContext,

    /// <summary>A bare binary compiled for one NPU.</summary>
    [JsonStringEnumMemberName("qnn-context")] QnnContext,

    /// <summary>A container of Qualcomm's own tools.</summary>
    [JsonStringEnumMemberName("qnn-dlc")] QnnDlc,

    /// <summary>A LiteRT model.</summary>
    [JsonStringEnumMemberName("tflite")] TfLite,

    /// <summary>A placeholder that the AI Hub emulator made: kept, never run.</summary>
    [JsonStringEnumMemberName("emulated")] Emulated,

    [JsonStringEnumMemberName("gguf")] Gguf,

    [JsonStringEnumMemberName("other")] Other,
}

/// <summary>A file of a model.</summary>
/// <param name="Path">Relative, with <c>/</c>; passed <see cref="SafePath"/>.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
/// <param name="Bytes">Length.</param>
public sealed record ModelFile(string Path, string Sha256, long Bytes);

/// <summary>An installed model, as <c>manifests/&lt;id&gt;.json</c> keeps it.</summary>
/// <param name="Id">See <see cref="ModelId"/>.</param>
/// <param name="Source">Where it came from, without secrets: <c>hf:org/name@main</c>, a URL, a folder.</param>
/// <param name="Kind">What runs it.</param>
/// <param name="Skills">What it can be asked for.</param>
/// <param name="Files">All its files.</param>
/// <param name="InstalledAt">UTC.</param>
public sealed record ModelManifest(
    string Id, string Source, ModelKind Kind, ImmutableArray<Skill> Skills, ImmutableArray<ModelFile> Files, DateTimeOffset InstalledAt)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    [JsonIgnore]
    public long Bytes => Files.Sum(f => f.Bytes);

    /// <summary>Names this very set of files, so that a new version gets a new folder and the switch is one rename.</summary>
    internal string FolderName()
    {
        var text = string.Join('\n', Files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => $"{f.Sha256} {f.Path}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>The manifest in this file, or null when it is not one that the store wrote.</summary>
    internal static ModelManifest? Read(string file)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(file), Json);
            if (manifest is null || manifest.Id != Path.GetFileNameWithoutExtension(file) || manifest.Skills.IsDefault
                || manifest.Files.IsDefaultOrEmpty || manifest.Files.Any(f => f is not { Path: not null, Sha256: not null }))
            {
                return null;
            }

            _ = ModelId.Parse(manifest.Id);
            SafePath.CheckAll(manifest.Files.Select(f => f.Path));
            return manifest.Files.All(f => FileHash.IsSha256(f.Sha256)) ? manifest : null;
        }
        catch (Exception e) when (e is JsonException or ModelStoreException)
        {
            return null;
        }
    }
}
