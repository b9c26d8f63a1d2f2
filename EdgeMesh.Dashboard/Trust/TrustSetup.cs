using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>The mesh's CA and the TLS port.</summary>
public static class TrustSetup
{
    internal static void AddTrust(this WebApplicationBuilder builder, IEnumerable<string> urls)
    {
        var services = builder.Services;
        Listeners listeners = new(urls);
        services.AddSingleton<IValidateOptions<LanOptions>, LanOptionsValidator>();
        services.AddOptions<LanOptions>().BindConfiguration(LanOptions.Section).ValidateOnStart();
        services.AddSingleton(listeners).AddSingleton<MeshAuthority>().AddSingleton<ServerCertificate>().AddSingleton<OwnCertificate>().AddSingleton<TlsHandshake>();
        services.AddSingleton<LanAccess>().AddSingleton<ILanAccess>(s => s.GetRequiredService<LanAccess>());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var tls = kestrel.ApplicationServices.GetRequiredService<TlsHandshake>();
            var loader = kestrel.Configure(listeners.ToConfiguration(), reloadOnChange: true);
            foreach (var name in listeners.Tls)
            {
                loader.Endpoint(name, endpoint => tls.Configure(endpoint.ListenOptions));
            }
        });
        services.AddHostedService<LanOpening>();
    }

    /// <summary><c>GET /ca.crt</c>: the mesh's CA, which is public; who needs it checks its fingerprint.</summary>
    public static void MapTrust(this WebApplication app) =>
        app.MapGet("/ca.crt", (MeshAuthority authority) => Results.Text(authority.ToPem(), "application/x-pem-file")).AllowAnonymous().ExcludeFromDescription();

    /// <summary>Decides about the port before the server starts (hosted services start before it, and in order).</summary>
    private sealed class LanOpening(LanAccess lan, OwnCertificate own) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = own.Current;
            lan.Begin();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Checks the annotations of <see cref="LanOptions"/> at start.</summary>
[OptionsValidator]
internal sealed partial class LanOptionsValidator : IValidateOptions<LanOptions>;
