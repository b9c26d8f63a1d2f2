using System.Text.Json.Serialization;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Dashboard.Api;

/// <summary>A data set of the service.</summary>
/// <param name="ExpiresAt">When the service deletes it; null for never.</param>
/// <param name="How">How it was made; null when it was made elsewhere.</param>
/// <param name="Model">The model that it was made for; null for none in particular, or when that is not known.</param>
/// <param name="Entries">How many times a model can be run with it; null when it was made elsewhere.</param>
public sealed record HubDatasetDto(string Id, string Name, DateTimeOffset? CreatedAt, DateTimeOffset? ExpiresAt, bool Uploaded, string? How, string? Model, int? Entries, IReadOnlyList<HubDataInputDto> Inputs)
{
    internal static HubDatasetDto From(HubDataset d) => new(
        d.Id, d.Name, d.Created, d.Expires, d.Uploaded, d.Note is { How.Length: > 0 } note ? note.How : null, d.Note?.ModelId, d.Note is { Entries: > 0 } known ? known.Entries : null,
        [.. d.Note?.Inputs.Select(i => new HubDataInputDto(i.Name, i.Type, i.Shape)) ?? []]);
}

/// <summary>An input of a data set.</summary>
public sealed record HubDataInputDto(string Name, string Type, IReadOnlyList<long> Shape);

/// <summary>A data set to make.</summary>
/// <param name="Source">arrays (.npz and .npy files of an upload), images (.png and .jpg files, or a .zip of them) or random.</param>
/// <param name="Upload">arrays and images: what POST /api/qaihub/models/uploads gave.</param>
/// <param name="Model">The model that it is for: an ONNX model that was uploaded here.</param>
/// <param name="Inputs">Names, shapes and types, where they are not those of the model.</param>
/// <param name="Entries">random: how many.</param>
/// <param name="Seed">random: the same seed makes the same numbers.</param>
/// <param name="Input">images: the input that takes them, where several could.</param>
/// <param name="Fit">images: cover, contain or stretch.</param>
/// <param name="Scale">images: zero-to-one, minus-one-to-one, imagenet or raw.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HubDatasetWishDto(
    string? Source, string? Name = null, string? Upload = null, string? Model = null, IReadOnlyList<HubInputDto>? Inputs = null, int Entries = 16, int Seed = 0, string? Input = null,
    ImageFit Fit = ImageFit.Cover, ImageScale Scale = ImageScale.ZeroToOne)
{
    /// <summary>The order, or what is wrong with the body.</summary>
    internal (DatasetOrder? Order, Problem? Wrong) Read()
    {
        DatasetSource? source = Source switch
        {
            "arrays" => new DatasetSource.Arrays(Upload ?? ""),
            "images" => new DatasetSource.Images(Upload ?? "", Input, Fit, Scale),
            "random" => new DatasetSource.Random(Entries, Seed),
            _ => null,
        };
        if (source is null)
        {
            return (null, ApiProblems.BodyWrong("source must be arrays, images or random.", "source"));
        }

        var inputs = ImmutableArray.CreateBuilder<TensorSpec>();
        foreach (var input in Inputs ?? [])
        {
            if (input is not { Name: { Length: > 0 } name, Shape: { } shape } || shape.Any(d => d < 1) || HubTypes.Parse(input.Type) is not { } type)
            {
                return (null, ApiProblems.BodyWrong($"Every input needs a name, a shape of numbers from 1 on, and a type ({string.Join(", ", HubTypes.All)}).", "inputs"));
            }

            inputs.Add(new TensorSpec(name, [.. shape.Select(d => new TensorDim(d))], type));
        }

        return (new DatasetOrder(Name ?? "", Model, inputs.ToImmutable(), source), null);
    }
}
