using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>The policies in words: a name and what it does.</summary>
public static class PolicyWords
{
    /// <summary>Those a person may choose now, in the order of the form.</summary>
    public static ImmutableArray<JobPolicy> Offered { get; } =
    [
        JobPolicy.BestAvailable, JobPolicy.PreferLocal, JobPolicy.PreferRemote, JobPolicy.RequireNpu, JobPolicy.RequireGpu, JobPolicy.ForceDevice,
    ];

    public static string Name(JobPolicy policy) => policy switch
    {
        JobPolicy.BestAvailable => "Best available",
        JobPolicy.PreferLocal => "Prefer this computer",
        JobPolicy.PreferRemote => "Prefer another device",
        JobPolicy.RequireNpu => "Only on an NPU",
        JobPolicy.RequireGpu => "Only on a GPU",
        JobPolicy.ForceDevice => "One device that I choose",
        _ => "Low power",
    };

    public static string Explain(JobPolicy policy) => policy switch
    {
        JobPolicy.BestAvailable => "The best model that is ready, then the soonest result, on any device.",
        JobPolicy.PreferLocal => "This computer when it can do it, else the next best device.",
        JobPolicy.PreferRemote => "Any device but this computer when one can do it, so this one stays free.",
        JobPolicy.RequireNpu => "Only where a run has proved that the NPU computes. Refused when there is none.",
        JobPolicy.RequireGpu => "Only where a run has proved that the GPU computes. Refused when there is none.",
        JobPolicy.ForceDevice => "Only this device. Refused when it cannot, never moved to another.",
        _ => "The least energy. Needs power figures that are not measured yet.",
    };
}
