using System.Text.Encodings.Web;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace EdgeMesh.Dashboard.Access;

/// <summary><c>Authorization: Bearer SECRET</c>.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IApiKeys keys, IAudit audit)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Start = "Bearer ";

    /// <summary>Whether the request proves itself, or tries to, by a key.</summary>
    public static bool Applies(HttpRequest request) => Value(request).StartsWith(Start, StringComparison.OrdinalIgnoreCase);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Applies(Request))
        {
            return AuthenticateResult.NoResult();
        }

        if (keys.Verify(Value(Request)[Start.Length..].Trim()) is { } key)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(KeyPrincipal.Create(key, Scheme.Name), Scheme.Name));
        }

        await audit.AddAsync(Actor.Stranger(Context.Connection.RemoteIpAddress), AuditActions.KeyRefused, "", AccessProblems.KeyWrong.Title);
        return AuthenticateResult.Fail(AccessProblems.KeyWrong.Title);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return ProblemResults.WriteAsync(Context, StatusCodes.Status401Unauthorized, Applies(Request) ? AccessProblems.KeyWrong : AccessProblems.LoginNeeded);
    }

    private static string Value(HttpRequest request) => request.Headers[HeaderNames.Authorization].ToString();
}
