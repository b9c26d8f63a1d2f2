using System.Collections.Immutable;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>The instruction sets .NET itself can use here.</summary>
public static class Intrinsics
{
    /// <summary>Names in the spelling of <see cref="CpuFlags"/>.</summary>
    public static ImmutableArray<string> Supported() =>
    [
        .. new (string Name, bool Supported)[]
        {
            ("SSE4.2", Sse42.IsSupported),
            ("AVX", Avx.IsSupported),
            ("FMA", Fma.IsSupported),
            ("AVX2", Avx2.IsSupported),
            ("AVX-VNNI", AvxVnni.IsSupported),
            ("AVX-512F", Avx512F.IsSupported),
            ("AVX-512BW", Avx512BW.IsSupported),
            ("AVX-512VBMI", Avx512Vbmi.IsSupported),
            ("AVX10.1", Avx10v1.IsSupported),
            ("AVX10.2", Avx10v2.IsSupported),
            ("AES", System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported),
            ("NEON", AdvSimd.IsSupported),
            ("DotProd", Dp.IsSupported),
            ("RDM", Rdm.IsSupported),
#pragma warning disable SYSLIB5003 // Only asked whether it is there; the experimental instructions are not used.
            ("SVE", Sve.IsSupported),
            ("SVE2", Sve2.IsSupported),
#pragma warning restore SYSLIB5003
        }.Where(s => s.Supported).Select(s => s.Name),
    ];
}
