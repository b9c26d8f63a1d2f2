using EdgeMesh.QaiHub.Emulator.Artifacts;
using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.Profiles;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Emulator.Engine;

/// <summary>What a job does at its end: makes its model or its measurements, or throws why it cannot.</summary>
internal sealed class JobFinisher(EmulatorState state, CompiledFile files)
{
    public Task<JobResult> FinishAsync(JobEntry entry, Job job, DateTimeOffset ended, CancellationToken cancel) => job.JobCase switch
    {
        Job.JobOneofCase.CompileJob => CompileAsync(entry, job.CompileJob, ended, cancel),
        Job.JobOneofCase.ProfileJob => Task.FromResult(Profile(entry, job.ProfileJob)),
        Job.JobOneofCase.InferenceJob => Task.FromResult(Infer(entry, job.InferenceJob, ended)),
        Job.JobOneofCase.QuantizeJob => QuantizeAsync(entry, job.QuantizeJob, ended, cancel),
        _ => LinkAsync(entry, job.LinkJob, ended, cancel),
    };

    private async Task<JobResult> CompileAsync(JobEntry entry, CompileJob job, DateTimeOffset ended, CancellationToken cancel)
    {
        var device = DeviceCatalogue.Required(job.Device);
        var options = JobOptions.Parse(JobType.Compile, job.Options);
        var runtime = TargetRuntime.Of(options, device);
        CompileChecks.Require(options, runtime, device);
        var origin = ModelOrigin.Of(state, state.Models.Required(job.Model.ModelId));
        if (origin.Upload.Wire.ModelType is ModelType.Onnx or ModelType.AimetOnnx)
        {
            var graph = origin.Graph(state.Assets);
            CompileChecks.Require(graph, job.TensorTypeList, options, runtime, device);
            job.TensorTypeList = graph.Specified(job.TensorTypeList);
        }
        else if (runtime == TargetRuntime.Onnx)
        {
            throw new JobFailure(JobFailureType.Unsupported, "This emulator cannot convert to ONNX: for target_runtime='ONNX' the uploaded model must be ONNX already.");
        }

        if (job.CalibrationDataset is { } calibration)
        {
            DatasetChecks.Require(state, calibration.DatasetId);
        }

        string id = Ids.Model();
        string name = $"job_{entry.Id}_optimized_{runtime.Type.ToString().ToLowerInvariant()}";
        var asset = runtime == TargetRuntime.Onnx
            ? await files.RunnableAsync(origin.Upload.Asset!, id, name, cancel)
            : await files.PlaceholderAsync(runtime, id, name, device.Name, cancel);
        var model = Product(id, name, runtime.Type, runtime.IsDirectory, entry.Id, ended);
        model.Metadata = Metadata(Frameworks.Resolve(options["qairt_version"])!, runtime.IsBound ? device : null);
        job.TargetModel = Add(model, asset, origin.Upload.Id, ended);
        job.TargetTensorTypeList = job.TensorTypeList?.Clone();
        return new JobResult { CompileJobResult = new CompileJobResult { CompileJobId = entry.Id, CompileDetail = new CompileDetail { ToolVersions = { Tool() } } } };
    }

    private JobResult Profile(JobEntry entry, ProfileJob job)
    {
        var profile = Measure(job.Model.ModelId, job.Device, JobOptions.Parse(JobType.Profile, job.Options));
        job.ExecutionTime = profile.ExecutionTime;
        job.PeakMemoryUsage = profile.PeakMemoryUsage;
        job.ExecutionPeakMemory = profile.ExecutionMemory.Peak;
        return new JobResult { ProfileJobResult = new ProfileJobResult { ProfileJobId = entry.Id, Profile = profile } };
    }

    private JobResult Infer(JobEntry entry, InferenceJob job, DateTimeOffset ended)
    {
        var profile = Measure(job.Model.ModelId, job.Device, JobOptions.Parse(JobType.Inference, job.Options));
        DatasetChecks.Require(state, job.Dataset.DatasetId);
        string id = Ids.Dataset();
        var asset = files.Dataset(id, entry.Id, ModelOrigin.Of(state, state.Models.Required(job.Model.ModelId)).Graph(state.Assets));
        var output = new Dataset
        {
            DatasetId = id,
            Owner = EmulatorState.Me,
            Name = $"job_{entry.Id}_output",
            CreationTime = Timestamp.FromDateTimeOffset(ended),
            ExpirationTime = Timestamp.FromDateTimeOffset(ended + EmulatorState.DatasetLife),
            FileUploadComplete = true,
        };
        state.Datasets.Add(new DatasetEntry(output, ended, asset));
        return new JobResult { InferenceJobResult = new InferenceJobResult { InferenceJobId = entry.Id, OutputDatasetId = id, Detail = profile } };
    }

