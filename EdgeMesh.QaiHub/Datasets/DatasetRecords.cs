using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Datasets;

/// <summary>The service's data sets as records.</summary>
internal static class DatasetRecords
{
    public static HubDataset Of(Dataset dataset) => new(
        dataset.DatasetId, dataset.Name, FromWire.Time(dataset.CreationTime), FromWire.Time(dataset.ExpirationTime), dataset.FileUploadComplete, dataset.Permanent);
}
