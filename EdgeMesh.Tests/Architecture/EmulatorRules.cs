using ArchUnitNET.Loader;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Emulator;

namespace EdgeMesh.Tests.Architecture;

/// <summary>The emulator shares the protocol with the client and nothing else: a mistake of one must not be hidden by the other.</summary>
public sealed class EmulatorRules
{
    private static readonly System.Reflection.Assembly Emulator = typeof(EmulatorHost).Assembly;

    [Fact]
    public void Emulator_References_NoOtherProjectOfOurs() =>
        Assert.Equal(["EdgeMesh.QaiHub"], Emulator.GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("EdgeMesh", StringComparison.Ordinal) || n == "edgemesh-agent"));

    [Fact]
    public void Emulator_UsesOfTheClient_OnlyItsMessages()
    {
        const string Client = "EdgeMesh.QaiHub.";
        string[] shared = [typeof(EmulatorMark).FullName!, typeof(EmulatedPlaceholder).FullName!];
        var uses =
            from type in new ArchLoader().LoadAssemblies(Emulator).Build().Types
            from dependency in type.Dependencies
            let target = dependency.Target.FullName
            where target.StartsWith(Client, StringComparison.Ordinal)
                && !target.StartsWith(Client + "Emulator.", StringComparison.Ordinal)
                && !target.StartsWith(Client + "Wire.", StringComparison.Ordinal)
                && !shared.Contains(target)
            select $"{type.FullName} → {target}";
        Assert.Empty(uses.Distinct());
    }
}
