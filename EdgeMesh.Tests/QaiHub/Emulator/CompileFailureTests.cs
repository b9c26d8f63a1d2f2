using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>Compilations that fail, with the words that users of the service meet.</summary>
public sealed class CompileFailureTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static readonly Device NoFp16 = new() { Name = "Dragonwing RB3 Gen 2 Vision Kit" };

    [Fact]
    public async Task Compile_OfDynamicShapes_FailsUnlessAShapeIsGiven()
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny(OnnxFiles.Float32, -1, 3, 8, 8));
        await FailsAsync(hub, await hub.CompileAsync(model, "--target_runtime onnx"), JobFailureType.ModelInvalid, "Model input 'image' has dynamic shapes. Please use a static shape.");
        string given = await hub.CompileAsync(model, "--target_runtime onnx", null, Spec("image", 1, 3, 8, 8));
        Assert.Equal(JobState.Done, (await hub.EndAsync(given)).CompileJob.JobState);
    }

    [Theory]
    [InlineData("image", new ulong[] { 1, 3, 8 }, "The shape given for input 'image' does not match the model's.")]
    [InlineData("image", new ulong[] { 1, 3, 9, 8 }, "The shape given for input 'image' does not match the model's.")]
    [InlineData("picture", new ulong[] { 1, 3, 8, 8 }, "The model has no input 'picture'.")]
    public async Task Compile_WithSpecsOfAnotherModel_Fails(string name, ulong[] shape, string reason)
    {
        var hub = shared.Hub;
        string id = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), "--target_runtime onnx", null, Spec(name, shape));
        await FailsAsync(hub, id, JobFailureType.InvalidInputs, reason);
    }

    [Theory]
    [InlineData("--target_runtime onnx --quantize_full_type int8", "The --quantize_full_type option is not supported for target_runtime='ONNX'.")]
    [InlineData("--target_runtime onnx --quantize_io", "unrecognized arguments: --quantize_io")]
    [InlineData("--faster --very 3", "unrecognized arguments: --faster --very 3")]
    [InlineData("--target_runtime", "argument --target_runtime: expected one argument")]
    public async Task Compile_WithOptionsThatAreNone_Fails(string options, string reason)
    {
        var hub = shared.Hub;
        await FailsAsync(hub, await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), options), JobFailureType.InvalidArgument, reason);
    }

    [Theory]
    [InlineData("--target_runtime coreml", "invalid choice: 'coreml'")]
    [InlineData("--target_runtime=qnn_dlc --quantize_full_type int3", "invalid choice: 'int3'")]
    [InlineData("--compute_unit npu,tpu", "invalid choice: 'tpu'")]
    [InlineData("--qairt_version 1.0", "'1.0' is not available")]
    public async Task Compile_WithValuesThatAreNone_FailsAndSaysWhich(string options, string part)
    {
        var hub = shared.Hub;
        var job = (await hub.EndAsync(await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), options))).CompileJob;
        Assert.Contains(part, job.FailureReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compile_OfFloatsForADeviceWithoutFp16_FailsUnlessQuantized()
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        const string Reason = "Tensor 'image' has a floating-point type which is not supported by the targeted device. Please quantize the model including its I/O and try again.";
        await FailsAsync(hub, await hub.CompileAsync(model, "--target_runtime qnn_context_binary", NoFp16), JobFailureType.Unsupported, Reason);
        await FailsAsync(hub, await hub.CompileAsync(model, "--target_runtime precompiled_qnn_onnx", NoFp16), JobFailureType.Unsupported, Reason);
        foreach (string options in (string[])["--target_runtime qnn_dlc --quantize_full_type int8 --quantize_io", "--target_runtime tflite", "--target_runtime onnx"])
        {
            Assert.Equal(JobState.Done, (await hub.EndAsync(await hub.CompileAsync(model, options, NoFp16))).CompileJob.JobState);
        }

        string integers = await hub.UploadAsync(OnnxFiles.Tiny(OnnxFiles.Uint8));
        Assert.Equal(JobState.Done, (await hub.EndAsync(await hub.CompileAsync(integers, "--target_runtime qnn_dlc", NoFp16))).CompileJob.JobState);
    }

    [Fact]
    public async Task Compile_OfInt64Inputs_FailsUnlessTruncated()
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny(OnnxFiles.Int64));
        var job = (await hub.EndAsync(await hub.CompileAsync(model, "--target_runtime qnn_dlc"))).CompileJob;
        Assert.Contains("--truncate_64bit_io", job.FailureReason, StringComparison.Ordinal);
        Assert.Equal(JobState.Done, (await hub.EndAsync(await hub.CompileAsync(model, "--target_runtime qnn_dlc --truncate_64bit_io"))).CompileJob.JobState);
    }

    [Theory]
    [InlineData("Snapdragon X Elite CRD", "tflite")]
    [InlineData("Google Pixel 10", "qnn_dlc")]
    [InlineData("Google Pixel 3", "precompiled_qnn_onnx")]
    public async Task Compile_ForARuntimeTheDeviceLacks_Fails(string device, string runtime)
    {
        var hub = shared.Hub;
        string id = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), $"--target_runtime {runtime}", new Device { Name = device });
        await FailsAsync(hub, id, JobFailureType.Unsupported, $"target_runtime='{runtime.ToUpperInvariant()}' is not supported by the targeted device '{device}'.");
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3, 4, 5 })]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { (byte)'P', (byte)'K', 3, 4, 0, 0 })]
    public async Task Compile_OfWhatIsNoOnnx_Fails(byte[] file)
    {
        var hub = shared.Hub;
        var job = await hub.EndAsync(await hub.CompileAsync(await hub.UploadAsync(file), "--target_runtime onnx"));
        Assert.Equal(JobState.Failed, job.CompileJob.JobState);
        Assert.True(job.FailureType is JobFailureType.ModelCorrupt or JobFailureType.ModelInvalid);
    }

    private static async Task FailsAsync(RawHub hub, string id, JobFailureType type, string reason)
    {
        var job = await hub.EndAsync(id);
        Assert.Equal((JobState.Failed, type, reason), (job.CompileJob.JobState, job.FailureType, job.CompileJob.FailureReason));
        Assert.Equal(404, (await hub.RefusedAsync(HttpMethod.Get, $"jobs/{id}/result/")).Status);
    }

    private static NamedTensorType Spec(string name, params ulong[] shape) =>
        new() { Name = name, TensorType = new TensorType { Dtype = TensorDtype.Float32, Shape = { shape } } };
}
