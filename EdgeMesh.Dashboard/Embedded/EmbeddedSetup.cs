using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Embedded;

/// <summary>The device inside this process.</summary>
public static class EmbeddedSetup
{
    /// <summary>Needs the gateway and ModelsOptions. Its key is looked at now: later there would be much to stop, and to read.</summary>
    /// <exception cref="StartupException">The key cannot be used.</exception>
    public static WebApplicationBuilder AddEmbeddedDevice(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Configuration.GetSection(DashboardOptions.Section).Get<DashboardOptions>()!;
        if (options.EmbeddedDevice)
        {
            KeyFiles.Check(options.EmbeddedDevicePath, "Restore a backup of the data folder; or move the file away, and this computer becomes a new device.");
        }

        builder.Services.AddHostedService<EmbeddedDevice>();
        return builder;
    }
}
