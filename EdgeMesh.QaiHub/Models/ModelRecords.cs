using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Models;

/// <summary>The service's models as records.</summary>
internal static class ModelRecords
{
    public static HubModel Of(Model model) => new(
        model.ModelId,
        model.Name,
        model.ModelType,
        FromWire.Time(model.CreationTime),
        model.ProducerId is { Length: > 0 } producer ? producer : null,
        FromWire.Mail(model.Owner),
        model.FileUploadComplete,
        model.IsDirectory,
        model.Metadata?.Entries.ToImmutableDictionary(e => (ModelMetadataKey)e.Key, e => e.Value) ?? ImmutableDictionary<ModelMetadataKey, string>.Empty);

    public static HubModel Of(Answer<Model> answer) => Of(answer.Message) with { Source = answer.Source };
}
