global using System.Collections.Immutable;
global using EdgeMesh.Core.Primitives;
global using EdgeMesh.Core.Tasks;
global using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;
