global using System.Collections.Immutable;
global using EdgeMesh.Core.Events;
global using EdgeMesh.Core.Primitives;
global using EdgeMesh.Core.Tasks;
