using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Primitives;

/// <summary>A job's id: ordered base32 of a version 7 UUID (RFC 9562), so ids sort by the millisecond of creation; 26 characters.</summary>
[GenerateSerializer, Immutable]
[JsonConverter(typeof(StringIdJsonConverter<JobId>))]
public readonly record struct JobId([property: Id(0)] string Value) : IStringId<JobId>
{
    /// <summary>Characters of an id: 128 bits at 5 bits each.</summary>
    public const int Length = 26;

    /// <summary>The last eight characters (random bits) for people, as in <c>j-8f2k-q7wd</c>.</summary>
    public string Short => $"j-{Value[^8..^4]}-{Value[^4..]}";

    /// <summary>A new id stamped with the given time.</summary>
    public static JobId New(DateTimeOffset now) =>
        new(Base32.EncodeOrdered(Guid.CreateVersion7(now).ToByteArray(bigEndian: true)));

    public static bool TryParse([NotNullWhen(true)] string? text, out JobId id)
    {
        var ok = text is { Length: Length } && Base32.IsValid(text);
        id = ok ? new JobId(text!) : default;
        return ok;
    }

    public override string ToString() => Value ?? "";
}
