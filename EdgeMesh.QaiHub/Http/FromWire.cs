using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Http;

/// <summary>The service's messages as our records: what jobs, models and lists share.</summary>
internal static class FromWire
{
    public static HubUser User(User user) => new(user.Id, HubErrors.Clean($"{user.FirstName} {user.LastName}"), user.Email);

    public static HubDevice Device(Device device) => new(device.Name, device.Os, [.. device.Attributes], device.SocDescription);

    public static HubModel Model(Model model) => new(
        model.ModelId,
        model.Name,
        model.ModelType,
        Time(model.CreationTime),
        model.ProducerId is { Length: > 0 } producer ? producer : null,
        Mail(model.Owner),
        model.FileUploadComplete,
        model.IsDirectory,
        model.Metadata?.Entries.ToImmutableDictionary(e => (ModelMetadataKey)e.Key, e => e.Value) ?? ImmutableDictionary<ModelMetadataKey, string>.Empty);

    public static HubDataset Dataset(Dataset dataset) => new(
        dataset.DatasetId, dataset.Name, Time(dataset.CreationTime), Time(dataset.ExpirationTime), dataset.FileUploadComplete, dataset.Permanent);

    public static HubModel Model(Answer<Model> answer) => Model(answer.Message) with { Source = answer.Source };

    public static HubFile File(FileDownloadURL file) => new(HubAddress.Storage(file.Url), HubErrors.Clean(file.Filename));

    public static HubFile File(Answer<FileDownloadURL> answer) => File(answer.Message) with { Source = answer.Source };

    public static ImmutableArray<TensorSpec> Tensors(NamedTensorTypeList? list) =>
        [.. list?.Types_.Select(t => new TensorSpec(t.Name, [.. t.TensorType?.Shape.Select(d => new TensorDim((long)d)) ?? []], t.TensorType?.Dtype ?? TensorDtype.Unspecified)) ?? []];

    public static string? Mail(User? user) => user?.Email is { Length: > 0 } mail ? mail : null;

    /// <summary>A time outside what a calendar holds counts as none.</summary>
    public static DateTimeOffset? Time(Timestamp? time)
    {
        try
        {
            return time?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
