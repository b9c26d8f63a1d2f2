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

    [Fact]
    public void Windows_IsOneLineThatCommandPromptAndPowerShellReadAlike()
    {
        var line = JoinLines.For(Lan, Pin, "em1.AAAA", LanState.P256Head).Windows;
        Assert.DoesNotContain('\n', line);

        // What is between the outer quotation marks must have none, and nothing that PowerShell would expand.
        var inner = line[(line.IndexOf('"', StringComparison.Ordinal) + 1)..^1];
        Assert.EndsWith("\"", line, StringComparison.Ordinal);
        Assert.DoesNotContain('"', inner);
        Assert.DoesNotContain('$', inner);
        Assert.DoesNotContain('`', inner);
        Assert.Contains(Pin.Base64, inner, StringComparison.Ordinal);
        Assert.True(line.Length < 8_000, "The command prompt takes 8,191 characters.");
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
