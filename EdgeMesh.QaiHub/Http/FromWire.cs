using EdgeMesh.QaiHub.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Http;

/// <summary>Parts of the service's messages that may be missing, or hold anything.</summary>
internal static class FromWire
{
    public static string? Mail(User? user) => user?.Email is { Length: > 0 } mail ? mail : null;

    /// <summary>A time outside what a calendar holds counts as none.</summary>
    public static DateTimeOffset? Time(Timestamp? time)
    {
        try
        {
            return time?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
