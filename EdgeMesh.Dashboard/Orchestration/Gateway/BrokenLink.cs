using Grpc.Core;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>What a call over a link throws when the link ends under it: gRPC's own exception, or whatever the channel that is being given back was doing.</summary>
internal static class BrokenLink
{
    public static bool Is(Exception e) => e is RpcException or ObjectDisposedException or IOException or HttpRequestException;

    /// <summary>In a word, for a log line or a problem.</summary>
    public static string Word(Exception e) => e is RpcException call ? $"{call.StatusCode}" : "the link ended";
}
