using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Sizes of compiled models: those that the artifact itself fixes, else those of its compile job.</summary>
public sealed class HubArtifactInputs(HubBoard board, HubJobStore store) : IArtifactInputs
{
    public async Task<ArtifactInputs> OfAsync(string? source, CancellationToken cancellationToken) =>
        source is not null && HubOrigin.Parse(source) is { } origin && (board.Current.Jobs.Find(origin.Job) ?? await store.FindAnywhereAsync(origin.Job, cancellationToken)) is { } job
            ? Of(job)
            : ArtifactInputs.Unknown;

    /// <summary>The inputs of what a job made. Pure.</summary>
    public static ArtifactInputs Of(TrackedJob job)
    {
        var asked = AreKnown(job.TargetInputs) ? job.TargetInputs : job.Inputs;
        var own = job.Artifact?.Inputs is { IsDefaultOrEmpty: false } read ? read : [];
        if (own.IsEmpty)
        {
            return AreKnown(asked) ? new ArtifactInputs(Infos(asked), Given(asked)) : ArtifactInputs.Unknown;
        }

        var all = own.Select(o => o.IsStatic ? o : asked.FirstOrDefault(a => Fills(a, o))).ToList();
        return all.Contains(null) ? ArtifactInputs.Unknown : new ArtifactInputs(Infos(all!), Given(own.Zip(all, (o, a) => o.IsStatic ? null : a).OfType<TensorSpec>()));
    }

    /// <summary>Every size has a number.</summary>
    public static bool AreKnown(ImmutableArray<TensorSpec> inputs) => !inputs.IsDefaultOrEmpty && inputs.All(i => i.IsStatic);

    public static ImmutableArray<TensorInfo> Infos(IEnumerable<TensorSpec> inputs) => [.. inputs.Select(i => new TensorInfo(i.Name, HubTypes.Name(i.Dtype), Sizes(i)))];

    private static bool Fills(TensorSpec asked, TensorSpec own) => asked.Name == own.Name && asked.IsStatic && (!own.HasShape || own.Shape.Length == asked.Shape.Length);

    private static ImmutableArray<OnnxInput> Given(IEnumerable<TensorSpec> inputs) => [.. inputs.Select(i => new OnnxInput(i.Name, Sizes(i)))];

    private static ImmutableArray<long> Sizes(TensorSpec spec) => [.. spec.Shape.Select(d => d.Size!.Value)];
}
