global using System.Collections.Immutable;
global using System.Diagnostics;
global using EdgeMesh.Bench.Programs;
global using EdgeMesh.Bench.Reporting;
global using EdgeMesh.Core.Events;
global using EdgeMesh.Core.Primitives;
global using EdgeMesh.Core.Tasks;
