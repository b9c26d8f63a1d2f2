namespace EdgeMesh.Core.Contracts;

/// <summary>Optional fields of protobuf messages.</summary>
public static class WireFields
{
    /// <summary>Sets a field only when there is a value.</summary>
    public static void Into<T>(this T? value, Action<T> set)
        where T : struct
    {
        if (value is { } known)
        {
            set(known);
        }
    }
}
