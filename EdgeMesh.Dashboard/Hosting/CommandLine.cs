using System.CommandLine;
using EdgeMesh.Dashboard.Backup;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>What the command line says; null leaves a value to the configuration.</summary>
/// <param name="Urls">Addresses to listen on, separated by semicolons.</param>
/// <param name="Data">The data directory.</param>
/// <param name="NoEmbeddedDevice">Run no device in this process.</param>
/// <param name="Lan">Open the TLS port for other machines.</param>
/// <param name="LanPort">Which port that is.</param>
/// <param name="QaiHubEmulator">Use an emulator of Qualcomm AI Hub in this process.</param>
/// <param name="ModelsFrom">Folders that this machine's own device may take models from.</param>
public sealed record DashboardArguments(
    string? Urls = null, string? Data = null, bool NoEmbeddedDevice = false, bool Lan = false, int? LanPort = null, bool QaiHubEmulator = false, IReadOnlyList<string>? ModelsFrom = null);

/// <summary>Reads the command line, answers <c>--help</c> and <c>--version</c>, and turns a failed start into one sentence and an exit code.</summary>
public static class CommandLine
{
    private const int BadUsage = 2;

    private static readonly Option<string?> Urls = new("--urls")
    {
        Description = $"Where the dashboard listens. Plain HTTP is for loopback addresses only; port 0 picks a free one. [default: {ListenAddresses.Default}]",
        HelpName = "URL[;URL]",
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The folder that keeps everything: history, keys, artifacts. [default: edgemesh in the per-user data folder]",
        HelpName = "DIR",
    };

    private static readonly Option<bool> NoEmbeddedDevice = new("--no-embedded-device")
    {
        Description = "Do not use this machine as a device of the mesh.",
    };

    private static readonly Option<bool> Lan = new("--lan")
    {
        Description = "Open the TLS port for browsers and agents of other machines. Its address and the mesh's fingerprint are printed.",
    };

    private static readonly Option<int?> LanPort = new("--lan-port")
    {
        Description = "The port that --lan, or the switch in Settings, opens. [default: 8443]",
        HelpName = "PORT",
    };

    private static readonly Option<bool> QaiHubEmulator = new("--qaihub-emulator")
    {
        Description = "Use an emulator of Qualcomm AI Hub in this process instead of the service. Its data is made up and labelled so on every page.",
    };

    private static readonly Option<string[]> ModelsFrom = new("--models-from")
    {
        Description = "A folder that this machine's own device may take models from; again for more. No other files are read.",
        HelpName = "DIR",
    };

    /// <summary>Runs <paramref name="start"/> with the arguments; returns the exit code: 0 fine, 1 could not start, 2 bad usage.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Func<DashboardArguments, Task> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var root = new RootCommand("The EdgeMesh dashboard: turns the devices you own into one AI computer.") { Urls, Data, NoEmbeddedDevice, Lan, LanPort, QaiHubEmulator, ModelsFrom };
        Command loginLink = new("login-link", "Print a new login link of the dashboard that runs on this computer. It works once, within an hour.") { Data };
        loginLink.SetAction(parsed => Console.Out.WriteLine(LoginLinkCommand.Make(parsed.GetValue(Data))));
        root.Add(loginLink);
        foreach (var command in BackupCommand.All(Data))
        {
            root.Add(command);
        }

        root.SetAction((given, _) => start(new DashboardArguments(
            given.GetValue(Urls), given.GetValue(Data), given.GetValue(NoEmbeddedDevice), given.GetValue(Lan), given.GetValue(LanPort), given.GetValue(QaiHubEmulator), given.GetValue(ModelsFrom))));
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Errors.Count > 0)
        {
            return await FailAsync($"{parsed.Errors[0].Message} See --help for what there is.", BadUsage);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (StartupException e)
        {
            return await FailAsync(e.Message, e.ExitCode);
        }
        catch (OptionsValidationException e)
        {
            return await FailAsync($"The configuration is not valid: {string.Join(' ', e.Failures)}", 1);
        }
    }

    private static async Task<int> FailAsync(string sentence, int exitCode)
    {
        await Console.Error.WriteLineAsync(sentence);
        return exitCode;
    }
}
