using Bunit;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Features.Devices;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components;

public sealed class WhyOfflineTests : MeshPages
{
    private static readonly DeviceSnapshot Gone = Samples.Device() with { State = DeviceState.Lost, StateReason = "It has stopped answering.", LinkEnd = LinkEnd.Silent };

    [Fact]
    public void Of_OnlineDevice_IsNull() => Assert.Null(WhyOffline.Of(Samples.Device(), Samples.Now));

    [Theory]
    [InlineData(LinkEnd.Closed, "was closed")]
    [InlineData(LinkEnd.Silent, "fell silent")]
    [InlineData(null, "since this dashboard started")]
    public void Of_HowTheLinkEnded_NamesTheCause(LinkEnd? end, string words) => Assert.Contains(words, WhyOffline.Of(Gone with { LinkEnd = end }, Samples.Now)!.Cause, StringComparison.Ordinal);

    [Fact]
    public void Of_EmptyBattery_SaysCharge()
    {
        var telemetry = Gone.Telemetry! with { BatteryPercent = 3, Charging = false };
        Assert.Contains("Charge it", WhyOffline.Of(Gone with { Telemetry = telemetry }, Samples.Now)!.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Phone_SaysWakeLock() =>
        Assert.Contains("termux-wake-lock", WhyOffline.Of(Gone with { Profile = Gone.Profile! with { FormFactor = FormFactor.Phone } }, Samples.Now)!.Remedy, StringComparison.Ordinal);

    [Fact]
    public void DevicePage_LostDevice_ShowsCauseAndRemedy()
    {
        Fleet.Publish(Gone);
        var page = Page<DevicePage>(p => p.Add(d => d.Id, Gone.Id.Value));
        Assert.Contains("Why it is offline", page.Find(".dev-note").TextContent, StringComparison.Ordinal);
        Assert.Contains("edgemesh-agent doctor", page.Find(".dev-note").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.9", "older than this dashboard")]
    [InlineData("99.0.0", "newer than this dashboard")]
    [InlineData("0.1.0", null)]
    [InlineData("", null)]
    [InlineData("nonsense", null)]
    public void AgentAge_OtherVersion_SaysWhatToDo(string agent, string? words)
    {
        var note = AgentAge.Note(Gone.Profile! with { AgentVersion = agent }, "0.1.0+abc");
        Assert.Equal(words is null, note is null);
        Assert.Contains(words ?? "", note ?? "", StringComparison.Ordinal);
    }
}
