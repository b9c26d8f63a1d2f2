namespace EdgeMesh.Agent.Tasks;

/// <summary>An optional field of a protobuf message is set only when there is a value.</summary>
internal static class WireFields
{
    public static void Into<T>(this T? value, Action<T> set)
        where T : struct
    {
        if (value is { } known)
        {
            set(known);
        }
    }
}
