using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ArchUnitNET.Loader;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Emulator;
using Model = ArchUnitNET.Domain.Architecture;

namespace EdgeMesh.Tests.Architecture;

/// <summary>Who may depend on whom (docs/architecture.md, "Layout"): read from the built assemblies, so a rule cannot be forgotten.</summary>
public sealed class DependencyRules
{
    private static readonly System.Reflection.Assembly Core = typeof(JobRequest).Assembly;
    private static readonly System.Reflection.Assembly QaiHub = typeof(IQaiHubClient).Assembly;
    private static readonly System.Reflection.Assembly Agent = System.Reflection.Assembly.Load("edgemesh-agent");
    private static readonly System.Reflection.Assembly Dashboard = typeof(IFleet).Assembly;
    private static readonly Model Loaded = new ArchLoader().LoadAssemblies(Core, Agent, Dashboard).Build();

    [Fact]
    public void Core_References_OnlyProtobufGrpcApiAndOrleansSerialization()
    {
        string[] allowed = ["Google.Protobuf", "Grpc.Core.Api", "Orleans.Serialization", "Orleans.Serialization.Abstractions"];
        var foreign = References(Core).Where(n => !IsFramework(n) && !allowed.Contains(n));
        Assert.Empty(foreign);
        Assert.DoesNotContain(References(Core), n => n.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void QaiHub_References_OnlyProtobufPollyHdf5AndConfiguration()
    {
        string[] allowed = ["Google.Protobuf", "Polly.Core", "PureHDF"];
        var foreign = References(QaiHub).Where(n => !IsFramework(n) && !allowed.Contains(n) && !n.StartsWith("Microsoft.Extensions.Configuration", StringComparison.Ordinal));
        Assert.DoesNotContain(foreign, n => n != "Microsoft.Win32.Primitives");
    }

    // The library's reader follows a damaged file in circles until the stack ends, which nothing can catch.
    [Fact]
    public void Hdf5_IsWritten_AndNeverRead()
    {
        Assert.DoesNotContain("PureHDF", References(Core).Concat(References(Agent)).Concat(References(Dashboard)));
        Assert.All([QaiHub, typeof(EmulatorHost).Assembly], OnlyWritesHdf5);
    }

    private static void OnlyWritesHdf5(System.Reflection.Assembly assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly.Location));
        var metadata = image.GetMetadataReader();
        var used =
            from member in metadata.MemberReferences.Select(metadata.GetMemberReference)
            where member.Parent.Kind == HandleKind.TypeReference && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name) == "H5File"
            select metadata.GetString(member.Name);
        Assert.Equal([".ctor", "Write"], used.Distinct().Order());
    }

    [Fact]
    public void Agent_References_NeitherDashboardNorDatabaseNorOrleansRuntime() =>
        Assert.DoesNotContain(References(Agent), n => n is "EdgeMesh.Dashboard" or "EdgeMesh.QaiHub.Emulator" or "Orleans.Runtime" or "MudBlazor" || n.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal));

    [Fact]
    public void Dashboard_References_NoInferenceEngine() =>
        Assert.DoesNotContain(References(Dashboard), n => n.StartsWith("Microsoft.ML", StringComparison.Ordinal) || n.StartsWith("OpenAI", StringComparison.Ordinal));

    [Fact]
    public void Features_Use_NoOtherFeature()
    {
        const string Root = "EdgeMesh.Dashboard.Features.";
        var crossings =
            from type in Loaded.Types
            where type.FullName.StartsWith(Root, StringComparison.Ordinal)
            from dependency in type.Dependencies
            let target = dependency.Target.FullName
            where target.StartsWith(Root, StringComparison.Ordinal) && Feature(target) != Feature(type.FullName)
            select $"{type.FullName} → {target}";
        Assert.Empty(crossings.Distinct());

        static string Feature(string name) => name[Root.Length..].Split('.')[0];
    }

    [Fact]
    public void Pages_KnowInterfaces_NotGrainsOrDatabase()
    {
        string[] hidden = ["EdgeMesh.Dashboard.Storage.", "Orleans.", "Microsoft.EntityFrameworkCore."];
        var crossings =
            from type in Loaded.Types
            where type.FullName.StartsWith("EdgeMesh.Dashboard.Features.", StringComparison.Ordinal)
                || type.FullName.StartsWith("EdgeMesh.Dashboard.Components.", StringComparison.Ordinal)
            from dependency in type.Dependencies
            where hidden.Any(h => dependency.Target.FullName.StartsWith(h, StringComparison.Ordinal))
            select $"{type.FullName} → {dependency.Target.FullName}";
        Assert.Empty(crossings.Distinct());
    }

    private static IEnumerable<string> References(System.Reflection.Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(a => a.Name!);

    private static bool IsFramework(string name) =>
        name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal);
}
