using System.CommandLine;
using EdgeMesh.QaiHub.Emulator.Configuration;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.QaiHub.Emulator;

/// <summary>The command line: starts an emulator, says how to reach it, and runs until Ctrl+C.</summary>
internal static class EmulatorCommand
{
    private const int UsualPort = 8090;

    public static Task<int> InvokeAsync(string[] args)
    {
        var port = new Option<int>("--port") { Description = "The port on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => UsualPort };
        var data = new Option<string>("--data") { Description = "Where models and jobs are kept.", DefaultValueFactory = _ => UsualFolder() };
        var token = new Option<string?>("--token") { Description = "The token that clients must send; without it, one that is made at the first start and kept." };
        var speed = new Option<double>("--speed") { Description = "How many times faster than usual jobs go.", DefaultValueFactory = _ => 1 };
        var faults = new Option<bool>("--faults") { Description = "Serve /emulator/faults/, through which requests can be made to fail." };
        var command = new RootCommand("An emulator of Qualcomm AI Hub on this computer. No device is used; times and profiles are made up.") { port, data, token, speed, faults };
        command.SetAction((result, cancel) => RunAsync(
            new EmulatorOptions
            {
                Folder = result.GetValue(data)!,
                Port = result.GetValue(port),
                Token = result.GetValue(token),
                Speed = result.GetValue(speed),
                FaultsEndpoint = result.GetValue(faults),
                Logging = logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning),
            },
            cancel));
        return command.Parse(args).InvokeAsync(cancellationToken: CancellationToken.None);
    }

    private static async Task<int> RunAsync(EmulatorOptions options, CancellationToken cancel)
    {
        try
        {
            await using var host = await EmulatorHost.StartAsync(options, cancel);
            await Console.Out.WriteLineAsync(Welcome(host, options));
            await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, cancel);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The emulator did not start: {e.Message}");
            return 1;
        }
    }

    private static string Welcome(EmulatorHost host, EmulatorOptions options)
    {
        string url = host.BaseAddress.ToString().TrimEnd('/');
        return $"""
            Emulator of Qualcomm AI Hub: {url}
            Token: {host.Token}
            Kept in: {options.Folder}

            A client.ini for it:

            [api]
            api_token = {host.Token}
            api_url = {url}
            web_url = {url}

            Ctrl+C stops it.
            """;
    }

    private static string UsualFolder() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "edgemesh-qaihub-emulator");
}
