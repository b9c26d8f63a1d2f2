using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>The emulator as a program.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task Program_Started_PrintsWhatAClientNeeds_AndStopsOnInterrupt()
    {
        using var folder = new TemporaryDirectory();
        await using var process = ChildProcess.Start(BuiltPrograms.Emulator, ["--port", "0", "--data", folder.Path, "--speed", "1000"]);
        await process.LineAsync(l => l.StartsWith("Ctrl+C", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        var ini = process.Output.Split('\n').Where(l => l.Contains(" = ", StringComparison.Ordinal)).Select(l => l.Split(" = ")).ToDictionary(p => p[0], p => p[1]);
        Assert.Contains("[api]", process.Output, StringComparison.Ordinal);
        Assert.Equal(ini["api_url"], ini["web_url"]);
        Assert.True(new Uri(ini["api_url"]).IsLoopback);

        using var http = new HttpClient();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"token {ini["api_token"]}");
        using var response = await http.GetAsync($"{ini["api_url"]}/api/v1/users/auth/user/", TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(0, await process.InterruptAsync());
    }

    [Fact]
    public async Task Program_WithValuesOutOfRange_SaysSoAndEnds()
    {
        using var folder = new TemporaryDirectory();
        await using var process = ChildProcess.Start(BuiltPrograms.Emulator, ["--data", folder.Path, "--speed", "-1"]);
        await process.LineAsync(l => l.StartsWith("The emulator did not start:", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        await Until.TrueAsync("its end", () => process.HasExited);
        Assert.Equal(1, process.ExitCode);
    }
}
