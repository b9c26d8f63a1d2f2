using System.CommandLine;
using EdgeMesh.Bench;
using EdgeMesh.Bench.Catalogue;
using EdgeMesh.Bench.Chaos;
using EdgeMesh.Bench.Decision;
using EdgeMesh.Bench.Echo;
using EdgeMesh.Bench.Feed;
using EdgeMesh.Bench.Memory;
using EdgeMesh.Bench.Mesh;
using EdgeMesh.Bench.QaiHub;
using EdgeMesh.Bench.Start;

if (args is [EmptyHost.Word])
{
    return await EmptyHost.RunAsync();
}

IBenchmark[] all = [new EchoBenchmark(), new DecisionBenchmark(), new CatalogueBenchmark(), new FeedBenchmark(), new MemoryBenchmark(), new StartBenchmark(), new DetectionBenchmark(), new FleetBenchmark(), new UploadBenchmark()];
var list = string.Join('\n', all.Select(b => $"  {b.Name,-10}{b.Summary}"));
var names = new Argument<string[]>("names") { Description = "What to measure; everything when nothing is named.", Arity = ArgumentArity.ZeroOrMore };
names.AcceptOnlyFromAmong([.. all.Select(b => b.Name)]);
var root = new RootCommand($"Measures EdgeMesh against named baselines of the same run and prints one table.\n\nWhat can be measured:\n{list}") { names, ChaosCommand.Create() };
root.SetAction((parsed, cancellation) => Run.AllAsync(all, parsed.GetValue(names) ?? [], cancellation));
return await root.Parse(args).InvokeAsync();
