using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>The devices, and how they are asked for.</summary>
public sealed class CatalogueTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public void Catalogue_HasTheRowsOfAugust2026()
    {
        Assert.Equal(79, DeviceCatalogue.All.Count);
        Assert.Equal(70, DeviceCatalogue.All.Select(d => d.Name).Distinct().Count());
        Assert.Equal(36, DeviceCatalogue.All.Select(d => d.Chipset).Distinct().Count());
        Assert.Equal(79, DeviceCatalogue.All.Select(d => (d.Name, d.Version)).Distinct().Count());
    }

    [Fact]
    public async Task Devices_TellAttributesInTheServicesForm()
    {
        var hub = shared.Hub;
        var devices = (await hub.GetAsync("devices/?name=&os=&select=False", DeviceList.Parser)).Devices;
        Assert.Equal(79, devices.Count);
        Assert.Equal(
            [
                "abi:aarch64-windows", "chipset:qualcomm-snapdragon-x-elite", "chipset:sc8380xp", "format:compute", "framework:onnx", "framework:qnn", "hexagon:v73",
                "htp-supports-fp16:true", "htp-supports-weight-sharing:true", "os:windows", "soc-model:60", "vendor:qualcomm",
            ],
            devices.Single(d => d.Name == "Snapdragon X Elite CRD").Attributes);
        Assert.Equal(
            ["abi:aarch64-android", "chipset:google-tensor-g5", "format:phone", "framework:onnx", "framework:tflite", "os:android", "vendor:google"],
            devices.Single(d => d.Name == "Google Pixel 10").Attributes);
    }

    [Theory]
    [InlineData("name=Google Pixel 4", 2)]
    [InlineData("name=Google Pixel 4&os=11", 1)]
    [InlineData("name=google pixel 4", 0)]
    [InlineData("name=&os=&attributes=hexagon:v81&attributes=os:windows", 1)]
    [InlineData("name=&os=[16,)&attributes=os:android", 8)]
    [InlineData("name=&os=&attributes=framework:nothing", 0)]
    [InlineData("name=Google Pixel 7&os=[13,14)", 1)]
    public async Task Devices_Filtered_AreThoseThatMatch(string query, int count)
    {
        var hub = shared.Hub;
        var found = await hub.GetAsync($"devices/?{query}&select=False", DeviceList.Parser);
        Assert.Equal(count, found.Devices.Count);
        Assert.Equal((ulong)count, found.TotalQueryCount);
    }

    [Fact]
    public async Task Devices_Select_GivesTheOneWithTheNewestSystem()
    {
        var hub = shared.Hub;
        var found = await hub.GetAsync("devices/?name=Google Pixel 7&os=&select=True", DeviceList.Parser);
        Assert.Equal("14", Assert.Single(found.Devices).Os);
        Assert.Empty((await hub.GetAsync("devices/?name=Pixel 99&os=&select=True", DeviceList.Parser)).Devices);
    }

    [Theory]
    [InlineData("13", "13", true)]
    [InlineData("13", "14", false)]
    [InlineData("[13,14)", "13", true)]
    [InlineData("[13,14)", "14", false)]
    [InlineData("(13,14]", "13", false)]
    [InlineData("(13,14]", "14", true)]
    [InlineData("[13, 14]", "14", true)]
    [InlineData("[13,)", "24.04", true)]
    [InlineData("(,1.7)", "1.6", true)]
    [InlineData("(,1.7)", "1.9", false)]
    [InlineData("", "1.6", true)]
    public void OsVersions_Has(string asked, string version, bool has)
    {
        Assert.True(OsVersions.TryParse(asked, out var versions));
        Assert.Equal(has, versions.Has(version));
    }

    [Theory]
    [InlineData("[13")]
    [InlineData("[13,14,15]")]
    [InlineData("new")]
    [InlineData("[a,b]")]
    public async Task Devices_WithSenselessVersions_Is400(string os)
    {
        var hub = shared.Hub;
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Get, $"devices/?name=&os={os}")).Status);
    }

    [Fact]
    public async Task Frameworks_AreTold_WithTheNewestTagged()
    {
        var hub = shared.Hub;
        var list = await hub.GetAsync("frameworks/", FrameworkList.Parser);
        Assert.All(list.Frameworks, f => Assert.Equal("QAIRT", f.Name));
        Assert.Equal("2.50", Assert.Single(list.Frameworks, f => f.ApiTags.Contains("latest")).ApiVersion);
    }
}
