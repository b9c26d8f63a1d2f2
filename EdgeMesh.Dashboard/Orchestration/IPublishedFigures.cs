using EdgeMesh.Core.Costing;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>What others measured of models that devices of the mesh have; every decision reads it.</summary>
public interface IPublishedFigures
{
    PublishedLatencies Current { get; }
}
