using System.Globalization;
using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Core.Devices;
using Xunit;

namespace EdgeMesh.Tests.Agent.Fingerprint;

public sealed class SystemReportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Markdown_Laptop_TellsEverythingOnce()
    {
        var profile = await FixtureHost.Load("thinkpad-linux").ProfileAsync(Token);

        var text = SystemReport.Markdown(profile, new TelemetrySample(12.5, 23000, 80, true, 46, 71));

        Assert.StartsWith("# LENOVO ThinkPad T14s Gen 6\n\n", text, StringComparison.Ordinal);
        Assert.Contains("| **Memory** | 30.9 GiB |\n", text, StringComparison.Ordinal);
        Assert.Contains("| **CPU load now** | 12.5 % |\n", text, StringComparison.Ordinal);
        Assert.Contains("| **Battery now** | 80 %, on mains |\n", text, StringComparison.Ordinal);
        Assert.Contains("| NPU | Intel NPU (Lunar Lake) | detected | /sys/class/accel/accel0 (driver intel\\_vpu) |\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_UnknownValues_AreLeftOut()
    {
        var profile = new ProfileDraft("/").Build("x64", "");

        var text = SystemReport.Markdown(profile, new TelemetrySample(null, 100, null, null, null, null));

        Assert.StartsWith("# Device\n", text, StringComparison.Ordinal);
        foreach (var name in new[] { "Battery", "Temperature", "CPU load", "Form factor", "Disk", "**Cores**", "**Memory**" })
            Assert.DoesNotContain(name, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_HostileNames_StayText()
    {
        var draft = new ProfileDraft("/");
        draft.SetMachine("**<script>|[x](http://e)`\n# Head", "firmware");

        var text = SystemReport.Markdown(draft.Build("x64", "1"), new TelemetrySample(null, 100, null, null, null, null));

        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n# Head", text, StringComparison.Ordinal);
        Assert.DoesNotContain(" [x]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markdown_OtherCulture_IsTheSame()
    {
        var profile = await FixtureHost.Load("macbook-pro-m3").ProfileAsync(Token);
        var sample = new TelemetrySample(1.5, 20000, null, null, 40.5, null);
        var before = CultureInfo.CurrentCulture;
        var expected = SystemReport.Markdown(profile, sample);
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(expected, SystemReport.Markdown(profile, sample));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
