using EdgeMesh.Agent.Connections;
using EdgeMesh.Dashboard.Trust;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>The limits of connections (before TLS) and of long requests (by kind).</summary>
internal static class ConnectionLimiting
{
    public static void AddConnectionLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<ConnectionOptions>, ConnectionOptionsValidator>();
        builder.Services.AddOptions<ConnectionOptions>().BindConfiguration(ConnectionOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton(s => s.GetRequiredService<IOptions<ConnectionOptions>>().Value);
        builder.Services.AddSingleton<RefusalLog>().AddSingleton<LongRequests>();
        builder.Services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<ConnectionOptions>();
            return new ConnectionLimits
            {
                PerNetwork = options.PerAddress,
                All = options.Most,
                Loopback = options.Most,
                IsProxy = TrustedProxies.Matcher(s.GetRequiredService<IOptions<LanOptions>>().Value),
            };
        });

        // Kestrel asks the last one first.
        builder.Services.AddSingleton<IConnectionListenerFactory, LimitedListenerFactory>();
    }
}
