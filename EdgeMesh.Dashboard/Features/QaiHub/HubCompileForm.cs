using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>What the compile form holds.</summary>
public sealed class HubCompileForm
{
    public string ModelId { get; set; } = "";

    public HubDevice? Device { get; set; }

    public string Runtime { get; set; } = TargetRuntimes.Of(TargetRuntime.Onnx).Value;

    public List<HubInputRow> Inputs { get; } = [];

    public OptionLine Options { get; set; } = OptionLine.Empty;

    public bool AlsoProfile { get; set; } = true;

    public OptionLine ProfileOptions { get; set; } = OptionLine.Empty;

    public string Name { get; set; } = "";

    /// <summary>A data set to calibrate with; empty for none.</summary>
    public string DatasetId { get; set; } = "";

    /// <summary>What has to be filled in first; null when nothing.</summary>
    public string? Missing =>
        ModelId.Length == 0 ? "Choose a model."
        : Device is null ? "Choose a device."
        : Inputs.FirstOrDefault(i => i.Name.Trim().Length == 0) is not null ? "Give every input a name, as the model calls it."
        : Inputs.FirstOrDefault(i => i.Spec is null) is { } wrong ? $"Give the input \"{wrong.Name}\" a shape, such as 1, 3, 224, 224; [] is a scalar."
        : null;

    /// <summary>The order it stands for; null while something is missing.</summary>
    public CompileOrder? Order() => Missing is not null || Device is null ? null : new CompileOrder(
        ModelId, Device.Name, Device.Os, Runtime, [.. Inputs.Select(i => i.Spec!)], Options.ToString(), AlsoProfile ? ProfileOptions.ToString() : null, Name.Trim(), DatasetId.Length > 0 ? DatasetId : null);
}

/// <summary>One input as a person edits it.</summary>
public sealed class HubInputRow
{
    private TensorSpec? _own;

    public string Name { get; set; } = "";

    public string Shape { get; set; } = "";

    public TensorDtype Type { get; set; } = TensorDtype.Float32;

    /// <summary>Read from the model's file: its name is not for changing.</summary>
    public bool IsKnown { get; private init; }

    /// <summary>Null while it is not complete. The model's own shape stays what it is until another one is typed.</summary>
    public TensorSpec? Spec =>
        Name.Trim() is not { Length: > 0 } name ? null
        : _own is { HasShape: true } own && (Shape.Trim() == own.ShapeText || (own.Shape.IsEmpty && Shape.Trim().Length == 0)) ? own with { Dtype = Type }
        : TensorSpec.ParseShape(Shape) is { } shape ? new TensorSpec(name, shape, Type)
        : null;

    public static HubInputRow Of(TensorSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new HubInputRow { Name = spec.Name, Shape = spec.ShapeText, Type = spec.Dtype, IsKnown = true, _own = spec };
    }
}
