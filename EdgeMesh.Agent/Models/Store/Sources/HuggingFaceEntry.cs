using System.Text.Json.Serialization;

namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>An entry of <c>/api/models/{repository}/tree/{revision}</c>, as Hugging Face sends it.</summary>
/// <param name="Type"><c>file</c> or <c>directory</c>.</param>
/// <param name="Path">From the repository's root.</param>
/// <param name="Oid">Git's hash of the entry; for a large file, of its pointer.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Lfs">The large file behind a pointer, or null.</param>
public sealed record HuggingFaceEntry(
    [property: JsonRequired] string Type, [property: JsonRequired] string Path, [property: JsonRequired] string Oid, long Size, HuggingFaceLargeFile? Lfs);

/// <summary>A large file.</summary>
/// <param name="Oid">Its SHA-256.</param>
/// <param name="Size">Bytes.</param>
public sealed record HuggingFaceLargeFile([property: JsonRequired] string Oid, long Size);
