using EdgeMesh.Dashboard.Audit;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace EdgeMesh.Dashboard.Access.Sessions;

/// <summary>Tells everything that a page's circuit does who acts.</summary>
internal sealed class CircuitActor(AuthenticationStateProvider authentication, ApiKeys keys, Sessions sessions) : CircuitHandler
{
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        Actors.Enter(user.KeyId() is { } id && keys.ById(id) is { } key
            ? key.ActingFrom(user.SessionId() is { } session ? sessions.AddressOf(session) : "", user.SessionId())
            : Actor.Stranger(null));
        await next(context);
    };
}
