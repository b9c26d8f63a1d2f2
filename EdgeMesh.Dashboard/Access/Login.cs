using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Problems;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace EdgeMesh.Dashboard.Access;

/// <summary>
/// Begins and ends sessions. <c>GET /login?t=TOKEN</c> is the printed URL, <c>POST /login</c> the form of the login page (fields
/// <c>token</c>, <c>returnUrl</c>, antiforgery); a failure leads to <c>/login?error=wrong|throttled|expired|elsewhere&amp;returnUrl=…</c>.
/// </summary>
internal sealed partial class Login(ApiKeys keys, StartToken startToken, LoginLinks links, LoginThrottle throttle, Sessions.Sessions sessions, IAntiforgery antiforgery, IAudit audit, ILogger<Login> logger)
{
    /// <summary>Other windows of the browser are cut then; the one that signed out has gone to the login page.</summary>
    private static readonly TimeSpan CutAfter = TimeSpan.FromSeconds(2);

    /// <summary>The printed URL.</summary>
    public async Task ByLinkAsync(HttpContext context)
    {
        var returnUrl = LocalUrl.OrHome(context.Request.Query["returnUrl"]);
        if (Origins.IsFromElsewhere(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, AccessProblems.LoginFromElsewhere, "elsewhere", returnUrl);
        }
        else if (await TryAsync(context, context.Request.Query["t"].ToString(), returnUrl) is { } secret)
        {
            await RefreshPage.WriteAsync(context, OriginProof.Carry(returnUrl, secret));
        }
    }

    /// <summary>The form. One that is too old leads to a fresh one.</summary>
    public async Task ByFormAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var returnUrl = LocalUrl.OrHome(form["returnUrl"]);
        if (!await IsOwnFormAsync(context))
        {
            context.Response.Redirect(LocalUrl.Login("expired", returnUrl));
        }
        else if (await TryAsync(context, Pasted(form["token"].ToString()), returnUrl) is { } secret)
        {
            context.Response.Redirect(OriginProof.Carry(returnUrl, secret));
        }
    }

    /// <summary>Ends the session.</summary>
    public async Task LogoutAsync(HttpContext context)
    {
        if (await IsOwnFormAsync(context))
        {
            if (context.User.SessionId() is { } session)
            {
                await sessions.EndAsync(session, CutAfter, CancellationToken.None);
                await audit.AddAsync(Actors.Current, AuditActions.SignOut, "in this browser");
            }

            await context.SignOutAsync(AccessSchemes.Session);
        }

        context.Response.Redirect(LocalUrl.Login(null, null));
    }

    /// <summary>The token in what was pasted: it may be the whole printed link.</summary>
    internal static string Pasted(string text)
    {
        const string Mark = "/login?t=";
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        return (at < 0 ? text : text[(at + Mark.Length)..]).Trim();
    }

    /// <summary>
    /// Whether one of our pages sent it. A form that is older than the session (another tab signed in anew) is good too: its token is another user's, but
    /// the browser's own word that one of our pages sent it is as good as the token.
    /// </summary>
    private async Task<bool> IsOwnFormAsync(HttpContext context) =>
        context.Request.Headers["Sec-Fetch-Site"] == "same-origin" || await antiforgery.IsRequestValidAsync(context);

    /// <summary>Signs in and returns the secret of the origin, or answers why not.</summary>
    private async Task<string?> TryAsync(HttpContext context, string token, string returnUrl)
    {
        var address = context.Connection.RemoteIpAddress;
        if ((startToken.Is(token) ? keys.Admin : links.Redeem(token) ?? keys.Verify(token)) is not { } key)
        {
            if (throttle.Failed(address) is { } wait)
            {
                ProblemResults.TellWhen(context, (int)Math.Ceiling(wait.TotalSeconds));
                await RefuseAsync(context, StatusCodes.Status429TooManyRequests, AccessProblems.LoginThrottled with { RetryAfter = wait }, "throttled", returnUrl);
                return null;
            }

            LogFailed(logger, address);
            await audit.AddAsync(Actor.Stranger(address), AuditActions.SignInRefused, "", AccessProblems.LoginWrong.Title);
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, AccessProblems.LoginWrong, "wrong", returnUrl);
            return null;
        }

        var present = (await context.AuthenticateAsync(AccessSchemes.Session)).Principal.SessionId();
        var (session, secret) = await sessions.BeginAsync(key.Id, present, address, context.Request.Headers.UserAgent, context.RequestAborted);
        // New ones each time: the cookie handler writes into them when the cookie ends.
        await context.SignInAsync(AccessSchemes.Session, KeyPrincipal.Create(key, AccessSchemes.Session, session), new AuthenticationProperties { IsPersistent = true });
        await audit.AddAsync(key.ActingFrom(Actor.Shown(address)), AuditActions.SignIn, BrowserName.Of(context.Request.Headers.UserAgent));
        return secret;
    }

    private static Task RefuseAsync(HttpContext context, int status, Problem problem, string error, string returnUrl)
    {
        if (!RequestKind.IsForPeople(context.Request))
        {
            return ProblemResults.WriteAsync(context, status, problem);
        }

        context.Response.Redirect(LocalUrl.Login(error, returnUrl));
        return Task.CompletedTask;
    }

    [LoggerMessage(2001, LogLevel.Warning, "A login from {Address} failed.")]
    private static partial void LogFailed(ILogger logger, System.Net.IPAddress? address);
}
