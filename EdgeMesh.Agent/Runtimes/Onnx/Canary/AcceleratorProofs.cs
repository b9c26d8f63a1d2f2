using System.Collections.Concurrent;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Runtimes.Onnx.Canary;

/// <summary>What the last canary on an accelerator showed.</summary>
/// <param name="Kind">CPU, GPU or NPU.</param>
/// <param name="Provider">The execution provider that ran it.</param>
/// <param name="At">When.</param>
/// <param name="Speed">What it measured: tokens a second of the built-in text model; null when it failed.</param>
/// <param name="Failure">Why it is not proven, in words; null when it is.</param>
/// <param name="Images">What the image model showed; null when it was not run yet.</param>
public sealed record AcceleratorProof(AcceleratorKind Kind, string Provider, DateTimeOffset At, MeasuredSpeed? Speed, string? Failure, ImageProof? Images = null)
{
    /// <summary>The canary's answer was the golden one.</summary>
    public bool IsProven => Failure is null && Speed is not null;

    /// <summary>What was run and what came of it, for people.</summary>
    public string Told => !IsProven ? $"not proven: {Failure}" : $"proven by the built-in text model on {Provider}" + Images switch
    {
        null => "",
        { MsPerStep: { } ms } => FormattableString.Invariant($", and by the built-in image model at {ms:0.##} ms a step"),
        _ => $"; not for images: {Images.Failure}",
    };
}

/// <summary>What the built-in image model showed on an accelerator.</summary>
/// <param name="MsPerStep">Milliseconds a denoising step; null when it failed.</param>
/// <param name="Failure">Why it is not proven for images; null when it is.</param>
public sealed record ImageProof(double? MsPerStep, string? Failure);

/// <summary>The proofs of this device's accelerators. Thread-safe; grows a version with every change.</summary>
public sealed class AcceleratorProofs
{
    private readonly ConcurrentDictionary<(AcceleratorKind, string), AcceleratorProof> _proofs = new();
    private long _version;

    public long Version => Interlocked.Read(ref _version);

    public void Set(AcceleratorProof proof)
    {
        _proofs[(proof.Kind, proof.Provider)] = proof;
        Interlocked.Increment(ref _version);
    }

    /// <summary>What was found, with what was proven: the first accelerator of a kind is the one its provider used.</summary>
    public ImmutableArray<Accelerator> Overlay(ImmutableArray<Accelerator> found)
    {
        var done = new HashSet<AcceleratorKind>();
        return [.. found.Select(a => done.Add(a.Kind) ? Overlay(a) : a)];
    }

    private Accelerator Overlay(Accelerator found)
    {
        var proof = _proofs.Values.Where(p => p.Kind == found.Kind).OrderByDescending(p => p.IsProven).ThenByDescending(p => p.Speed?.Value).FirstOrDefault();
        return proof switch
        {
            null => found,
            { IsProven: true } => found with { Status = AcceleratorStatus.Proven, ProvenAt = proof.At, Speed = proof.Speed, Source = $"{found.Source}; {proof.Told}" },
            _ => found with { Source = $"{found.Source}; {proof.Told}" },
        };
    }
}
