using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>A text as the UNet sees it.</summary>
internal sealed record Condition(float[] Values, int Tokens, int Width);

/// <summary>Runs the UNet, with guidance where it is asked for: both texts as one batch of 2, or in two runs where the model takes one image at a time.</summary>
internal sealed class Denoiser(ModelPart unet, Condition text, Condition? negative, double guidance, int[] latentShape)
{
    private readonly bool _oneAtATime = unet.Input("sample").Dimensions[0] == 1;

    // A model exported for two always gets two: without guidance, the same text twice.
    private readonly Condition? _other = negative ?? (unet.Input("sample").Dimensions[0] == 2 ? text : null);

    /// <summary>The UNet's output for one image, guided: away from the negative text, towards the text (Ho and Salimans 2022, eq. 6).</summary>
    public float[] Predict(float[] sample, double timestep, CancellationToken cancellationToken)
    {
        if (_other is null)
        {
            return Run(sample, 1, timestep, text.Values, cancellationToken);
        }

        if (_oneAtATime)
        {
            return Guide(Run(sample, 1, timestep, _other.Values, cancellationToken), Run(sample, 1, timestep, text.Values, cancellationToken));
        }

        var two = Run([.. sample, .. sample], 2, timestep, [.. _other.Values, .. text.Values], cancellationToken);
        return Guide(two.AsSpan(0, sample.Length), two.AsSpan(sample.Length));
    }

    private float[] Guide(ReadOnlySpan<float> away, ReadOnlySpan<float> towards)
    {
        var guided = new float[away.Length];
        for (var i = 0; i < guided.Length; i++)
        {
            guided[i] = away[i] + ((float)guidance * (towards[i] - away[i]));
        }

        return guided;
    }

    private float[] Run(float[] sample, int count, double timestep, float[] condition, CancellationToken cancellationToken)
    {
        var inputs = new Dictionary<string, OrtValue>(4);
        try
        {
            inputs["sample"] = Tensors.Of(sample, unet.Input("sample").ElementDataType, count, latentShape[0], latentShape[1], latentShape[2]);
            inputs["timestep"] = Timestep(timestep, count);
            inputs["encoder_hidden_states"] = Tensors.Of(condition, unet.Input("encoder_hidden_states").ElementDataType, count, text.Tokens, text.Width);
            if (unet.Inputs.TryGetValue(GuidanceEmbedding.InputName, out var embedded))
            {
                var values = GuidanceEmbedding.Of(guidance, embedded.Dimensions[^1]);
                inputs[GuidanceEmbedding.InputName] = Tensors.Of(values, embedded.ElementDataType, 1, values.Length);
            }

            var output = unet.Run(inputs, cancellationToken).Values;
            return output.Length == sample.Length
                ? output
                : throw new TaskFailedException(ReasonCode.Unsupported, $"The UNet answered with {output.Length} numbers where {sample.Length} were expected.");
        }
        finally
        {
            foreach (var value in inputs.Values)
            {
                value.Dispose();
            }
        }
    }

    /// <summary>A scalar, one for all, or one per image, as the model was exported.</summary>
    private OrtValue Timestep(double timestep, int count)
    {
        var input = unet.Input("timestep");
        var copies = input.Dimensions is [var n, ..] && n > 1 ? count : 1;
        var values = Enumerable.Repeat((float)Whole(timestep, input.ElementDataType), copies).ToArray();
        return Tensors.Of(values, input.ElementDataType, input.Dimensions.Length == 0 ? [] : [copies]);
    }

    /// <summary>Whole timesteps where the model takes integers; Euler's may lie between.</summary>
    private static double Whole(double timestep, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType type) =>
        type is Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 or Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int32 ? Math.Truncate(timestep) : timestep;
}
