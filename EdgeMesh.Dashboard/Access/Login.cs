using EdgeMesh.Dashboard.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace EdgeMesh.Dashboard.Access;

/// <summary>
/// Begins and ends sessions. <c>GET /login?t=TOKEN</c> is the printed URL, <c>POST /login</c> the form of the login page (fields
/// <c>token</c>, <c>returnUrl</c>, antiforgery); a failure leads to <c>/login?error=wrong|throttled|expired&amp;returnUrl=…</c>.
/// </summary>
internal sealed partial class Login(ApiKeys keys, StartToken startToken, LoginLinks links, LoginThrottle throttle, IAntiforgery antiforgery, ILogger<Login> logger)
{
    private static readonly AuthenticationProperties Remembered = new() { IsPersistent = true };

    /// <summary>The printed URL.</summary>
    public async Task ByLinkAsync(HttpContext context)
    {
        var returnUrl = LocalUrl.OrHome(context.Request.Query["returnUrl"]);
        if (await TryAsync(context, context.Request.Query["t"].ToString(), returnUrl))
        {
            await RefreshPage.WriteAsync(context, returnUrl);
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
        else if (await TryAsync(context, Pasted(form["token"].ToString()), returnUrl))
        {
            context.Response.Redirect(returnUrl);
        }
    }

    /// <summary>Ends the session.</summary>
    public async Task LogoutAsync(HttpContext context)
    {
        if (await IsOwnFormAsync(context))
        {
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

    /// <summary>Signs in, or answers why not.</summary>
    private async Task<bool> TryAsync(HttpContext context, string token, string returnUrl)
    {
        var address = context.Connection.RemoteIpAddress;
        if (throttle.Wait(address) is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString("0");
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, AccessProblems.LoginThrottled, "throttled", returnUrl);
            return false;
        }

        if ((startToken.Is(token) ? keys.Admin : links.Redeem(token) ?? keys.Verify(token)) is not { } key)
        {
            throttle.Failed(address);
            LogFailed(logger, address);
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, AccessProblems.LoginWrong, "wrong", returnUrl);
            return false;
        }

        await context.SignInAsync(AccessSchemes.Session, KeyPrincipal.Create(key, AccessSchemes.Session), Remembered);
        return true;
    }

    private static Task RefuseAsync(HttpContext context, int status, Problem problem, string error, string returnUrl)
    {
        if (!RequestKind.IsForPeople(context.Request))
        {
            return Problems.WriteAsync(context, status, problem);
        }

        context.Response.Redirect(LocalUrl.Login(error, returnUrl));
        return Task.CompletedTask;
    }

    [LoggerMessage(2001, LogLevel.Warning, "A login from {Address} failed.")]
    private static partial void LogFailed(ILogger logger, System.Net.IPAddress? address);
}
