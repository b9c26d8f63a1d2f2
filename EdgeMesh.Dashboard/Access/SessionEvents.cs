using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace EdgeMesh.Dashboard.Access;

/// <summary>A session is good as long as it and its key are there. Pages send people to the login; programs get a problem, never a page.</summary>
internal sealed class SessionEvents(IApiKeys keys, Sessions.Sessions sessions) : CookieAuthenticationEvents
{
    private static readonly object CookieAlone = new();

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        if (context.Principal.KeyId() is not { } key || keys.Revoked(key).IsCancellationRequested || context.Principal.SessionId() is not { } session || !sessions.See(session))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(context.Scheme.Name);
        }
        else if (!OriginProof.Holds(context.Request, session, sessions))
        {
            // Only refused: the browser's own page still has its session.
            context.RejectPrincipal();
            context.HttpContext.Items[CookieAlone] = true;
        }
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        var http = context.HttpContext;
        if (RequestKind.IsForPrograms(http.Request))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return ProblemResults.WriteAsync(http, StatusCodes.Status401Unauthorized, http.Items.ContainsKey(CookieAlone) ? AccessProblems.CookieAlone : AccessProblems.LoginNeeded);
        }

        // A link to a page, followed from another site or program, comes without the SameSite=Strict cookie: the page asks for itself once more.
        var target = http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent();
        if (HttpMethods.IsGet(http.Request.Method) && Origins.IsNavigationFromElsewhere(http.Request))
        {
            return RefreshPage.WriteAsync(http, target);
        }

        http.Response.Redirect(LocalUrl.Login(null, HttpMethods.IsGet(http.Request.Method) ? target : "/"));
        return Task.CompletedTask;
    }

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context) => RedirectToLogin(context);
}
