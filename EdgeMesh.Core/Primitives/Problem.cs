using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Primitives;

/// <summary>
/// An expected failure in words: what is wrong, and what the person can do. It becomes an RFC 9457 problem detail at the edge.
/// </summary>
/// <param name="Code">Stable machine word, such as <c>text_empty</c>.</param>
/// <param name="Title">One short sentence.</param>
/// <param name="Detail">The cause, naming the device or field.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Field">The request field at fault as a JSON path (<c>options.sentences</c>), or null.</param>
/// <param name="RetryAfter">Nothing is wrong with the request but there is no room for it now: when there is likely to be (<see cref="Primitives.RetryAfter"/>). Null: trying again would not help.</param>
[GenerateSerializer, Immutable]
public sealed record Problem(string Code, string Title, string Detail, string Remedy, string? Field = null, [property: JsonIgnore] TimeSpan? RetryAfter = null);
