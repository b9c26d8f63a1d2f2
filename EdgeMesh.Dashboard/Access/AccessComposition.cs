using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Authentication schemes by name.</summary>
public static class AccessSchemes
{
    /// <summary>The login cookie.</summary>
    public const string Session = "Session";

    /// <summary><c>Authorization: Bearer</c>.</summary>
    public const string Key = "Key";

    /// <summary>Rate limit of endpoints that hand out secrets.</summary>
    public const string SecretsLimit = "secrets";

    /// <summary>Rate limit of enrolment: per address, and few at once in all.</summary>
    public const string EnrolLimit = "enrol";

    internal const string Either = "Either";
}

/// <summary>Who may do what: keys, sessions, and the guards in front of everything.</summary>
public static class AccessComposition
{
    private const int LongestForm = 16 * 1024;
    private static readonly TimeSpan SessionLasts = TimeSpan.FromDays(14);

    /// <summary>Needs an <c>IDbContextFactory&lt;MeshDbContext&gt;</c> whose database is migrated by a hosted service that was added before.</summary>
    public static WebApplicationBuilder AddAccess(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AdminKeyFile.Check(builder.Configuration.GetSection(DashboardOptions.Section).Get<DashboardOptions>()!.AdminKeyPath);
        var services = builder.Services;
        services.AddSingleton<OwnNames>();
        services.AddSingleton<StartToken>();
        services.AddSingleton<AdminKeyFile>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<IApiKeys>(s => s.GetRequiredService<ApiKeys>());
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<LoginLinks>().AddSingleton<ILoginLinks>(s => s.GetRequiredService<LoginLinks>());
        services.AddSingleton<Login>();
        services.AddSingleton<SessionEvents>();
        services.AddSingleton<Sessions.Sessions>().AddSingleton<ISessions>(s => s.GetRequiredService<Sessions.Sessions>());
        services.AddScoped<IFileLinks, FileLinks>().AddScoped<CircuitHandler, CircuitActor>();
        services.AddHostedService<AccessService>();
        services.AddAuthentication(AccessSchemes.Either)
            .AddPolicyScheme(AccessSchemes.Either, null, o =>
                o.ForwardDefaultSelector = c => ApiKeyHandler.Applies(c.Request) ? AccessSchemes.Key : AccessSchemes.Session)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(AccessSchemes.Key, null)
            .AddCookie(AccessSchemes.Session);
        services.AddOptions<CookieAuthenticationOptions>(AccessSchemes.Session).Configure<IOptions<DashboardOptions>>((cookie, options) =>
        {
            cookie.Cookie.Name = $"edgemesh_{Suffix(options.Value)}";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = SessionLasts;
            cookie.SlidingExpiration = true;
            cookie.EventsType = typeof(SessionEvents);
        });
        services.AddAntiforgery();
        services.AddOptions<Microsoft.AspNetCore.Antiforgery.AntiforgeryOptions>().Configure<IOptions<DashboardOptions>>((antiforgery, options) =>
            (antiforgery.Cookie.Name, antiforgery.Cookie.SecurePolicy) = ($"edgemesh_form_{Suffix(options.Value)}", CookieSecurePolicy.SameAsRequest));
        services.AddDataProtection().SetApplicationName("EdgeMesh.Dashboard");
        services.AddOptions<KeyManagementOptions>().Configure<IOptions<DashboardOptions>>((ring, options) =>
            ring.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(options.Value.KeyRingPath), NullLoggerFactory.Instance));
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddRateLimiter(AddLimits);
        return builder;
    }

    /// <summary>The login endpoints; the page <c>/login</c> itself is a page of the dashboard.</summary>
    public static WebApplication MapAccess(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Before the page of the same path.
        app.MapPost("/login", (HttpContext context, Login login) => login.ByFormAsync(context))
            .AllowAnonymous().ExcludeFromDescription().WithOrder(-1).WithMetadata(new RequestSizeLimitAttribute(LongestForm));
        app.MapPost("/logout", (HttpContext context, Login login) => login.LogoutAsync(context)).ExcludeFromDescription();
        return app;
    }

    /// <summary><c>GET /login</c>: with a token (<c>?t=…</c>) the printed URL; who is signed in is led on; everybody else gets the login page.</summary>
    internal static void UseLogin(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!HttpMethods.IsGet(context.Request.Method) || context.Request.Path != "/login")
        {
            return next(context);
        }

        if (context.Request.Query.ContainsKey("t"))
        {
            return context.RequestServices.GetRequiredService<Login>().ByLinkAsync(context);
        }

        // A window that was sent here has no good session of its own, whatever the cookie says.
        if (context.User.KeyId() is null || context.Request.Query["error"] == "again")
        {
            return next(context);
        }

        context.Response.Redirect(LocalUrl.OrHome(context.Request.Query["returnUrl"]));
        return Task.CompletedTask;
    });

    /// <summary>Two dashboards on one machine share the host name, and so the cookie jar: each has names of its own.</summary>
    private static string Suffix(DashboardOptions options) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.DataDirectory)))[..8];

    private static void AddLimits(Microsoft.AspNetCore.RateLimiting.RateLimiterOptions limits)
    {
        limits.AddPolicy(AccessSchemes.SecretsLimit, context => RateLimitPartition.GetFixedWindowLimiter(
            context.User.KeyId(), _ => new FixedWindowRateLimiterOptions { PermitLimit = 60, Window = TimeSpan.FromMinutes(1) }));
        limits.AddPolicy(AccessSchemes.EnrolLimit, context => RateLimitPartition.GetFixedWindowLimiter(
            PeerNetwork.Of(context.Connection.RemoteIpAddress), _ => new FixedWindowRateLimiterOptions { PermitLimit = 240, Window = TimeSpan.FromMinutes(1) }));
        limits.OnRejected = async (rejected, _) =>
        {
            // A limit of requests at once does not know when one of them ends.
            var again = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var left) ? left : RetryAfter.Usual;
            await ProblemResults.WriteAsync(rejected.HttpContext, StatusCodes.Status429TooManyRequests, AccessProblems.TooManyRequests(again));
        };
    }
}
