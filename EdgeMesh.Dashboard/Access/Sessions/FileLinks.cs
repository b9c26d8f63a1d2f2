using Microsoft.AspNetCore.Components.Authorization;

namespace EdgeMesh.Dashboard.Access.Sessions;

/// <summary>Addresses of the API that a page shows as links or pictures.</summary>
public interface IFileLinks
{
    /// <summary>The address for this session only.</summary>
    /// <param name="path">Below the dashboard, such as <c>api/jobs/…</c>, escaped, without a query.</param>
    string To(string path);
}

/// <inheritdoc cref="IFileLinks"/>
internal sealed class FileLinks(AuthenticationStateProvider authentication, Sessions sessions) : IFileLinks
{
    public string To(string path)
    {
        var state = authentication.GetAuthenticationStateAsync();
        return state.IsCompletedSuccessfully && state.Result.User.SessionId() is { } session
            ? $"{path}?{OriginProof.Parameter}={sessions.Mark(session, "/" + Uri.UnescapeDataString(path))}"
            : path;
    }
}
