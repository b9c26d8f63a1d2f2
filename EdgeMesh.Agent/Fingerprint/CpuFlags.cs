using System.Collections.Immutable;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>The vector and matrix extensions worth knowing, under one name each, from every source's own spelling.</summary>
public static class CpuFlags
{
    // In the order they are shown: x86 from old to new, then Arm from old to new.
    private static readonly (string Name, string[] Spellings)[] Known =
    [
        ("SSE4.2", ["sse4_2", "SSE4.2"]),
        ("AVX", ["avx", "AVX1.0"]),
        ("F16C", ["f16c"]),
        ("FMA", ["fma"]),
        ("AVX2", ["avx2"]),
        ("AVX-VNNI", ["avx_vnni"]),
        ("AVX-VNNI-INT8", ["avx_vnni_int8"]),
        ("AVX-512F", ["avx512f"]),
        ("AVX-512BW", ["avx512bw"]),
        ("AVX-512VBMI", ["avx512vbmi"]),
        ("AVX-512-VNNI", ["avx512_vnni", "avx512vnni"]),
        ("AVX-512-BF16", ["avx512_bf16"]),
        ("AVX-512-FP16", ["avx512_fp16"]),
        ("AVX10.1", ["avx10_1"]),
        ("AVX10.2", ["avx10_2"]),
        ("AMX-TILE", ["amx_tile"]),
        ("AMX-INT8", ["amx_int8"]),
        ("AMX-BF16", ["amx_bf16"]),
        ("AMX-FP16", ["amx_fp16"]),
        ("NEON", ["neon", "asimd", "AdvSIMD"]),
        ("FP16", ["asimdhp", "FEAT_FP16"]),
        ("RDM", ["asimdrdm", "FEAT_RDM"]),
        ("DotProd", ["asimddp", "FEAT_DotProd"]),
        ("I8MM", ["i8mm", "FEAT_I8MM"]),
        ("BF16", ["bf16", "FEAT_BF16"]),
        ("SVE", ["sve"]),
        ("SVE2", ["sve2"]),
        ("SME", ["sme", "FEAT_SME"]),
        ("SME2", ["sme2", "FEAT_SME2"]),
        ("AES", ["aes", "FEAT_AES"]),
    ];

    private static readonly Dictionary<string, string> BySpelling = Known
        .SelectMany(k => k.Spellings.Append(k.Name), (k, s) => (k.Name, Spelling: s))
        .DistinctBy(p => p.Spelling, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(p => p.Spelling, p => p.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, int> Order = Known.Select((k, i) => (k.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);

    /// <summary>The known extensions among some source's flags, each once, in a fixed order; flags of no interest are left out.</summary>
    public static ImmutableArray<string> Normalise(IEnumerable<string> flags) =>
        [.. flags.Select(f => BySpelling.GetValueOrDefault(f.Trim())).OfType<string>().Distinct(StringComparer.Ordinal).OrderBy(n => Order[n])];
}
