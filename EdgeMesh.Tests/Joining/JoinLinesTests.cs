using System.Security.Cryptography;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Joining;
using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Tests.Joining;

public sealed class JoinLinesTests
{
    private static readonly Uri Lan = new("https://192.168.1.20:8443");
    private static readonly KeyPin Pin = KeyPin.Of([1]);

    [Fact]
    public void Unix_OverTheNetwork_PinsTheKey()
    {
        var line = JoinLines.For(Lan, Pin, "em1.AAAA", LanState.P256Head).Linux;
        Assert.Equal($"{{ echo EDGEMESH_TOKEN=em1.AAAA; curl -fsSk --pinnedpubkey sha256//{Pin.Base64} https://192.168.1.20:8443/join.sh; }} | sh -s --", line);
    }

    [Fact]
    public void Unix_OnThisComputer_NeedsNoPin() =>
        Assert.Equal("{ echo EDGEMESH_TOKEN=em1.AAAA; curl -fsS http://localhost:8080/join.sh; } | sh -s --", JoinLines.For(new Uri("http://localhost:8080"), Pin, "em1.AAAA", LanState.P256Head).Macos);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Windows_IsOneLineForAnOpenPowerShell_AndStartsNoProgramWithTheToken(bool lan)
    {
        var line = JoinLines.For(lan ? Lan : new Uri("http://localhost:8080"), Pin, "em1.AAAA", LanState.P256Head).Windows;
        Assert.DoesNotContain('\n', line);
        Assert.EndsWith(" 'em1.AAAA'", line, StringComparison.Ordinal);

        // Whatever it started would have it in its arguments, for everybody with the rights to see them.
        Assert.DoesNotMatch("(?i)powershell|pwsh|cmd|Start-Process|\\.exe|&&", line);
        Assert.Equal(lan, line.Contains(Pin.Base64, StringComparison.Ordinal));

        // Text in single quotes is taken as it is; a double one in it would end the paste of some terminals.
        Assert.DoesNotContain('"', line);
        Assert.Equal(0, line.Count(c => c == '\'') % 2);
        Assert.True(line.Length < 8_000);
    }

    [Fact]
    public void PowerShell_GivesTheTokenToTheAgentsInput_AndLeavesTheWindowAsItWas()
    {
        var script = JoinScripts.ForPowerShell(Lan, Pin, LanState.P256Head);
        Assert.Contains("$Token | & $program @arguments", script, StringComparison.Ordinal);
        Assert.Contains("$arguments = @('join', '-')", script, StringComparison.Ordinal);
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(script, @"\$Token\b")); // the parameter, and the pipe
        Assert.DoesNotMatch(@"(?m)^\s*exit\b", script);
        Assert.Contains("ServerCertificateValidationCallback = $null", script[script.IndexOf("finally {", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void PowerShell_SecondRun_SaysThatTheKeyIsAnother_BeforeItKeepsIt_AndFetchesOnlyWhatIsNew()
    {
        var script = JoinScripts.ForPowerShell(Lan, Pin, LanState.P256Head);
        int At(string text) => script.IndexOf(text, StringComparison.Ordinal) is >= 0 and var at ? at : throw new InvalidOperationException($"The script has no: {text}");
        Assert.True(At("$before['base'] -ceq $base -and $before['pin'] -cne $pin") < At("has another key than when this agent was installed"));
        Assert.True(At("has another key than when this agent was installed") < At("DownloadFile("));
        Assert.True(At("$before['sha256'] -ceq $wanted") < At("DownloadFile("));
        Assert.True(At("DownloadFile(") < At("Set-Content $kept"));
    }

    [Fact]
    public void Termux_RunsTheLineInADebian()
    {
        var line = JoinLines.For(Lan, Pin, "em1.AAAA", LanState.P256Head).Termux;
        Assert.Contains("proot-distro login debian", line, StringComparison.Ordinal);
        Assert.Contains(Pin.Base64, line, StringComparison.Ordinal);
    }

    [Fact]
    public void PinHead_WithABareKey_IsItsPublicKeyInfo()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        byte[] bare = [4, .. point.X!, .. point.Y!];
        byte[] made = [.. Convert.FromBase64String(LanState.P256Head), .. bare];
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), made);
    }

    [Fact]
    public void Scripts_AreFilledInAndHoldNoToken()
    {
        foreach (var script in (string[])[JoinScripts.ForShell(Lan, Pin), JoinScripts.ForPowerShell(Lan, Pin, LanState.P256Head)])
        {
            Assert.Contains("https://192.168.1.20:8443", script, StringComparison.Ordinal);
            Assert.Contains(Pin.Base64, script, StringComparison.Ordinal);
            Assert.DoesNotMatch("@[A-Z]+@", script);
            Assert.DoesNotContain("em1.", script, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void BuiltAgent_Named_TakesOnePlatformsFiles()
    {
        const string Dependencies = """
            { "targets": { ".NETCoreApp,Version=v10.0": {
              "edgemesh-agent/0.1.0": { "runtime": { "edgemesh-agent.dll": {} } },
              "Some.Library/1.0": { "runtime": { "lib/net8.0/Some.Library.dll": {} } },
              "Onnx/1.0": { "runtimeTargets": {
                "runtimes/linux-x64/native/libonnxruntime.so": { "rid": "linux-x64", "assetType": "native" },
                "runtimes/win-x64/native/onnxruntime.dll": { "rid": "win-x64", "assetType": "native" },
                "runtimes/win/lib/net10.0/Events.dll": { "rid": "win", "assetType": "runtime" } } } } } }
            """;
        Assert.Equal(["edgemesh-agent.dll", "Some.Library.dll", "runtimes/linux-x64/native/libonnxruntime.so"], BuiltAgent.Named(Dependencies, "linux-x64"));
        Assert.Equal(4, BuiltAgent.Named(Dependencies, "win-x64").Length);
    }
}
