using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Wire;
using Range = EdgeMesh.QaiHub.Wire.Range;

namespace EdgeMesh.QaiHub.Emulator.Profiles;

/// <summary>A profile of a model's real operations with emulated times; it says so in its runtime configuration and tool versions.</summary>
internal static class ProfileMaker
{
    private const ulong Megabyte = 1_000_000;
    private const int UsualRuns = 100;
    private const int MostRuns = 1000;
    private const int Loads = 3;

    /// <summary>The version of the profile's form: clients read one without it the old way, without ranges and warm loads.</summary>
    private const ulong Major = 1;
    private const ulong Minor = 2;

    public static ProfileDetail Make(OnnxGraph graph, long modelBytes, CatalogueDevice device, TargetRuntime runtime, bool quantized, JobOptions options)
    {
        var units = options.Choices("compute_unit", "all", LayerPlacement.Units);
        var placement = new LayerPlacement(device, runtime, quantized || graph.IsQuantized, units);
        var profile = new ProfileDetail { MajorVersion = Major, MinorVersion = Minor };
        ulong total = 0;
        foreach (var node in graph.Nodes)
        {
            var layer = Layer(node, placement.Of(node), device, profile.LayerDetails.Count);
            total += LayerTimes.Of(node, layer.ComputeUnit, device);
            profile.LayerDetails.Add(layer);
        }

        if (runtime.NeedsQnn)
        {
            TellCycles(profile);
        }

        AddSegments(profile);
        AddTimes(profile, total, Runs(options), (ulong)modelBytes);
        AddMemory(profile, (ulong)modelBytes);
        profile.RuntimeConfig.Add(new RuntimeConfig { Name = "emulator", Properties = { new RuntimeConfigProperty { Key = "emulated", Value = "true: times and memory are made up, nothing was measured" } } });
        profile.ToolVersions.Add(new ToolVersion { Name = "EdgeMesh emulator", Version = typeof(ProfileMaker).Assembly.GetName().Version!.ToString(3) });
        return profile;
    }

    private static LayerDetail Layer(GraphNode node, ComputeUnit unit, CatalogueDevice device, int index) => new()
    {
        Id = $"{index}",
        Name = node.Name,
        LayerTypeName = node.OpType,
        ComputeUnit = unit,
        DelegateName = "emulated",
        ExecutionTime = LayerTimes.Of(node, unit, device),
    };

    /// <summary>Compiled for QNN, the service tells the NPU's cycles in place of times.</summary>
    private static void TellCycles(ProfileDetail profile)
    {
        foreach (var layer in profile.LayerDetails.Where(l => l.ComputeUnit == ComputeUnit.Npu))
        {
            layer.ExecutionCycles = layer.ExecutionTime * 1000;
            layer.ClearExecutionTime();
        }
    }

    /// <summary>Layers in a row on one unit are a segment.</summary>
    private static void AddSegments(ProfileDetail profile)
    {
        foreach (var layer in profile.LayerDetails)
        {
            if (profile.SegmentDetails.Count == 0 || profile.SegmentDetails[^1].ComputeUnit != layer.ComputeUnit)
            {
                profile.SegmentDetails.Add(new SegmentDetail { Id = $"{profile.SegmentDetails.Count}", ComputeUnit = layer.ComputeUnit, DelegateName = "emulated" });
            }

            layer.SegmentId = profile.SegmentDetails[^1].Id;
        }
    }

    private static void AddTimes(ProfileDetail profile, ulong fastest, int runs, ulong modelBytes)
    {
        profile.ExecutionTime = fastest;
        profile.AllExecutionTimes.AddRange(Enumerable.Range(0, runs).Select(run => fastest + (run == runs / 2 ? 0 : (ulong)(fastest * 0.06 * LayerTimes.Share($"run {run}")))));
        profile.ColdLoadTime = 60_000 + (modelBytes / 400);
        profile.WarmLoadTime = 15_000 + (modelBytes / 1600);
        profile.CompileTime = 30_000 + (modelBytes / 800);
        profile.LoadTime = profile.ColdLoadTime;
        profile.AllCompileTimes.Add(profile.CompileTime);
        profile.AllColdLoadTimes.Add(profile.ColdLoadTime);
        profile.AllWarmLoadTimes.AddRange(Enumerable.Range(0, Loads).Select(load => profile.WarmLoadTime + (ulong)(load * 500)));
    }

    private static void AddMemory(ProfileDetail profile, ulong modelBytes)
    {
        ulong peak = (8 * Megabyte) + modelBytes;
        ulong before = 6 * Megabyte;
        profile.PeakMemoryUsage = peak;
        (profile.BeforeCompileCurrentMemory, profile.BeforeCompilePeakMemory, profile.AfterCompileCurrentMemory, profile.AfterCompilePeakMemory) = (before, before, before, peak);
        (profile.BeforeColdLoadCurrentMemory, profile.BeforeColdLoadPeakMemory, profile.AfterColdLoadCurrentMemory, profile.AfterColdLoadPeakMemory) = (before, before, modelBytes, peak);
        (profile.BeforeWarmLoadCurrentMemory, profile.BeforeWarmLoadPeakMemory, profile.AfterWarmLoadCurrentMemory, profile.AfterWarmLoadPeakMemory) = (before, before, modelBytes, peak);
        (profile.BeforeExecutionCurrentMemory, profile.BeforeExecutionPeakMemory, profile.AfterExecutionCurrentMemory, profile.AfterExecutionPeakMemory) = (modelBytes, peak, modelBytes, peak);
        profile.CompileMemory = Usage(modelBytes, modelBytes + (4 * Megabyte), modelBytes, peak);
        profile.ExecutionMemory = Usage(0, 2 * Megabyte, modelBytes, peak);
        profile.ColdLoadMemory = Usage(modelBytes, modelBytes + (4 * Megabyte), modelBytes, peak);
        profile.WarmLoadMemory = Usage(0, 4 * Megabyte, modelBytes, peak);
    }

    private static ProfileDetail.Types.MemoryUsage Usage(ulong leastIncrease, ulong mostIncrease, ulong leastPeak, ulong mostPeak) =>
        new() { Increase = new Range { Lower = leastIncrease, Upper = mostIncrease }, Peak = new Range { Lower = leastPeak, Upper = mostPeak } };

    private static int Runs(JobOptions options) => options["max_profiler_iterations"] switch
    {
        null => UsualRuns,
        var text when int.TryParse(text, out int runs) && runs > 0 => Math.Min(runs, MostRuns),
        var text => throw JobOptions.Invalid($"argument --max_profiler_iterations: invalid int value: '{text}'"),
    };
}
