using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary>The answer to everything that creates or changes something. Its status stays empty: clients read any text there as the reason of a failure and stop.</summary>
internal static class Created
{
    public static IResult Of(string id, DateTimeOffset time, DateTimeOffset? expires = null)
    {
        var answer = new CreateUpdateResponse { Id = id, CreationTime = Timestamp.FromDateTimeOffset(time) };
        if (expires is { } end)
        {
            answer.ExpirationTime = Timestamp.FromDateTimeOffset(end);
        }

        return ProtobufBody.Of(answer);
    }
}
