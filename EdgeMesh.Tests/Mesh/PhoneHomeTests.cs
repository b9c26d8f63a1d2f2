using System.Runtime.InteropServices;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Mesh;

/// <summary>Nothing phones home: no process of ours leaves a trace of usage reports, looks up a name or sends a packet that nobody asked for.</summary>
[Collection(MeshTests.Name)]
public sealed partial class PhoneHomeTests
{
    [Fact]
    public async Task FirstStartSummaryAndModel_FreshHome_WritesNoReportsLooksUpNoNameAndSendsNothing()
    {
        await using var lab = await NetworkLab.CreateAsync("mount", "getent");
        using var directory = new TemporaryDirectory();
        var host = await lab.AddHostAsync("10.77.0.1");
        host.LookUpHere(directory["resolv.conf"]);
        await host.CountOutgoingAsync();
        await using var names = new NameRecorder(host);
        var home = Directory.CreateDirectory(directory["home"]).FullName;
        var environment = new Dictionary<string, string> { ["HOME"] = home, ["XDG_CACHE_HOME"] = home + "/.cache", ["XDG_DATA_HOME"] = home + "/.local/share", ["ORT_DISABLE_TELEMETRY"] = "", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "" };

        await using (var dashboard = await DashboardProcess.StartOnAsync(host, directory["dashboard"], 0, environment, []))
        {
            var token = await dashboard.JoinTokenAsync();
            await using var agent = host.Start(
                BuiltPrograms.Agent, ["run", "--orchestrator", dashboard.Address.ToString(), "--name", "Second", "--data", directory["agent"], "--token", token], environment);
            await dashboard.DeviceAsync(
                "Second", d => d.GetProperty("runtimes").EnumerateArray().Count(r => r.GetProperty("state").GetString() == "Ready") > 2, TimeSpan.FromSeconds(60));
            foreach (var kind in (string[])["summarize", "chat", "image"])
            {
                var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind, text = kind == "summarize" ? Articles.TidalMill : "a river" }), TimeSpan.FromSeconds(60));
                Assert.Equal((kind, "Succeeded"), (kind, job.GetProperty("state").GetString()));
            }
        }

        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(home, "*", SearchOption.AllDirectories), p => !p.StartsWith(home + "/.local/share/edgemesh", StringComparison.Ordinal));
        Assert.Empty(names.Asked.Distinct());
        Assert.Equal(0, await host.OutgoingAsync());

        // The test's own senses: a name that is looked up is recorded, and a packet counted.
        await LabTool.TryAsync([.. host.Prefix, "getent", "hosts", "phone-home.example"]);
        await LabTool.TryAsync([.. host.Prefix, "bash", "-c", "echo x >/dev/udp/10.77.0.9/9"]);
        Assert.Contains("phone-home.example", names.Asked);
        Assert.NotEqual(0, await host.OutgoingAsync());
    }

    [Fact]
    public void ThisProcess_LoadingEngines_HasItOffForNativeCodeToo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has one environment only.");
        Assert.Equal("1", Marshal.PtrToStringUTF8(NativeVariable("ORT_DISABLE_TELEMETRY")));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint NativeVariable(string name);
}
