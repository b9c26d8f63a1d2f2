using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Primitives;

/// <summary>A task of one job: its number in the plan, from 1; <c>t1</c> on every wire.</summary>
[GenerateSerializer, Immutable]
[JsonConverter(typeof(StringIdJsonConverter<TaskId>))]
public readonly record struct TaskId([property: Id(0)] int Number) : IStringId<TaskId>
{
    public string Value => string.Create(CultureInfo.InvariantCulture, $"t{Number}");

    public static bool TryParse([NotNullWhen(true)] string? text, out TaskId id)
    {
        id = default;
        if (text is not { Length: > 1 and < 9 } || text[0] != 't' || text[1] == '0' ||
            !int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            return false;
        }

        id = new TaskId(number);
        return true;
    }

    public override string ToString() => Value;
}

/// <summary>One try of one task on one device; the number fences it: an older try's report is ignored.</summary>
[GenerateSerializer, Immutable]
public readonly record struct AttemptId([property: Id(0)] JobId Job, [property: Id(1)] TaskId Task, [property: Id(2)] int Number)
{
    public override string ToString() => $"{Job}/{Task}/{Number}";
}