    private async Task<JobResult> QuantizeAsync(JobEntry entry, QuantizeJob job, DateTimeOffset ended, CancellationToken cancel)
    {
        JobOptions.Parse(JobType.Quantize, job.Options);
        var origin = ModelOrigin.Of(state, state.Models.Required(job.Model.ModelId));
        origin.Graph(state.Assets);
        DatasetChecks.Require(state, job.CalibrationDataset.DatasetId);
        string id = Ids.Model();
        string name = $"job_{entry.Id}_quantized_onnx";
        var asset = await files.RunnableAsync(origin.Upload.Asset!, id, name, cancel);
        job.TargetModel = Add(Product(id, name, ModelType.Onnx, directory: true, entry.Id, ended), asset, origin.Upload.Id, ended);
        return new JobResult { QuantizeJobResult = new QuantizeJobResult { QuantizeJobId = entry.Id, QuantizeDetail = new QuantizeDetail { ToolVersions = { Tool() } } } };
    }

    private async Task<JobResult> LinkAsync(JobEntry entry, LinkJob job, DateTimeOffset ended, CancellationToken cancel)
    {
        var options = JobOptions.Parse(JobType.Link, job.Options);
        var parts = job.Models.Models.Select(m => ModelOrigin.Of(state, state.Models.Required(m.ModelId))).ToList();
        if (parts.Find(p => p.Model.Wire.ModelType != ModelType.QnnDlc) is { } other)
        {
            throw new JobFailure(JobFailureType.Unsupported, $"Model '{other.Model.Id}' is not a QNN DLC. Only models compiled with --target_runtime qnn_dlc can be linked.");
        }

        string id = Ids.Model();
        string name = $"job_{entry.Id}_linked_qnncontextbinary";
        var device = job.Device ?? parts[0].Compiled?.Device;
        var asset = await files.PlaceholderAsync(TargetRuntime.ContextBinary, id, name, device?.Name ?? "any device", cancel);
        var model = Product(id, name, ModelType.QnnContextBinary, directory: false, entry.Id, ended);
        model.Metadata = Metadata(Frameworks.Resolve(options["qairt_version"]) ?? Frameworks.Newest, device is null ? null : DeviceCatalogue.Required(device));
        job.TargetModel = Add(model, asset, parts[0].Upload.Id, ended);
        return new JobResult { LinkJobResult = new LinkJobResult { LinkJobId = entry.Id, LinkDetail = new LinkDetail { ToolVersions = { Tool() } } } };
    }

    private ProfileDetail Measure(string modelId, Device named, JobOptions options)
    {
        var device = DeviceCatalogue.Required(named);
        var origin = ModelOrigin.Of(state, state.Models.Required(modelId));
        var runtime = origin.RuntimeFor(device);
        runtime.RequireOn(device);
        origin.RequireSameChip(device);
        bool quantized = origin.Compiled?.Options.Contains("--quantize_full_type", StringComparison.Ordinal) == true;
        return ProfileMaker.Make(origin.Graph(state.Assets), origin.Upload.Asset!.Bytes, device, runtime, quantized, options);
    }

    private static Model Product(string id, string name, ModelType type, bool directory, string job, DateTimeOffset made) => new()
    {
        ModelId = id,
        Owner = EmulatorState.Me,
        Name = name,
        ModelType = type,
        IsDirectory = directory,
        ProducerId = job,
        FileUploadComplete = true,
        CreationTime = Timestamp.FromDateTimeOffset(made),
    };

    private static ModelMetadata Metadata(string qairt, CatalogueDevice? bound)
    {
        var metadata = new ModelMetadata { Entries = { [(uint)ModelMetadataKey.QairtSdkVersion] = qairt } };
        if (bound is not null)
        {
            metadata.Entries[(uint)ModelMetadataKey.QnnContextBinHexagonVersion] = $"v{bound.Chipset.Hexagon}";
            metadata.Entries[(uint)ModelMetadataKey.QnnContextBinSocModel] = bound.Chipset.SocModel ?? "";
        }

        return metadata;
    }

    private static ToolVersion Tool() => new() { Name = "EdgeMesh emulator", Version = typeof(JobFinisher).Assembly.GetName().Version!.ToString(3) };

    private Model Add(Model model, Asset asset, string source, DateTimeOffset made) => state.Models.Add(new ModelEntry(model, made, asset, source)).Wire.Clone();
}
