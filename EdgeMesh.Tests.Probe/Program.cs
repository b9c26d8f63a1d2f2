// usage: as a worker (worker PIPE --scratch DIR --read DIR …), with PROBE_TARGETS as JSON in the environment. Without --scratch it is not shut in.
// Prints one line for each attempt: NAME done, or NAME refused: why.
using System.Text.Json;
using EdgeMesh.Agent.Worker.Sandbox;
using EdgeMesh.Tests.Probe;

WorkerSandbox.Enter(args);
WorkerSandbox.Seal(args);
var targets = JsonSerializer.Deserialize<Targets>(Environment.GetEnvironmentVariable("PROBE_TARGETS")!)!;

// On a thread of the pool: every thread must be inside, not only the first.
await Task.Run(() => Attempts.Run(targets));
