namespace EdgeMesh.Core.Artifacts;

/// <summary>A system on chip: how AI Hub calls it, and by which words devices tell it.</summary>
/// <param name="Name">For people.</param>
/// <param name="HubNames">AI Hub's <c>chipset</c> attributes.</param>
/// <param name="Hexagon">The NPU's generation, or null when it has no Hexagon.</param>
/// <param name="SocModel">Qualcomm's number of it, or null.</param>
/// <param name="Signs">What a device's processor name or device tree says: words in lower case, without punctuation, in their order.</param>
public sealed record Chipset(string Name, ImmutableArray<string> HubNames, string? Hexagon, int? SocModel, ImmutableArray<string> Signs)
{
    /// <summary>As a target.</summary>
    public ChipsetTarget ToTarget() => new(HubNames, Hexagon, SocModel);
}

/// <summary>The chips that are known. Names, Hexagon versions and chip numbers are those of AI Hub's public device list (August 2026).</summary>
public static class Chipsets
{
    public static ImmutableArray<Chipset> All { get; } =
    [
        Of("Snapdragon X2 Elite", "qualcomm-snapdragon-x2-elite sc8480xp", "v81", 88, "snapdragon x2 elite", "sc8480xp"),
        Of("Snapdragon X Elite", "qualcomm-snapdragon-x-elite sc8380xp", "v73", 60, "snapdragon x elite", "sc8380xp", "x1e80100", "x1e78100", "x1e84100", "x1e001de"),
        Of("Snapdragon X Plus 10-core", "sc8380xp", "v73", 60, "x1p64100", "x1p66100"),
        Of("Snapdragon X Plus 8-core", "qualcomm-snapdragon-x-plus-8-core sc8340xp", "v73", 60, "sc8340xp", "x1p42100", "x1p46100"),
        Of("Snapdragon X", "sc8340xp", "v73", 60, "x1 26 100", "x126100"),
        Of("Snapdragon 8 Elite Gen 5 for Galaxy", "qualcomm-snapdragon-8-elite-gen5-for-galaxy sm8850-ad", "v81", 87, "snapdragon 8 elite gen 5 for galaxy", "sm8850 ad"),
        Of("Snapdragon 8 Elite Gen 5", "qualcomm-snapdragon-8-elite-gen5 sm8850", "v81", 87, "snapdragon 8 elite gen 5", "sm8850"),
        Of("Snapdragon 8 Elite for Galaxy", "qualcomm-snapdragon-8-elite-for-galaxy sm8750-ac", "v79", 69, "snapdragon 8 elite for galaxy", "sm8750 ac"),
        Of("Snapdragon 8 Elite", "qualcomm-snapdragon-8-elite sm8750", "v79", 69, "snapdragon 8 elite", "sm8750"),
        Of("Snapdragon 8 Gen 3", "qualcomm-snapdragon-8gen3 sm8650", "v75", 57, "snapdragon 8 gen 3", "sm8650"),
        Of("Snapdragon 8 Gen 2", "qualcomm-snapdragon-8gen2 sm8550", "v73", 43, "snapdragon 8 gen 2", "sm8550"),
        Of("Snapdragon 8 Gen 1", "qualcomm-snapdragon-8gen1 sm8450", "v69", 36, "snapdragon 8 gen 1", "sm8450"),
        Of("Snapdragon 888", "qualcomm-snapdragon-888 sm8350", "v68", 30, "snapdragon 888", "sm8350"),
        Of("Snapdragon 865", "qualcomm-snapdragon-865+ sm8250-ab", "v66", 21, "snapdragon 865", "sm8250"),
        Of("Snapdragon 855", "qualcomm-snapdragon-855 sm8150", "v66", 12, "snapdragon 855", "sm8150"),
        Of("Snapdragon 845", "qualcomm-snapdragon-845 sdm845", "v65", 1, "snapdragon 845", "sdm845"),
        Of("Snapdragon 778G", "qualcomm-snapdragon-778g sm7325", "v68", 35, "snapdragon 778g", "sm7325"),
        Of("Snapdragon 7 Gen 4", "qualcomm-snapdragon-7gen4 sm7750", "v73", 86, "snapdragon 7 gen 4", "sm7750"),
        Of("Snapdragon 765G", "qualcomm-snapdragon-765g sm7250", "v66", 25, "snapdragon 765g", "sm7250"),
        Of("Snapdragon 678", "qualcomm-snapdragon-678 sm6150-ac", "v66", 16, "snapdragon 678", "sm6150"),
        Of("Snapdragon 670", "qualcomm-snapdragon-670 sdm670", "v65", 6, "snapdragon 670", "sdm670"),
        Of("Dragonwing Q-6690", "qualcomm-dragonwing-q-6690 qualcomm-qcm6690 qcm6690", "v73", 78, "qcm6690", "dragonwing q 6690"),
        Of("Dragonwing QCS6490", "qualcomm-dragonwing-qcs6490 qualcomm-qcs6490 qcs6490", "v68", 93, "qcs6490"),
        Of("Dragonwing IQ-8275", "qualcomm-dragonwing-iq-8275 qualcomm-qcs8275 qcs8275", "v75", 82, "qcs8275"),
        Of("Dragonwing IQ-9075", "qualcomm-dragonwing-iq-9075 qualcomm-qcs9075 qcs9075", "v73", 77, "qcs9075"),
        Of("Dragonwing QCS8550", "qualcomm-dragonwing-qcs8550-proxy qualcomm-qcs8550-proxy", "v73", 43, "qcs8550"),
        Of("SA7255P", "qualcomm-sa7255p", "v75", 67, "sa7255p"),
        Of("SA8295P", "qualcomm-sa8295p", "v68", 39, "sa8295p"),
        Of("SA8775P", "qualcomm-sa8775p", "v73", 52, "sa8775p"),
        Of("Google Tensor G5", "google-tensor-g5", null, null, "tensor g5"),
        Of("Google Tensor G4", "google-tensor-g4", null, null, "tensor g4"),
        Of("Google Tensor G3", "google-tensor-g3", null, null, "tensor g3"),
        Of("Google Tensor G2", "google-tensor-g2", null, null, "tensor g2"),
        Of("Samsung Exynos 1280", "samsung-exynos-1280", null, null, "exynos 1280", "s5e8825"),
        Of("Samsung Exynos 1330", "samsung-exynos-1330", null, null, "exynos 1330", "s5e8535"),
        Of("Samsung Exynos 990", "samsung-exynos-990", null, null, "exynos 990", "exynos990"),
    ];

    private static Chipset Of(string name, string hub, string? hexagon, int? soc, params ImmutableArray<string> signs) => new(name, [.. hub.Split(' ')], hexagon, soc, signs);
}
