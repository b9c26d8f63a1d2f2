using CsCheck;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Emulator.Graphs.Format;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.Tests.Support;
using Google.Protobuf;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>Reading graphs from files of any kind.</summary>
public sealed class OnnxGraphTests
{
    [Fact]
    public void Read_OfAModel_TellsNodesInputsAndOutputs()
    {
        var graph = Read(OnnxFiles.Tiny(OnnxFiles.Float32, -1, 3, 8, 8));
        Assert.Equal(["conv1", "relu1", "select"], graph.Nodes.Select(n => n.Name));
        Assert.Equal(16 * 3 * 3 * 3, graph.Nodes[0].Weights);
        Assert.Equal(("image", true, true), (Assert.Single(graph.Inputs).Name, graph.Inputs[0].IsDynamic, graph.Inputs[0].IsFloat));
        Assert.Equal("boxes", Assert.Single(graph.Outputs).Name);
    }

    [Fact]
    public void Read_OfAModelThatIsOneIf_CountsWhatIsInItsBranches()
    {
        var whole = ModelProto.Parser.ParseFrom(OnnxFiles.Tiny());
        var branches = new NodeProto { Name = "which", OpType = "If", Attribute = { new AttributeProto { G = whole.Graph.Clone() }, new AttributeProto { Graphs = { whole.Graph.Clone() } } } };
        whole.Graph.Node.Clear();
        whole.Graph.Node.Add(branches);
        var graph = Read(whole.ToByteArray());
        Assert.Equal(["which", "conv1", "relu1", "select", "conv1", "relu1", "select"], graph.Nodes.Select(n => n.Name));
        Assert.Equal(16 * 3 * 3 * 3, graph.Nodes[1].Weights);
    }

    [Fact]
    public void Read_OfNodesWithoutNames_NamesThem()
    {
        var model = ModelProto.Parser.ParseFrom(OnnxFiles.Tiny());
        model.Graph.Node[1].Name = "";
        model.Graph.Node.Insert(0, new NodeProto { OpType = "Constant", Output = { "c" } });
        Assert.Equal(["conv1", "Relu_1", "select"], Read(model.ToByteArray()).Nodes.Select(n => n.Name));
    }

    [Fact]
    public void Read_OfWeightsOfAnySize_NeverOverflows()
    {
        var model = ModelProto.Parser.ParseFrom(OnnxFiles.Tiny());
        model.Graph.Initializer[0].Dims.Add([long.MaxValue, long.MaxValue, -5]);
        Assert.Equal(0, Read(model.ToByteArray()).Nodes[0].Weights);
        model.Graph.Initializer[0].Dims.RemoveAt(6);
        Assert.InRange(Read(model.ToByteArray()).Nodes[0].Weights, 1, long.MaxValue);
    }

    [Fact]
    public void Read_OfAnyBytes_GivesAGraphOrNamesTheFailure()
    {
        byte[] valid = OnnxFiles.Tiny();
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, valid.Length]).Sample(
            (at, value, length) =>
            {
                byte[] changed = [.. valid];
                changed[at] = value;
                try
                {
                    Assert.NotEmpty(Read(changed[..length]).Nodes);
                }
                catch (JobFailure failure)
                {
                    Assert.NotEmpty(failure.Message);
                }
            },
            iter: 300);
    }

    private static OnnxGraph Read(byte[] file)
    {
        using var folder = new TemporaryDirectory();
        var assets = new AssetFolder(folder.Path);
        File.WriteAllBytes(folder["model"], file);
        return OnnxGraph.Read(assets, new Asset("model", "model.onnx", file.Length));
    }
}
