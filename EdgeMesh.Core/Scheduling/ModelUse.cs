namespace EdgeMesh.Core.Scheduling;

/// <summary>A model that attempts in flight on a device use, and what of its memory is promised: not in what is measured as free yet.</summary>
/// <param name="RuntimeId">The runtime, by its id on the device.</param>
/// <param name="ModelId">The model.</param>
/// <param name="WeightsMb">MiB of the model; 0 once it is in memory by the runtime's own word, since it is in the measurement then.</param>
/// <param name="WorkMb">MiB of the attempts themselves, as long as they are not in the measurement.</param>
[GenerateSerializer, Immutable]
public sealed record ModelUse(string RuntimeId, string ModelId, double WeightsMb, double WorkMb)
{
    /// <summary>Both, MiB.</summary>
    public double PromisedMb => WeightsMb + WorkMb;
}
