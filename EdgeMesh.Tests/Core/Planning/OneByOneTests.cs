using CsCheck;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Planning;

/// <summary>One list scheduling: a plan of many tasks is what comes of placing them one after the other.</summary>
public sealed class OneByOneTests
{
    private static readonly Gen<FleetSnapshot> Fleets =
        from parts in Gen.Select(Gen.Int[1, 3], Gen.Double[0, 90_000].Array[0, 4], Gen.Double[0, 90_000].Array[0, 3]).Array[1, 5]
        select Any.FleetOf([.. parts.Select((p, i) => Any.Device(i) with
        {
            Runtimes = [new RuntimeInfo("painter", "Painter", RuntimeState.Ready, null, [new ModelInfo("sd", [Skill.Image], null, null, 3)], [TaskKind.ImageGenerate], null, Slots: p.Item1)],
            Lanes = p.Item2.Length + p.Item3.Length == 0 ? [] : [new Lane("painter", p.Item1, [.. p.Item2], [.. p.Item3])],
            RoundTripMs = 1 + (i * Math.PI), // no two are equally soon to the last digit
        })]);

    [Fact]
    public void Plan_ManyTasks_IsTheSameAsPlacingThemOneAfterTheOther() => Gen.Select(Fleets, Gen.Int[1, 16]).Sample((fleet, count) =>
    {
        var request = Any.Request(JobKind.Image, options: new ImageOptions(count));
        var plan = PlanningPipeline.Plan(request, fleet, Any.Context()).Plan!;
        foreach (var (task, planned) in plan.Tasks.Zip(plan.Placements))
        {
            var (placement, _) = PlanningPipeline.PlaceAgain(task, TaskLoad.Of(request.Text, task.Options), request, fleet, Any.Context(), Tried.Nothing);
            Assert.Equal(planned.Device, placement!.Device);
            Assert.Equal(planned.Predicted.WaitMs, placement.Predicted.WaitMs, 6);
            fleet = fleet.With(task, placement, request.Text.Length);
        }
    });
}
