global using System.Collections.Immutable;
global using EdgeMesh.Core.Primitives;
