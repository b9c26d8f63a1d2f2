using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Emulator.Catalogue;

namespace EdgeMesh.Tests.QaiHub.Catalog;

/// <summary>Over the 79 real rows of the catalogue, as a client reads them.</summary>
public sealed class DeviceSearchTests
{
    private static readonly ImmutableArray<HubDevice> s_all = [.. DeviceCatalogue.All.Select(d => CatalogRecords.Of(d.ToWire()))];

    [Theory]
    [InlineData("x elite", "Snapdragon X Elite CRD")]
    [InlineData("X-Elite", "Snapdragon X Elite CRD")]
    [InlineData("elite x", "Snapdragon X Elite CRD")]
    [InlineData("snapdragon x elite", "Snapdragon X Elite CRD")]
    [InlineData("x eli", "Snapdragon X Elite CRD")]
    [InlineData("x2 elite", "Snapdragon X2 Elite CRD")]
    [InlineData("x 2", "Snapdragon X2 Elite CRD")]
    [InlineData("x plus", "Snapdragon X Plus 8-Core CRD")]
    [InlineData("8 elite", "Snapdragon 8 Elite QRD")]
    [InlineData("8 elite gen 5", "Snapdragon 8 Elite Gen 5 QRD")]
    [InlineData("8 elite gen5", "Snapdragon 8 Elite Gen 5 QRD")]
    [InlineData("elite for galaxy", "Samsung Galaxy S25")]
    [InlineData("8 gen 3", "Samsung Galaxy S24")]
    [InlineData("8gen3", "Samsung Galaxy S24")]
    [InlineData("gen 4", "Snapdragon 7 Gen 4 QRD")]
    [InlineData("sm8650", "Samsung Galaxy S24")]
    [InlineData("SC8380XP", "Snapdragon X Elite CRD")]
    [InlineData("855", "Google Pixel 4")]
    [InlineData("s26", "Samsung Galaxy S26")]
    [InlineData("s26+", "Samsung Galaxy S26+")]
    [InlineData("s24 ultra", "Samsung Galaxy S24 Ultra")]
    [InlineData("pixel 3", "Google Pixel 3")]
    [InlineData("pixel 3a", "Google Pixel 3a")]
    [InlineData("pixel 9 pro xl", "Google Pixel 9 Pro XL")]
    [InlineData("rb3", "Dragonwing RB3 Gen 2 Vision Kit")]
    [InlineData("qcs6490", "Dragonwing RB3 Gen 2 Vision Kit")]
    [InlineData("ventuno", "Arduino VENTUNO Q")]
    [InlineData("tab s8", "Samsung Galaxy Tab S8")]
    [InlineData("xiaomi 12", "Xiaomi 12")]
    [InlineData("windows v81", "Snapdragon X2 Elite CRD")]
    public void Find_Words_BestMatchFirst(string query, string first) => Assert.Equal(first, DeviceSearch.Find(s_all, query)[0].Name);

    [Fact]
    public void Find_PartsOfWords_ComeAfterWholeOnes()
    {
        var found = DeviceSearch.Find(s_all, "x elite").Select(d => d.Name).ToList();
        Assert.Equal(["Snapdragon X Elite CRD", "Snapdragon X2 Elite CRD"], found.Take(2));
        // The x of "galaxy": still found, but last.
        Assert.Contains("Samsung Galaxy S26 (Family)", found);
    }

    [Fact]
    public void Find_ChipComesBeforeName() => Assert.Equal(
        ["the chip", "Nova 9"],
        DeviceSearch.Find([new HubDevice("Nova 9", "14", ["chipset:other"], ""), new HubDevice("the chip", "14", ["chipset:maker-nova-9"], "")], "nova 9").Select(d => d.Name));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(null)]
    public void Find_NoWords_AllInTheirOrder(string? query) => Assert.Equal(s_all, DeviceSearch.Find(s_all, query));

    [Theory]
    [InlineData("format")]
    [InlineData("chipset")]
    [InlineData("x elite typewriter")]
    [InlineData("®")]
    [InlineData("a b c d e f g h i j k l m n o p q")]
    public void Find_WhatIsNowhere_Nothing(string query) => Assert.Empty(DeviceSearch.Find(s_all, query));

    [Fact]
    public void Find_EveryName_FindsItsOwnDeviceFirst() =>
        Assert.All(s_all.Select(d => d.Name).Distinct(), name => Assert.Equal(name, DeviceSearch.Find(s_all, name)[0].Name));

    [Fact]
    public void Find_EveryChipset_FindsADeviceWithItFirst() =>
        Assert.All(s_all.SelectMany(d => d.Chipsets).Distinct(), chipset => Assert.Contains(chipset, DeviceSearch.Find(s_all, chipset)[0].Chipsets));
}
