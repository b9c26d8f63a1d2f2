using System.Text.Json.Serialization;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>A data set to make.</summary>
/// <param name="Name">For people; empty names it after its source.</param>
/// <param name="ModelId">The model that it is for, whose inputs are known here; null or empty for none.</param>
/// <param name="Inputs">Names, shapes and types; empty takes those of the model.</param>
public sealed record DatasetOrder(string Name, string? ModelId, ImmutableArray<TensorSpec> Inputs, DatasetSource Source);

/// <summary>Where the numbers come from.</summary>
public abstract record DatasetSource
{
    private DatasetSource()
    {
    }

    /// <summary>NumPy's .npz and .npy files of an upload.</summary>
    public sealed record Arrays(string Upload) : DatasetSource;

    /// <summary>PNG and JPEG pictures of an upload, or a zip of them.</summary>
    /// <param name="Input">The input that takes them; null where only one can.</param>
    public sealed record Images(string Upload, string? Input, ImageFit Fit, ImageScale Scale) : DatasetSource;

    /// <summary>Random numbers: enough to see whether something runs, never to judge how good it is.</summary>
    public sealed record Random(int Entries, int Seed) : DatasetSource;
}

/// <summary>How a picture comes to the size of the input.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageFit>))]
public enum ImageFit
{
    /// <summary>It fills the input; what stands out is cut off at the sides.</summary>
    [JsonStringEnumMemberName("cover")] Cover,

    /// <summary>All of it is there, with black at the sides.</summary>
    [JsonStringEnumMemberName("contain")] Contain,

    /// <summary>It is stretched.</summary>
    [JsonStringEnumMemberName("stretch")] Stretch,
}

/// <summary>What the values of a picture become.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageScale>))]
public enum ImageScale
{
    /// <summary>0 to 1.</summary>
    [JsonStringEnumMemberName("zero-to-one")] ZeroToOne,

    /// <summary>−1 to 1.</summary>
    [JsonStringEnumMemberName("minus-one-to-one")] MinusOneToOne,

    /// <summary>By the mean and deviation of ImageNet's colours.</summary>
    [JsonStringEnumMemberName("imagenet")] ImageNet,

    /// <summary>0 to 255, as they are.</summary>
    [JsonStringEnumMemberName("raw")] Raw,
}
