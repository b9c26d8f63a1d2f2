using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Costing;

/// <summary>What somebody else measured of a model on the same chip: better than an assumption, plainer than a run here.</summary>
/// <param name="RunMs">Milliseconds of one run.</param>
/// <param name="LoadMs">Milliseconds of loading it; null when not told.</param>
/// <param name="On">Where it computed: it says nothing about another processor.</param>
/// <param name="Basis">Who measured it and on what, in words.</param>
/// <param name="Inputs">The sizes that it was measured with: it says nothing of a run that names others.</param>
public sealed record PublishedLatency(double RunMs, double? LoadMs, AcceleratorKind On, string Basis, ImmutableArray<TensorInfo> Inputs = default);

/// <summary>The published figures that are about models on devices of this mesh. Immutable.</summary>
public sealed record PublishedLatencies(ImmutableDictionary<(DeviceId Device, string Model), PublishedLatency> Known)
{
    public static PublishedLatencies None { get; } = new(ImmutableDictionary<(DeviceId, string), PublishedLatency>.Empty);

    /// <summary>What is published of a model on a device, when it was measured on that kind of processor and with the sizes of this run; else null.</summary>
    public PublishedLatency? Find(DeviceId device, string model, AcceleratorKind? on, JobOptions? options) =>
        Known.TryGetValue((device, model), out var found) && found.On == on && OnnxSizes.Fits(options, found.Inputs) ? found : null;
}
