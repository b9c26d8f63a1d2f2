using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>Requests as the service's messages.</summary>
internal static class JobMessages
{
    /// <summary>The message that creates the job. Only a compile job names its device in <c>devices</c>; all others in <c>device</c>.</summary>
    public static Job Of(HubJobRequest request) => request switch
    {
        CompileRequest compile => new Job { CompileJob = Compile(compile) },
        ProfileRequest profile => new Job
        {
            ProfileJob = new ProfileJob { Name = profile.Name, Options = profile.Options, Model = Model(profile.ModelId), Device = Device(profile.Device) },
        },
        InferenceRequest inference => new Job
        {
            InferenceJob = new InferenceJob
            {
                Name = inference.Name, Options = inference.Options, Model = Model(inference.ModelId), Dataset = Dataset(inference.DatasetId), Device = Device(inference.Device),
            },
        },
        QuantizeRequest quantize => new Job
        {
            QuantizeJob = new QuantizeJob
            {
                Name = quantize.Name,
                Options = quantize.Options,
                Model = Model(quantize.ModelId),
                CalibrationDataset = Dataset(quantize.CalibrationDatasetId),
                WeightsDtype = quantize.Weights,
                ActivationsDtype = quantize.Activations,
            },
        },
        LinkRequest link => new Job { LinkJob = Link(link) },
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.GetType().Name, "No such kind of job."),
    };

    private static CompileJob Compile(CompileRequest request)
    {
        var job = new CompileJob
        {
            Name = request.Name,
            Options = request.Options,
            Model = Model(request.ModelId),
            Devices = new DeviceList { Devices = { Device(request.Device) } },
        };
        if (!request.Inputs.IsDefaultOrEmpty)
        {
            job.TensorTypeList = new NamedTensorTypeList { Types_ = { request.Inputs.Select(Tensor) } };
        }

        if (request.CalibrationDatasetId is { } dataset)
        {
            job.CalibrationDataset = Dataset(dataset);
        }

        return job;
    }

    private static LinkJob Link(LinkRequest request)
    {
        var job = new LinkJob { Name = request.Name, Options = request.Options, Models = new ModelList { Models = { request.ModelIds.Select(Model) } } };
        if (request.Device is { } device)
        {
            job.Device = Device(device);
        }

        return job;
    }

    private static Model Model(string id) => new() { ModelId = HubAddress.Id(id, "model") };

    private static Dataset Dataset(string id) => new() { DatasetId = HubAddress.Id(id, "dataset") };

    private static Device Device(HubDevice device) => new() { Name = device.Name, Os = device.Os, Attributes = { device.Attributes } };

    private static NamedTensorType Tensor(TensorSpec spec) => spec.IsStatic
        ? new NamedTensorType { Name = spec.Name, TensorType = new TensorType { Dtype = spec.Dtype, Shape = { spec.Shape.Select(d => (ulong)d.Size!.Value) } } }
        : throw InputChecks.Open(spec).ToException();
}
