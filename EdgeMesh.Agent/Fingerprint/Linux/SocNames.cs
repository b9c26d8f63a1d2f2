namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Names of systems on chip by device-tree <c>compatible</c> entry or Android's <c>ro.soc.model</c>.</summary>
public static class SocNames
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["x1e80100"] = "Qualcomm Snapdragon X Elite", ["x1e78100"] = "Qualcomm Snapdragon X Elite", ["x1p42100"] = "Qualcomm Snapdragon X Plus",
        ["x1p64100"] = "Qualcomm Snapdragon X Plus", ["sc8280xp"] = "Qualcomm Snapdragon 8cx Gen 3", ["sc7280"] = "Qualcomm Snapdragon 7c+ Gen 3",
        ["sm8850"] = "Qualcomm Snapdragon 8 Elite Gen 5", ["sm8750"] = "Qualcomm Snapdragon 8 Elite", ["sm8650"] = "Qualcomm Snapdragon 8 Gen 3",
        ["sm8550"] = "Qualcomm Snapdragon 8 Gen 2", ["sm8475"] = "Qualcomm Snapdragon 8+ Gen 1", ["sm8450"] = "Qualcomm Snapdragon 8 Gen 1",
        ["sm8350"] = "Qualcomm Snapdragon 888", ["sm8250"] = "Qualcomm Snapdragon 865", ["sm8150"] = "Qualcomm Snapdragon 855",
        ["sdm845"] = "Qualcomm Snapdragon 845", ["sm7325"] = "Qualcomm Snapdragon 778G", ["sm7450"] = "Qualcomm Snapdragon 7 Gen 1",
        ["qrb2210"] = "Qualcomm Dragonwing QRB2210", ["qcm2290"] = "Qualcomm QCM2290", ["qrb4210"] = "Qualcomm QRB4210",
        ["qrb5165"] = "Qualcomm QRB5165", ["qcm6490"] = "Qualcomm Dragonwing QCM6490", ["qcs6490"] = "Qualcomm Dragonwing QCS6490",
        ["qcs8550"] = "Qualcomm Dragonwing QCS8550", ["qcs8300"] = "Qualcomm Dragonwing IQ8", ["qcs9100"] = "Qualcomm Dragonwing IQ9",
        ["sa8775p"] = "Qualcomm SA8775P",
        ["bcm2712"] = "Broadcom BCM2712", ["bcm2711"] = "Broadcom BCM2711", ["bcm2837"] = "Broadcom BCM2837", ["bcm2836"] = "Broadcom BCM2836",
        ["bcm2835"] = "Broadcom BCM2835",
        ["tegra194"] = "NVIDIA Tegra Xavier", ["tegra234"] = "NVIDIA Tegra Orin", ["tegra264"] = "NVIDIA Tegra Thor",
        ["rk3399"] = "Rockchip RK3399", ["rk3566"] = "Rockchip RK3566", ["rk3568"] = "Rockchip RK3568", ["rk3576"] = "Rockchip RK3576",
        ["rk3588"] = "Rockchip RK3588", ["rk3588s"] = "Rockchip RK3588S", ["imx8mp"] = "NXP i.MX 8M Plus", ["imx93"] = "NXP i.MX 93",
        ["imx95"] = "NXP i.MX 95", ["am625"] = "TI AM625", ["j721e"] = "TI TDA4VM", ["s905d3"] = "Amlogic S905D3", ["a311d"] = "Amlogic A311D",
        ["t8103"] = "Apple M1", ["t6000"] = "Apple M1 Pro", ["t6001"] = "Apple M1 Max", ["t6002"] = "Apple M1 Ultra",
        ["t8112"] = "Apple M2", ["t6020"] = "Apple M2 Pro", ["t6021"] = "Apple M2 Max",
        ["s5e9945"] = "Samsung Exynos 2400", ["s5e9925"] = "Samsung Exynos 2200", ["mt6989"] = "MediaTek Dimensity 9300",
        ["mt6985"] = "MediaTek Dimensity 9200", ["jh7110"] = "StarFive JH7110",
        ["tensor g3"] = "Google Tensor G3", ["tensor g4"] = "Google Tensor G4", ["tensor g5"] = "Google Tensor G5",
    };

    /// <summary>The name of a chip such as <c>SM8650</c>; null when it is not in the table.</summary>
    public static string? OfModel(string? model) => model is null ? null : Names.GetValueOrDefault(model.Trim());

    /// <summary>The name of the most specific known chip of a <c>compatible</c> list; null when none is known.</summary>
    public static string? OfCompatible(IEnumerable<string> compatible) =>
        compatible.Select(c => OfModel(c[(c.IndexOf(',', StringComparison.Ordinal) + 1)..])).FirstOrDefault(n => n is not null);
}
