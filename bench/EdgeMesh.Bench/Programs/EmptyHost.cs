using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Bench.Programs;

/// <summary>The baseline of sizes and start times: an ASP.NET Core program that does nothing, run as a process of its own.</summary>
internal static class EmptyHost
{
    public const string Word = "--empty-host";

    public const string Name = "an empty ASP.NET Core program";

    private const string Ready = "Listening ";

    /// <summary>Runs it in this process until it is killed.</summary>
    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/", () => "Hello");
        await app.StartAsync();
        Console.WriteLine(Ready + app.Urls.First());
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Starts it as a process; done when it answered a request.</summary>
    public static async Task<(ProgramProcess Process, Uri Address, TimeSpan ReadyAfter)> StartAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var process = ProgramProcess.Start(typeof(EmptyHost).Assembly.Location, Word);
        var line = await process.LineAsync(Ready, cancellationToken);
        var address = new Uri(line[Ready.Length..]);
        using var client = new HttpClient();
        await client.GetStringAsync(address, cancellationToken);
        return (process, address, Stopwatch.GetElapsedTime(start));
    }
}
