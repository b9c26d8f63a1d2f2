using EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>A loaded text-to-image model in the Stable Diffusion layout. Several images may be made at the same time.</summary>
public sealed class ImageModel : IDisposable
{
    private const double MostGuidance = 30;
    private const double EmbeddedGuidance = 8;
    private readonly ImageModelFolder _folder;
    private readonly IPromptTokenizer _tokenizer;
    private readonly TimeProvider _time;
    private readonly List<ModelPart> _parts = [];
    private readonly ModelPart _textEncoder;
    private readonly ModelPart _unet;
    private readonly ModelPart _decoder;
    private readonly ImageSize _sizes;
    private readonly bool _embedsGuidance;

    private ImageModel(ImageModelFolder folder, Func<string, InferenceSession> openSession, IPromptTokenizer tokenizer, TimeProvider time)
    {
        var started = time.GetTimestamp();
        (_folder, _tokenizer, _time) = (folder, tokenizer, time);
        try
        {
            _textEncoder = Open("text_encoder", openSession);
            _unet = Open("unet", openSession);
            _decoder = Open("vae_decoder", openSession);
            _embedsGuidance = _unet.Inputs.ContainsKey(GuidanceEmbedding.InputName);
            _sizes = new ImageSize(folder, _unet.Input("sample").Dimensions);
        }
        catch
        {
            Dispose();
            throw;
        }

        LoadMs = time.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Time from the first byte to ready, in milliseconds.</summary>
    public double LoadMs { get; }

    /// <summary>Loads the model in <paramref name="folder"/>.</summary>
    /// <param name="openSession">Opens an ONNX file on the accelerator that was chosen.</param>
    /// <param name="openTokenizer">Reads the tokenizer folder; null reads any that text models have too.</param>
    /// <exception cref="TaskFailedException">A file is missing or broken, or the model is of a kind that this agent does not run.</exception>
    public static ImageModel Load(
        string folder, Func<string, InferenceSession> openSession, Func<string, IPromptTokenizer>? openTokenizer = null, TimeProvider? time = null) =>
        new(ImageModelFolder.Read(folder), openSession, (openTokenizer ?? PromptTokenizer.Load)(Path.Combine(folder, "tokenizer")), time ?? TimeProvider.System);

    /// <summary>Makes one image; <paramref name="progress"/> hears each step. Cancelling ends it within the running step.</summary>
    /// <exception cref="TaskFailedException">The settings are outside what the model can do, or its output is broken.</exception>
    public ImageResult Generate(ImagePrompt prompt, IProgress<ImageProgress>? progress, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        if (string.IsNullOrWhiteSpace(prompt.Text))
        {
            throw new TaskFailedException(ReasonCode.BadInput, "There is no text that says what the image should show.");
        }

        var guidance = prompt.Guidance ?? _folder.DefaultGuidance ?? (_embedsGuidance ? EmbeddedGuidance : 1);
        if (!(guidance >= 0 && guidance <= MostGuidance))
        {
            throw new TaskFailedException(ReasonCode.BadInput, $"The guidance is {guidance}; it can be 0 to {MostGuidance}.");
        }

        var scheduler = SchedulerChoice.Create(_folder.Scheduler, prompt.Steps ?? _folder.DefaultSteps);
        var (height, width) = _sizes.Latents(prompt.Width, prompt.Height);
        var guided = guidance > 1 && !_embedsGuidance;
        var text = Encode(prompt.Text, cancellationToken);
        var negative = guided ? Encode(prompt.NegativeText, cancellationToken) : null;
        var denoiser = new Denoiser(_unet, text, negative, guidance, [_folder.Channels, height, width]);
        var latents = new float[_folder.Channels * height * width];
        var stepsMs = Denoise(scheduler, denoiser, latents, new PortableNoise(prompt.Seed), progress, cancellationToken);
        var (pixels, pixelHeight, pixelWidth) = Decode(latents, height, width, cancellationToken);
        var png = PngWriter.Write(pixels, pixelWidth, pixelHeight);
        var steps = scheduler.Timesteps.Length;
        return new ImageResult(
            png, pixelWidth, pixelHeight, steps, scheduler.Name, stepsMs / steps, _time.GetElapsedTime(started).TotalMilliseconds, LoadMs);
    }

    public void Dispose() => _parts.ForEach(p => p.Dispose());

    private ModelPart Open(string name, Func<string, InferenceSession> openSession)
    {
        var part = new ModelPart(_folder.Path, name, openSession);
        _parts.Add(part);
        return part;
    }

    private double Denoise(
        IScheduler scheduler, Denoiser denoiser, float[] latents, PortableNoise noise, IProgress<ImageProgress>? progress, CancellationToken cancellationToken)
    {
        noise.Fill(latents);
        Scale(latents, scheduler.InitialNoiseScale);
        var (total, input) = (TimeSpan.Zero, new float[latents.Length]);
        for (var step = 0; step < scheduler.Timesteps.Length; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = _time.GetTimestamp();
            latents.CopyTo(input, 0);
            Scale(input, scheduler.InputScale(step));
            scheduler.Step(step, denoiser.Predict(input, scheduler.Timesteps[step], cancellationToken), latents, noise);
            if (Array.Exists(latents, v => !float.IsFinite(v)))
            {
                throw new TaskFailedException(ReasonCode.BadOutput, $"The model's numbers ran out of range in step {step + 1}; the half precision form of a model does that on some accelerators.");
            }

            var took = _time.GetElapsedTime(started);
            total += took;
            progress?.Report(new ImageProgress(step + 1, scheduler.Timesteps.Length, took));
        }

        return total.TotalMilliseconds;
    }

    private Condition Encode(string text, CancellationToken cancellationToken)
    {
        var ids = _tokenizer.Encode(text).Select(i => (float)i).ToArray();
        var (name, metadata) = _textEncoder.Single;
        using var input = Tensors.Of(ids, metadata.ElementDataType, 1, ids.Length);
        var (values, shape) = _textEncoder.Run(new Dictionary<string, OrtValue> { [name] = input }, cancellationToken);
        return shape is [1, var tokens, var width]
            ? new Condition(values, (int)tokens, (int)width)
            : throw new TaskFailedException(ReasonCode.Unsupported, $"The text encoder answers in the shape [{string.Join(", ", shape)}], not one row per token.");
    }

    private (float[] Pixels, int Height, int Width) Decode(float[] latents, int height, int width, CancellationToken cancellationToken)
    {
        Scale(latents, 1 / _folder.ScalingFactor);
        var (name, metadata) = _decoder.Single;
        using var input = Tensors.Of(latents, metadata.ElementDataType, 1, _folder.Channels, height, width);
        var (pixels, shape) = _decoder.Run(new Dictionary<string, OrtValue> { [name] = input }, cancellationToken);
        return shape is [1, 3, var h, var w]
            ? (pixels, (int)h, (int)w)
            : throw new TaskFailedException(ReasonCode.Unsupported, $"The decoder answers in the shape [{string.Join(", ", shape)}], not three colours.");
    }

    private static void Scale(Span<float> values, double factor) => System.Numerics.Tensors.TensorPrimitives.Multiply(values, (float)factor, values);
}
