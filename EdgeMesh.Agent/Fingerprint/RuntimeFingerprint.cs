using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Worker.Sandbox;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>Architecture, and what .NET itself sees where the OS said nothing; goes last.</summary>
public sealed class RuntimeFingerprint : IFingerprint
{
    public HostPlatform? Platform => null;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        var runtime = host.Runtime;
        draft.AddFact("Architecture", runtime.Architecture, "RuntimeInformation.OSArchitecture");
        if (runtime.ProcessArchitecture != runtime.Architecture)
            draft.AddFact("Agent runs as", $"{runtime.ProcessArchitecture} (emulated)", "RuntimeInformation.ProcessArchitecture");
        draft.SetOs(runtime.OsDescription, "RuntimeInformation.OSDescription");
        draft.SetCpuModel(host.Env("PROCESSOR_IDENTIFIER"), "PROCESSOR_IDENTIFIER");
        draft.SetLogicalCores(runtime.ProcessorCount, "Environment.ProcessorCount");
        draft.SetRamTotal(runtime.MemoryBytes / 1024 / 1024, "GCMemoryInfo.TotalAvailableMemoryBytes");
        draft.AddInstructionSets(runtime.OsInstructionSets, "IsProcessorFeaturePresent");
        draft.AddInstructionSets(runtime.InstructionSets, "System.Runtime.Intrinsics");
        draft.AddFact("Model sandbox", runtime.Sandbox, "the kernel, asked by the agent");
        if (runtime.Sandbox.Length > 0 && runtime.Platform == HostPlatform.Linux)
        {
            foreach (var (name, value) in DriverFiles.Describe(host.List("/dev")))
                draft.AddFact(name, value, "/dev, by the names that the agent knows");
        }

        return default;
    }
}
