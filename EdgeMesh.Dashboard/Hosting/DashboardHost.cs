using System.Globalization;
using System.Net.Sockets;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Backup;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Dashboard.Trust;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>The process around the dashboard: configuration, data folder, logging, server, start and stop.</summary>
public static class DashboardHost
{
    /// <summary>Longest stop after Ctrl+C or SIGTERM.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(4);

    /// <summary>What holds unless the configuration (files, environment) says otherwise.</summary>
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["urls"] = ListenAddresses.Default,
        // It would catch every path with GET, so that a wrong method or an unknown path of the API got the wrong answer.
        ["ReloadStaticAssetsAtRuntime"] = bool.FalseString,
        ["Logging:LogLevel:Default"] = nameof(LogLevel.Warning),
        ["Logging:LogLevel:EdgeMesh"] = nameof(LogLevel.Information),
        // It warns of settings for clusters and of every stall of a busy machine.
        ["Logging:LogLevel:Orleans"] = nameof(LogLevel.Error),
        // It warns when a machine has no IPv6 and when a shared machine is busy.
        ["Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel"] = nameof(LogLevel.Error),
        // It warns that keys lie unencrypted on a disk that only the owner reads.
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = nameof(LogLevel.Error),
    };

    /// <summary>A builder with everything that is about the process and nothing of the features; opens the data folder.</summary>
    /// <exception cref="StartupException">The data folder or an address cannot be used.</exception>
    public static WebApplicationBuilder CreateBuilder(DashboardArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(DashboardHost).Assembly.GetName().Name,
            // The same from `dotnet run`, from bin/ and published.
            ContentRootPath = AppContext.BaseDirectory,
            // Never identity by address: no environment variable may switch forwarded headers on.
            Args = ["--ForwardedHeaders_Enabled=false"],
        });
        var configuration = builder.Configuration;
        ((IConfigurationBuilder)configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        if (configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            throw new StartupException("Kestrel:Endpoints in the configuration is not used, so that every address is checked. Use --urls.");
        }

        ModelsOptions.AddFolders(configuration, arguments.ModelsFrom ?? []);
        var addresses = ListenAddresses.Parse(arguments.Urls ?? configuration["urls"]!);
        var data = DataDirectory.Open(arguments.Data ?? configuration["EdgeMesh:DataDirectory"] ?? DataDirectory.DefaultPath());
        configuration[$"{DashboardOptions.Section}:{nameof(DashboardOptions.DataDirectory)}"] = data.Path;
        if (arguments.Lan)
        {
            configuration[$"{LanOptions.Section}:{nameof(LanOptions.Enabled)}"] = bool.TrueString;
        }

        if (arguments.LanPort is { } port)
        {
            configuration[$"{LanOptions.Section}:{nameof(LanOptions.Port)}"] = port.ToString(CultureInfo.InvariantCulture);
        }

        if (arguments.NoEmbeddedDevice)
        {
            configuration[$"{DashboardOptions.Section}:{nameof(DashboardOptions.EmbeddedDevice)}"] = bool.FalseString;
        }

        if (arguments.QaiHubEmulator)
        {
            configuration[$"{QaiHubOptions.Section}:{nameof(QaiHubOptions.Emulator)}"] = bool.TrueString;
        }

        // By a factory, so that the container gives the folder back at the end.
        builder.Services.AddSingleton(_ => data);
        builder.Services.AddSingleton<IValidateOptions<DashboardOptions>, DashboardOptionsValidator>();
        builder.Services.AddOptions<DashboardOptions>().BindConfiguration(DashboardOptions.Section).ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = StopWithin);
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(o => o.FormatterName = CalmConsoleFormatter.FormatterName);
        builder.Logging.AddConsoleFormatter<CalmConsoleFormatter, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>();
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddAssets();
        try
        {
            builder.Services.AddStorage(new StoragePlace(data.Path, Path.Combine(data.Path, DashboardOptions.DatabaseFile)));
        }
        catch
        {
            data.Dispose();
            throw;
        }

        // Every room that changes something passes its gate.
        builder.Services.AddAudit();
        builder.AddTrust(addresses);
        builder.AddConnectionLimits();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = kestrel.ApplicationServices.GetRequiredService<IOptions<DashboardOptions>>().Value.MaxRequestBytes;
        });
        return builder;
    }

    /// <summary>Starts, prints the login URL once, and runs until Ctrl+C or SIGTERM.</summary>
    /// <exception cref="StartupException">An address cannot be listened on.</exception>
    public static async Task RunDashboardAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var data = app.Services.GetRequiredService<DataDirectory>();
        try
        {
            await StartOrStopAsync(app);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw LanProblem(app, e) ?? new StartupException($"{Asked(app)} is taken: another program listens there. Start with --urls http://localhost:{FreeSuggestion(app)}", e);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied)
        {
            throw LanProblem(app, e) ?? new StartupException($"This user may not listen on {Asked(app)}. Take a port above 1024: --urls {ListenAddresses.Default}", e);
        }

        catch (Exception e) when (StorageFailure.Of(e) is not null)
        {
            throw new StartupException($"The data folder {data.Path} cannot be used: {e.GetBaseException().Message} Make room on its disk, or restore a backup when a file is damaged.", e);
        }

        var token = app.Services.GetRequiredService<StartToken>();
        var address = app.Urls.First() + app.Services.GetRequiredService<IOptions<DashboardOptions>>().Value.PathBase;
        KeepAddress(app, data, address);
        await Console.Out.WriteLineAsync($"EdgeMesh {DashboardVersion.Current}, data in {data.Path}\nLogin:  {address}/login?t={token.Value}{LanLines(app)}{RestoredLine(data)}");
        await Console.Out.FlushAsync();
        await app.WaitForShutdownAsync();
    }

    // What had started already ends in order: grains that still talk would find their services gone, and say so at length.
    private static async Task StartOrStopAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    // A disk that is full now may have room again; until then only the command login-link does not work.
    private static void KeepAddress(WebApplication app, DataDirectory data, string address)
    {
        try
        {
            LoginLinkCommand.Keep(data, address);
        }
        catch (IOException e)
        {
            app.Services.GetRequiredService<StorageHealth>().Failed(e);
        }
    }

    /// <summary>Where other machines find it, and what they recognise it by.</summary>
    private static string LanLines(WebApplication app)
    {
        var lan = app.Services.GetRequiredService<ILanAccess>().Current;
        return !lan.Enabled ? ""
            : $"\nLAN:    {(lan.Addresses.IsEmpty ? $"port {lan.Port}; this machine has no network address now" : string.Join("  ", lan.Addresses.Select(a => a.GetLeftPart(UriPartial.Authority))))}\nCA:     {lan.Authority}";
    }

    /// <summary>A folder that was restored has the identity of another one, which may still run.</summary>
    private static string RestoredLine(DataDirectory data) => RestoredFrom.Read(data.Path) is { } restored
        ? $"\nThis dashboard was restored from a backup of {restored.MadeAt:u} ({restored.Machine}). If the one it was made of still runs, stop one of the two: to devices both are the same."
        : "";

    /// <summary>When it is the port for other machines that cannot be had.</summary>
    private static StartupException? LanProblem(WebApplication app, Exception e)
    {
        var lan = app.Services.GetRequiredService<ILanAccess>().Current;
        return lan.Enabled && Listeners.Check(lan.Port) is { } problem ? new StartupException($"{problem.Title} {problem.Detail} {problem.Remedy}", e) : null;
    }

    private static string Asked(WebApplication app) => string.Join(';', app.Services.GetRequiredService<Listeners>().Urls);

    private static int FreeSuggestion(WebApplication app) =>
        BindingAddress.Parse(Asked(app).Split(';')[0]).Port is var port and < 65535 ? port + 1 : 8081;
}
