using System.Threading.Channels;
using EdgeMesh.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Contracts;
using Grpc.Core;

namespace EdgeMesh.Agent.Inference;

/// <summary>Measures models in this worker; native work runs on its own thread, its progress is written as it comes.</summary>
internal sealed class ModelMeterService(TimeProvider time) : ModelMeter.ModelMeterBase
{
    public override async Task Measure(MeasureRequest request, IServerStreamWriter<MeasurePart> responseStream, ServerCallContext context)
    {
        var steps = Channel.CreateUnbounded<Progress>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var work = Task.Run(() => Run(request, steps.Writer, context.CancellationToken), CancellationToken.None);
        await foreach (var step in steps.Reader.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new MeasurePart { Progress = step }, context.CancellationToken);
        }

        await responseStream.WriteAsync(new MeasurePart { Result = await work }, context.CancellationToken);
    }

    private Measurement Run(MeasureRequest request, ChannelWriter<Progress> steps, CancellationToken cancellationToken)
    {
        try
        {
            return new ModelMeasurement(MeasureLimits.Default, time).Run(
                request.Model, request.Run, (share, note) => steps.TryWrite(new Progress { Fraction = share, Note = note }), cancellationToken);
        }
        finally
        {
            steps.Complete();
        }
    }
}
