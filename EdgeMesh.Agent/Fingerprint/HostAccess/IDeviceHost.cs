using System.Collections.Immutable;

namespace EdgeMesh.Agent.Fingerprint.HostAccess;

/// <summary>The machine as the fingerprints see it. Nothing here throws for what is missing, forbidden or broken, and nothing hangs.</summary>
public interface IDeviceHost
{
    /// <summary>What the .NET runtime says of this process.</summary>
    RuntimeFacts Runtime { get; }

    /// <summary>Reads the beginning of a file, at most the buffer's length; the bytes read, or -1 when it cannot be read.</summary>
    int Read(string path, Span<byte> buffer);

    /// <summary>The names (not paths) in a directory, in ordinal order; empty when it cannot be listed.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Whether the file or directory is there and may be seen.</summary>
    bool Exists(string path);

    /// <summary>What a program writes to its standard output; null when it is missing, fails, or does not end in time (it is ended then).</summary>
    Task<string?> RunAsync(string program, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>An environment variable; null when not set.</summary>
    string? Env(string name);

    /// <summary>Free bytes of the file system that holds the path or its nearest existing parent; null when unknown.</summary>
    long? DiskFreeBytes(string path);
}

/// <summary>The family of operating systems, which decides where facts are looked for.</summary>
public enum HostPlatform
{
    Unknown,
    Linux,
    Windows,
    MacOs,
}

/// <summary>Facts of the .NET runtime.</summary>
/// <param name="Platform">The OS family; Android counts as Linux.</param>
/// <param name="Architecture">Of the operating system, in lower case: <c>x64</c>, <c>arm64</c>.</param>
/// <param name="ProcessArchitecture">Of this process; differs under emulation.</param>
/// <param name="OsDescription">As the runtime describes the OS.</param>
/// <param name="ProcessorCount">Processors this process may use.</param>
/// <param name="MemoryBytes">Memory the garbage collector sees: physical, or the limit of the container; null when unknown.</param>
/// <param name="InstructionSets">What the JIT can use.</param>
/// <param name="OsInstructionSets">What the OS answers when asked through its API (Windows on Arm); empty elsewhere.</param>
/// <param name="Sandbox">What holds the processes that run models, in words; empty when it was not asked.</param>
public sealed record RuntimeFacts(
    HostPlatform Platform,
    string Architecture,
    string ProcessArchitecture,
    string OsDescription,
    int ProcessorCount,
    long? MemoryBytes,
    ImmutableArray<string> InstructionSets,
    ImmutableArray<string> OsInstructionSets,
    string Sandbox = "");
