using CsCheck;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Options;

public sealed class OptionTests
{
    private static readonly string[] Pieces = ["--a", "--b c", "--d \"e f\"", "--g=h", "--i \"it's\"", "--j 'say \"x\"'", "x", " "];
    private static readonly HubDevice S24 = new("Galaxy S24", "14", ["framework:qnn", "framework:onnx", "framework:tflite", "htp-supports-fp16:true"], "");
    private static readonly HubDevice Old = new("Pixel 3", "10", ["framework:onnx", "framework:tflite"], "");
    private static readonly TensorSpec Image = new("image", [new(1), new(3), new(224), new(224)], TensorDtype.Float32);
    private static readonly TensorSpec Ids = new("ids", [new(1), new(77)], TensorDtype.Int64);

    [Fact]
    public void Parse_Line_ReadsFlagsValuesAndQuotes()
    {
        var line = OptionLine.Parse("  --target_runtime onnx --truncate_64bit_io --qnn_options=\"a=1;b=2\" --output_names \"x y\" ");
        Assert.Equal("onnx", line["--target_runtime"]);
        Assert.Equal("", line["--truncate_64bit_io"]);
        Assert.Equal("a=1;b=2", line["--qnn_options"]);
        Assert.Null(line["--quantize_io"]);
        Assert.Equal("--target_runtime onnx --truncate_64bit_io --qnn_options a=1;b=2 --output_names \"x y\"", line.ToString());
        Assert.Equal("--truncate_64bit_io --target_runtime qnn_dlc", OptionLine.Parse("--target_runtime onnx --truncate_64bit_io").With("--target_runtime", "qnn_dlc").ToString());
        Assert.Equal("", line.With("--target_runtime", null).With("--truncate_64bit_io", null).With("--qnn_options", null).With("--output_names", null).ToString());
    }

    [Fact]
    public void Parse_WhatItWrote_IsTheSame() =>
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 6].Select(p => string.Join(' ', p))
            .Sample(text => OptionLine.Parse(OptionLine.Parse(text).ToString()) == OptionLine.Parse(text));

    [Theory]
    [InlineData("--target_runtime onnx", false, "")]
    [InlineData("--target_runtime qnn_dlc", true, "ids")]
    [InlineData("--target_runtime qnn_dlc --truncate_64bit_io", false, "")]
    [InlineData("", true, "ids")]
    [InlineData("--target_runtime qnn_lib_aarch64_android", true, "--target_runtime")]
    [InlineData("--target_runtime onnx --quantize_full_type int8", true, "--quantize_full_type")]
    [InlineData("--target_runtime onnx --invented", false, "--invented")]
    [InlineData("onnx", true, "options")]
    public void Check_CapableDevice_FindsWhatTheServiceWouldRefuse(string options, bool blocks, string about)
    {
        var findings = CompileChecks.Check(S24, [Image, Ids], [], OptionLine.Parse(options));
        Assert.Equal((blocks, about), findings is [var first, ..] ? (first.Blocks, first.About) : (false, ""));
    }

    [Theory]
    [InlineData("--target_runtime qnn_context_binary", true)]
    [InlineData("--target_runtime qnn_context_binary --quantize_full_type int8", true)]
    [InlineData("--target_runtime qnn_context_binary --quantize_full_type int8 --quantize_io", false)]
    [InlineData("--target_runtime onnx", false)]
    [InlineData("--target_runtime tflite", false)]
    public void Check_DeviceWithoutFp16_FindsFloatInputs(string options, bool blocks) =>
        Assert.Equal(blocks, CompileChecks.Check(Old, [Image], [], OptionLine.Parse(options)).Any(f => f.Blocks && f.About == "image"));

    [Fact]
    public void Check_DeviceWithoutTheFramework_SaysSoAndDoesNotBlock() =>
        Assert.False(Assert.Single(CompileChecks.Check(Old, [], [], OptionLine.Parse("--target_runtime qnn_dlc"))).Blocks);

    [Fact]
    public void Check_InputsThatCannotBe_Block()
    {
        TensorSpec[] inputs = [new("a", [new(null, "batch")], TensorDtype.Float32), new("b", [new(1)], TensorDtype.Unspecified), Image, Image];
        var findings = CompileChecks.Check(S24, [.. inputs], [], OptionLine.Parse("--target_runtime onnx"));
        Assert.Equal(["a", "b", "image"], findings.Where(f => f.Blocks).Select(f => f.About));
        Assert.Equal(HubFailure.CheckFailed, Assert.Throws<QaiHubException>(() => CompileChecks.Require(findings)).Kind);
        CompileChecks.Require([]);
    }

    [Theory]
    [InlineData("Model input 'image' has dynamic shapes. Please use a static shape.", "fixed shape")]
    [InlineData("Tensor 'image' has a floating-point type which is not supported by the targeted device. Please quantize the model including its I/O and try again.", "--quantize_io")]
    [InlineData("The --quantize_full_type option is not supported for target_runtime='ONNX'.", "Leave out --quantize_full_type")]
    [InlineData("unrecognized arguments: --quantize_io", "does not know it")]
    public void Remedy_WordsOfTheService_AreKnown(string reason, string words) =>
        Assert.Contains(words, FailureRemedies.Of(reason, JobFailureType.Unspecified), StringComparison.Ordinal);

    [Fact]
    public void Remedy_KindOfFailure_IsKnownOrGeneral() =>
        Assert.All(Enum.GetValues<JobFailureType>(), t => Assert.EndsWith(".", FailureRemedies.Of("something new", t), StringComparison.Ordinal));

    [Theory]
    [InlineData("1, 3, 224, 224", "1, 3, 224, 224")]
    [InlineData("[1×3]", "1, 3")]
    [InlineData("batch,77", "batch, 77")]
    [InlineData("0,-1,?", "0, -1, ?")]
    [InlineData("", null)]
    public void ParseShape_AsTyped_IsRead(string text, string? shape) =>
        Assert.Equal(shape, TensorSpec.ParseShape(text) is { } dims ? string.Join(", ", dims) : null);

    [Fact]
    public void Runtimes_OfOptions_AreKnown()
    {
        Assert.Equal(RuntimeFit.SameChipset, TargetRuntimes.OfOptions("--target_runtime precompiled_qnn_onnx")!.Fit);
        Assert.Equal(TargetRuntime.Tflite, TargetRuntimes.OfOptions("--output_names a")!.Runtime);
        Assert.Null(TargetRuntimes.OfOptions("--target_runtime coreml"));
    }
}
